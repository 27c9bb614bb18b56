import { describe, expect, it } from 'vitest';
import { decodeWav, resample } from '../../lab/node/data/wav.ts';
import { encodeWav } from './tasks/wav.ts';

const wave = Float32Array.from({ length: 333 }, (_, time) => 0.5 * Math.sin(time / 7));
const file = encodeWav([wave, wave], { sampleRate: 8000 });

function withField(offset: number, value: number, bytes: 2 | 4): Buffer {
  const changed = Buffer.from(file);
  changed.writeUIntLE(value, offset, bytes);
  return changed;
}

describe('a WAV file', () => {
  it.each([
    { bits: 8 },
    { bits: 16 },
    { bits: 24 },
    { bits: 32 },
    { bits: 24, extensible: true },
    { bits: 32, extensible: true },
    { bits: 32, float: true },
    { bits: 64, float: true },
    { bits: 32, float: true, extensible: true },
    { bits: 64, float: true, extensible: true },
    { bits: 24, extensible: true, comment: 'INFOISFT\u000d\u0000\u0000\u0000Lavf58.76.10\u0000' },
    { bits: 24, extensible: true, dataSize: 0xffff_ffff },
  ] as const)('keeps its samples as $bits bits: %o', (format) => {
    const { sampleRate, samples } = decodeWav(encodeWav([wave], { sampleRate: 96_000, ...format }));
    expect(sampleRate).toBe(96_000);
    expect(samples).toHaveLength(333);
    const error = Math.max(...samples.map((sample, time) => Math.abs(sample - wave[time]!)));
    expect(error).toBeLessThan(2 ** (1 - Math.min(24, format.bits)) + 1e-7);
  });

  it('is mixed down to the mean of its channels', () => {
    const [left, right] = [wave, wave.map((value) => value / 2)];
    const { samples } = decodeWav(encodeWav([left, right], { sampleRate: 8000, float: true }));
    samples.forEach((sample, time) => expect(sample).toBeCloseTo(0.75 * wave[time]!, 6));
  });

  it.each([
    ['fewer samples than its header promises', file.subarray(0, 900), 'is truncated: its header promises 1332 bytes'],
    [
      '60000 channels',
      withField(22, 60_000, 2),
      'has an inconsistent header: channels 60000, bits 16, bytes of a block 4.',
    ],
    ['no channels', withField(22, 0, 2), 'has an inconsistent header: channels 0, bits 16'],
    ['the wrong bits per sample', withField(34, 8, 2), 'bits 8, bytes of a block 4. Save it as 16-bit PCM.'],
    ['the wrong block size', withField(32, 1, 2), 'bits 16, bytes of a block 1. Save it as 16-bit PCM.'],
    ['no sample rate', withField(24, 0, 4), 'has a sample rate of 0 Hz. Save it with a rate from 4000 to 768000 Hz.'],
    ['a huge sample rate', withField(24, 4e9, 4), 'has a sample rate of 4000000000 Hz. Save it with a rate from 4000'],
    ['compressed samples', withField(20, 85, 2), 'has the format 85 (MP3). Save it as PCM or floating-point numbers.'],
    ['A-law samples', withField(20, 6, 2), 'has the format 6 (A-law). Save it as PCM or floating-point numbers.'],
    ['no samples', encodeWav([new Float32Array(0)], { sampleRate: 8000 }), 'contains no samples. Remove it.'],
    ['a header that promises no samples', withField(40, 0, 4), 'contains no samples. Remove it.'],
    ['no chunks', file.subarray(0, 12), 'is not a readable WAV file'],
    ['a huge format chunk', withField(16, 0x7fff_fff0, 4), 'is not a readable WAV file'],
    [
      'another format',
      Buffer.from('OggS\0'),
      'is not a WAV file: it begins with `OggS`. Convert it, for example: sox FILE NEW.wav',
    ],
    ['control characters', Buffer.from('\u001B[31m'), 'is not a WAV file: it begins with `\\u{1b}[31`.'],
    ['no bytes', Buffer.alloc(0), 'is empty. Remove it.'],
    [
      'samples that are not numbers',
      encodeWav([Float32Array.of(0, NaN)], { sampleRate: 8000, float: true }),
      'has NaN as sample 2. Save it with finite numbers.',
    ],
  ])('is rejected with %s', (_, bytes, message) => {
    expect(() => decodeWav(bytes)).toThrow(message);
  });

  it('is resampled without aliasing', () => {
    const toneAt = (hertz: number): Float64Array =>
      Float64Array.from({ length: 9600 }, (_, time) => Math.sin((2 * Math.PI * hertz * time) / 48_000));
    const power = (hertz: number): number => {
      const { samples, sampleRate } = resample({ sampleRate: 48_000, samples: toneAt(hertz) }, 16_000);
      expect(sampleRate).toBe(16_000);
      expect(Math.abs(samples.length - 3200)).toBeLessThan(3);
      return samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
    };
    expect(power(1000)).toBeGreaterThan(0.45);
    expect(power(15_000)).toBeLessThan(0.01);
  });
});
