import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rnn } from '../../../lab/cells/rnn.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { COEFFICIENTS, computeMfcc } from '../../../lab/tasks/_mfcc.ts';
import { parseRecordings, serializeRecordings } from '../../../lab/tasks/_recordings.ts';
import { FORMANTS, synthesizeVowels } from '../../../lab/tasks/_vowels.ts';
import { splitRecordings, speech } from '../../../lab/tasks/speech.ts';
import { createZeroModel, describeProblem, shareRight } from './problem.ts';
import { encodeWav } from './wav.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'speech-'));
  await tf.setBackend('cpu');
});
afterAll(() => rmSync(folder, { recursive: true }));

const tone = (hertz: number, length = 800): Float32Array =>
  Float32Array.from({ length }, (_, time) => 0.5 * Math.sin((2 * Math.PI * hertz * time) / 8000));

/** |X(f)| of a sound at one frequency, from the definition of the Fourier transform. */
function strengthAt(samples: Float32Array, hertz: number): number {
  const angle = (time: number): number => (2 * Math.PI * hertz * time) / 8000;
  const part = (wave: (x: number) => number): number =>
    samples.reduce((sum, one, time) => sum + one * wave(angle(time)), 0);
  return Math.hypot(part(Math.cos), part(Math.sin));
}

describe('a synthesized vowel', () => {
  const { recordings, sampleRate } = synthesizeVowels();

  it('is recorded three times by each of ten speakers, always identically', () => {
    expect(sampleRate).toBe(8000);
    expect(recordings).toHaveLength(10 * 10 * 3);
    expect(recordings[7]).toEqual(synthesizeVowels().recordings[7]);
    expect(new Set(recordings.map(({ samples }) => samples.slice(1000, 1020).join())).size).toBe(300);
    for (const { samples } of recordings) expect(samples.every((one) => Math.abs(one) <= 1)).toBe(true);
  });

  it.each(['iy', 'aa', 'uw'])('is strongest near its formants: %s', (label) => {
    // The first speaker is a man, whose formants are those in the table.
    const { samples } = recordings.find((one) => one.label === label && one.speaker === 'speaker-0')!;
    const around = (hertz: number): number =>
      Math.max(...Array.from({ length: 25 }, (_, index) => strengthAt(samples, hertz - 120 + 10 * index)));
    const [first, second] = FORMANTS[label]!;
    const between = Math.sqrt(first * second);
    const dip = label === 'iy' ? 1300 : 3300;
    expect(around(first)).toBeGreaterThan(3 * around(dip));
    expect(around(second)).toBeGreaterThan(1.5 * around(dip));
    expect(between).toBeGreaterThan(first);
  });
});

describe('the coefficients of a sound', () => {
  it('are 13 for every 16 ms, up to the maximum number of frames', () => {
    const frames = computeMfcc(tone(440), 8000, 100);
    // Frames of 256 samples start at 0, 128, … 512.
    expect(frames).toHaveLength(5);
    for (const frame of frames) {
      expect(frame).toHaveLength(COEFFICIENTS);
      expect(frame.every(Number.isFinite)).toBe(true);
    }
    expect(computeMfcc(tone(440), 8000, 2)).toEqual(frames.slice(0, 2));
  });

  it('do not depend on loudness or on an earlier sound with another sample rate', () => {
    const before = computeMfcc(tone(440), 8000, 1)[0]!;
    const quieter = computeMfcc(
      tone(440).map((one) => one / 100),
      8000,
      1,
    )[0]!;
    quieter.forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 3));
    const other = computeMfcc(tone(440), 11_025, 1)[0]!;
    expect(other).not.toEqual(before);
    expect(computeMfcc(tone(440), 8000, 1)[0]).toEqual(before);
  });

  it('distinguish tones and are 0 for silence', () => {
    const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((one, index) => one - b[index]!));
    const of = (hertz: number): number[] => computeMfcc(tone(hertz), 8000, 1)[0]!;
    expect(distance(of(500), of(2000))).toBeGreaterThan(3 * distance(of(500), of(502)));
    expect(computeMfcc(new Float32Array(256), 8000, 1)).toEqual([Array(COEFFICIENTS).fill(0)]);
  });
});

