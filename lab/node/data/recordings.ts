import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../../errors.ts';
import { mfccFrameLength } from '../../tasks/_mfcc.ts';
import { serializeRecordings } from '../../tasks/_recordings.ts';
import { escapeControls } from '../../tasks/_table.ts';
import { readFileBytes, describeSystemError } from './user-files.ts';
import { decodeWav, resample, type Sound } from './wav.ts';

/** In Hz. Speech has little energy above half of it. */
const MAX_SAMPLE_RATE = 16_000;

/** 1.7 hours at 16 kHz. Every thread holds all samples. */
const MAX_SAMPLES = 100_000_000;

/**
 * Reads the WAV files of a folder and its subfolders, mixes each down to one channel, and serializes them as text.
 *
 * All are resampled to the lowest sample rate among them, and to at most 16 kHz.
 *
 * @throws LabError that names the file at fault
 */
export function readRecordings(folder: string, expected: string): string {
  const names = listWavFiles(folder, expected);
  let total = 0;
  const sounds = names.map((name) => {
    const sound = readSound(folder, name, expected);
    total += sound.samples.length;
    if (total > MAX_SAMPLES) {
      throw new LabError(
        `--data ${folder} has more than ${MAX_SAMPLES} samples up to ${name}. Use fewer or shorter recordings.`,
      );
    }
    return sound;
  });
  const sampleRate = Math.min(MAX_SAMPLE_RATE, ...new Set(sounds.map((sound) => sound.sampleRate)));
  const files = sounds.map((sound, index) => {
    const samples = normalizePeak(resample(sound, sampleRate).samples);
    const [name = ''] = [names[index]];
    const least = mfccFrameLength(sampleRate);
    if (samples.length >= least) return { name: toRecordingName(name), samples };
    throw new LabError(
      `--data ${folder}: ${escapeControls(name)} has ${samples.length} samples at ${sampleRate} Hz. At least ${least} are required. Remove it, or record more.`,
    );
  });
  const resampled = sounds.filter((sound) => sound.sampleRate !== sampleRate).length;
  return serializeRecordings(sampleRate, files, resampled);
}

/** Returns the paths of the WAV files below a folder, relative to it. */
function listWavFiles(folder: string, expected: string): string[] {
  const wavFiles: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const place = join(folder, path);
    // Links may form a circle.
    const own = realpathSync(place);
    if (seen.has(own)) return;
    seen.add(own);
    for (const name of readdirSync(place).sort()) {
      // macOS stores the attributes of `a.wav` in `._a.wav` or in the folder `__MACOSX`.
      if (/^(\.|__MACOSX$)/.test(name)) continue;
      const stats = statSync(join(place, name), { throwIfNoEntry: false });
      if (stats?.isDirectory()) visit(join(path, name));
      // A link to nothing is reported when it is read. Reading a named pipe would wait for ever.
      else if (/\.wav$/i.test(name) && (stats === undefined || stats.isFile())) wavFiles.push(join(path, name));
    }
  };
  try {
    if (!statSync(folder).isDirectory()) throw new LabError(`--data ${folder} is a file. Expected ${expected}.`);
    visit('');
  } catch (error) {
    if (error instanceof LabError) throw error;
    const { path = folder } = error as NodeJS.ErrnoException;
    throw new LabError(
      `--data ${escapeControls(path)} cannot be read: ${describeSystemError(error)}. Expected ${expected}.`,
    );
  }
  if (wavFiles.length === 0) throw new LabError(`--data ${folder} contains no WAV files. Expected ${expected}.`);
  // Sorted by code point: the order decides which batch has which file, so it must not depend on the file system.
  return wavFiles.sort();
}

/** Returns `folder/file` without the extension, or the file's name alone if it is in no subfolder. */
function toRecordingName(path: string): string {
  const file = basename(path).replace(/\.wav$/i, '');
  const folder = basename(dirname(path));
  return folder === '.' ? file : `${folder}/${file}`;
}

function readSound(folder: string, name: string, expected: string): Sound {
  const bytes = readFileBytes(join(folder, name), expected);
  try {
    return decodeWav(bytes);
  } catch (error) {
    throw new LabError(`--data ${folder}: ${escapeControls(name)} ${(error as Error).message}`);
  }
}

/** Scales floating-point samples beyond full scale down, so that they are not cut off. */
function normalizePeak(samples: Float64Array): Float64Array {
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  return peak > 1 ? samples.map((sample) => sample / peak) : samples;
}