describe('recordings', () => {
  it('survive serialization as text', () => {
    const samples = Float32Array.of(0, 1, -1, 0.25, 2);
    const back = parseRecordings(serializeRecordings(16_000, [{ name: 'left_jo_b_2', samples }]));
    expect(back).toMatchObject({ sampleRate: 16_000, recordings: [{ label: 'left', speaker: 'jo_b', take: '2' }] });
    [0, 1, -1, 0.25, 1].forEach((one, index) => expect(back.recordings[0]!.samples[index]).toBeCloseTo(one, 4));
  });

  it.each(['seven', '7_anna', '_anna_1'])('are rejected if a file is named %s.wav', (name) => {
    const text = serializeRecordings(8000, [{ name, samples: tone(440) }]);
    expect(() => parseRecordings(text)).toThrow(
      `\`${name}.wav\` has the wrong name. Expected {label}_{speaker}_{take}.wav, such as 7_anna_0.wav, or {label}/{speaker}_{take}.wav.`,
    );
  });

  it('are split by speaker, or by take if requested or if there are fewer than three speakers', () => {
    const { recordings } = synthesizeVowels();
    for (const [bySpeaker, key] of [
      [true, 'speaker'],
      [false, 'take'],
    ] as const) {
      const { training, validation, test } = splitRecordings(recordings, bySpeaker);
      const parts = [training, validation, test];
      expect(parts.flat()).toHaveLength(recordings.length);
      const groups = parts.map((part) => [...new Set(part.map((one) => one[key]))]);
      for (const group of groups) expect(group.length).toBeGreaterThan(0);
      expect(new Set(groups.flat()).size).toBe(groups.flat().length);
    }
    const alone = recordings.filter(({ speaker }) => speaker === 'speaker-3');
    expect(splitRecordings(alone, true)).toEqual(splitRecordings(alone, false));
    expect(() =>
      splitRecordings(
        alone.filter(({ take }) => take === '0'),
        true,
      ),
    ).toThrow('The recordings have 1 take and 1 speaker. Training, validation and test need three');
  });
});

describe('speech', () => {
  const problem = speech.prepare('', { units: 3, frames: 6, batch: 4, bySpeaker: 1 });
  describeProblem(problem, { x: [4, 6, 13], y: [4] }, shareRight);

  it('has the accuracy of a constant answer as its baseline: one vowel in ten', async () => {
    expect(problem.baseline).toBeCloseTo(0.1, 12);
    expect((await problem.evaluate(createZeroModel(problem, rnn), 'test')).value).toBeCloseTo(0.1, 6);
  });

  it('pads short words with silence at the start', () => {
    const words = ['low', 'high'].flatMap((label, index) =>
      ['a', 'b', 'c'].map((speaker) => ({ name: `${label}_${speaker}_0`, samples: tone(500 + 1500 * index, 384) })),
    );
    const { x, y } = speech
      .prepare(serializeRecordings(8000, words), { units: 3, frames: 4, batch: 8, bySpeaker: 1 })
      .batch(0, 1);
    const rows = x.arraySync() as number[][][];
    // 384 samples are two frames.
    for (const row of rows) {
      expect(
        row
          .slice(0, 2)
          .flat()
          .every((one) => one === 0),
      ).toBe(true);
      expect(
        row
          .slice(2)
          .flat()
          .every((one) => one !== 0),
      ).toBe(true);
    }
    // Labels are in the order of their names: high, low.
    const kinds = new Map(
      rows.map((row, index) => [
        row
          .flat()
          .map((one) => one.toFixed(3))
          .join(),
        y.dataSync()[index],
      ]),
    );
    expect([...kinds.values()].sort()).toEqual([0, 1]);
  });

  const write = (files: Record<string, Buffer | string>): string => {
    const path = mkdtempSync(join(folder, 'case-'));
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), bytes);
    }
    return path;
  };
  const file = (hertz: number, format: Parameters<typeof encodeWav>[1] = { sampleRate: 8000 }): Buffer =>
    encodeWav([tone(hertz)], format);

  it('reads a folder of WAV files and mixes two channels down to one', async () => {
    const path = write({
      '1_a_0.wav': file(500),
      '0_a_0.WAV': encodeWav([tone(500), tone(500).map((one) => -one)], { sampleRate: 8000 }),
      '0_b_0.wav': file(900, { sampleRate: 8000, float: true }),
      'readme.txt': 'not a recording',
    });
    const { recordings } = parseRecordings((await loadData(speech, path)).text);
    expect(recordings.map(({ label, speaker }) => label + speaker)).toEqual(['0a', '0b', '1a']);
    expect(recordings[0]!.samples.every((one) => Math.abs(one) < 1e-4)).toBe(true);
    recordings[2]!.samples.forEach((one, time) => expect(Math.abs(one - tone(500)[time]!)).toBeLessThan(1e-3));
  });

  it('reads folders of labels, other sample rates and loud floating-point files, and skips the files of macOS', async () => {
    const path = write({
      'no/anna_b_0.wav': file(500),
      'no/anna_b_1.wav': encodeWav([tone(1000, 1600)], { sampleRate: 16_000, bits: 24, extensible: true }),
      'yes/ben_0.wav': encodeWav([tone(900).map((one) => 4 * one)], { sampleRate: 8000, float: true }),
      'yes/._ben_0.wav': 'attributes',
      '__MACOSX/yes/ben_0.wav': 'attributes',
    });
    const { recordings, sampleRate, resampled } = parseRecordings((await loadData(speech, path)).text);
    expect({ sampleRate, resampled }).toEqual({ sampleRate: 8000, resampled: 1 });
    expect(recordings.map(({ label, speaker, take }) => [label, speaker, take])).toEqual([
      ['no', 'anna_b', '0'],
      ['no', 'anna_b', '1'],
      ['yes', 'ben', '0'],
    ]);
    // 0.1 s of 1000 Hz at 16 kHz are 800 samples of 500 Hz at 8 kHz.
    expect(Math.abs(recordings[1]!.samples.length - 800)).toBeLessThan(3);
    expect(Math.max(...recordings[2]!.samples)).toBeCloseTo(1, 3);
    recordings[2]!.samples.forEach((one, time) => expect(Math.abs(one - 2 * tone(900)[time]!)).toBeLessThan(0.01));
  });

  const linked = (files: Record<string, Buffer | string>, target: string, name: string): string => {
    const path = write(files);
    symlinkSync(target, join(path, name));
    return path;
  };

  it('reads each file once if links form a circle, and waits for no pipe', async () => {
    const path = linked({ 'no/anna_0.wav': file(500), 'yes/ben_0.wav': file(900) }, '.', 'again');
    symlinkSync('..', join(path, 'no/up'));
    execFileSync('mkfifo', [join(path, 'no/anna_1.wav')]);
    const { recordings } = parseRecordings((await loadData(speech, path)).text);
    expect(recordings.map(({ label }) => label)).toEqual(['no', 'yes']);
  });

  it('counts the scored recordings whose label it never trains on', () => {
    const names = [
      'no_a_0',
      'no_b_0',
      'no_c_0',
      'yes_a_0',
      'yes_b_0',
      'yes_c_0',
      'maybe_a_0',
      'maybe_b_0',
      'maybe_c_0',
    ];
    const others = ['a', 'b', 'c'].map((speaker) => `only-${speaker}_${speaker}_0`);
    const text = serializeRecordings(
      8000,
      [...names, ...others].map((name) => ({ name, samples: tone(500) })),
    );
    // Each of the three speakers is one part.
    expect(speech.prepare(text, speech.settings).dataReport!.warnings).toEqual([
      '17 % of the recordings are scored, but no training recording has their label.',
    ]);
  });

  it.each<[string, () => string, RegExp]>([
    [
      'that does not exist',
      () => join(folder, 'missing'),
      /cannot be read: no such file or folder\. Expected a folder of WAV/,
    ],
    ['that is a file', () => join(write({ 'a.wav': file(440) }), 'a.wav'), /a\.wav is a file\. Expected a folder/],
    ['without WAV files', () => write({ 'a.mp3': 'x' }), /contains no WAV files\. Expected/],
    [
      'with text in a WAV file',
      () => write({ '0_a_0.wav': 'hello there' }),
      /0_a_0\.wav is not a WAV file: it begins with `hell`/,
    ],
    ['with an empty WAV file', () => write({ '0_a_0.wav': '' }), /0_a_0\.wav is empty\. Remove it\./],
    [
      'with a truncated WAV file',
      () => write({ '0_a_0.wav': file(440).subarray(0, 900) }),
      /0_a_0\.wav (is truncated|is not)/,
    ],
    [
      'with a very short recording',
      () => write({ '0_a_0.wav': encodeWav([tone(440, 99)], { sampleRate: 8000 }) }),
      /0_a_0\.wav has 99 samples at 8000 Hz\. At least 256 are required/,
    ],
    [
      'with a link to nothing',
      () => linked({ '0_a_0.wav': file(440) }, 'missing.wav', '0_b_0.wav'),
      /0_b_0\.wav cannot be read: no such file or folder/,
    ],
    [
      'with a name that would change the terminal',
      () => write({ 'a\u001B[31m.wav': 'hello there' }),
      /: a\\u\{1b\}\[31m\.wav is not a WAV file/,
    ],
  ])('rejects a folder %s', async (_, path, message) => {
    await expect(loadData(speech, path())).rejects.toThrow(message);
  });

  it('rejects silence', () => {
    const files = ['yes_a_0', 'no_a_0'].map((name) => ({ name, samples: new Float32Array(800) }));
    expect(() => speech.prepare(serializeRecordings(8000, files), speech.settings)).toThrow(
      'Every recording is silent. Use recordings with sound.',
    );
  });

  it('rejects recordings of a single word', () => {
    const text = serializeRecordings(8000, [{ name: 'yes_a_0', samples: tone(440) }]);
    expect(() => speech.prepare(text, speech.settings)).toThrow(
      'Every recording has the label `yes`. At least two labels are required.',
    );
  });
});

const digits = process.env['GRADCLIP_FSDD'] ?? '';
const there = digits !== '' && existsSync(digits);
const why = digits === '' ? 'GRADCLIP_FSDD is not set' : `there is no folder ${digits}`;

describe.skipIf(!there)(`the Free Spoken Digit Dataset${there ? '' : ` (skipped: ${why})`}`, () => {
  it('is read and split by speaker', async () => {
    const { text, id } = await loadData(speech, digits);
    expect(id).toMatch(/ sha256:[0-9a-f]{64}$/);
    const { recordings, sampleRate } = parseRecordings(text);
    expect(sampleRate).toBe(8000);
    expect(new Set(recordings.map(({ label }) => label))).toEqual(new Set('0123456789'));
    const { training, validation } = splitRecordings(recordings, true);
    expect(training.length).toBeGreaterThan(validation.length);
    const trained = new Set(training.map(({ speaker }) => speaker));
    expect(validation.filter(({ speaker }) => trained.has(speaker))).toEqual([]);
    const problem = speech.prepare(text, speech.settings);
    expect(problem.batch(0, 1).x.shape).toEqual([32, 40, 13]);
    expect(Math.abs(problem.baseline - 0.1)).toBeLessThan(0.02);
  });
});
