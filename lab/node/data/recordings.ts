import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import wav from 'node-wav';
import { LabError } from '../../errors.ts';
import { mfccFrameLength } from '../../tasks/_mfcc.ts';
import { serializeRecordings } from '../../tasks/_recordings.ts';
import { readFileBytes, describeSystemError } from './user-files.ts';
import { findHeaderError } from './wav-header.ts';

/**
 * Reads the WAV files of a folder, mixes each down to one channel, and serializes them as text.
 *
 * @throws LabError that names the file at fault
 */
export function readRecordings(folder: string, expected: string): string {
  const names = listWavFiles(folder, expected);
  const files = names.map((name) => ({ name: name.replace(/\.wav$/i, ''), ...decodeWav(folder, name, expected) }));
  const sampleRate = files[0]?.sampleRate ?? 0;
  const other = files.findIndex((file) => file.sampleRate !== sampleRate);
  if (other >= 0) {
    throw new LabError(
      `--data ${folder}: ${names[other] ?? ''} has a sample rate of ${files[other]?.sampleRate ?? 0} Hz and ${names[0] ?? ''} one of ${sampleRate} Hz. All files must have the same.`,
    );
  }
  return serializeRecordings(sampleRate, files);
}

function listWavFiles(folder: string, expected: string): string[] {
  let names: string[];
  try {
    if (!statSync(folder).isDirectory()) throw new LabError(`--data ${folder} is a file. Expected ${expected}.`);
    names = readdirSync(folder);
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(`--data ${folder} cannot be read: ${describeSystemError(error)}. Expected ${expected}.`);
  }
  // Sorted by code point: the order decides which batch has which file, so it must not depend on the file system.
  const wavFiles = names.filter((name) => /\.wav$/i.test(name)).sort();
  if (wavFiles.length === 0) throw new LabError(`--data ${folder} contains no WAV files. Expected ${expected}.`);
  return wavFiles;
}

function decodeWav(folder: string, name: string, expected: string): { sampleRate: number; samples: Float32Array } {
  const bytes = readFileBytes(join(folder, name), expected);
  const errorFor = (problem: string): LabError => new LabError(`--data ${folder}: ${name} ${problem}`);
  const headerError = findHeaderError(bytes);
  if (headerError !== undefined) throw errorFor(headerError);
  let sound: ReturnType<typeof wav.decode>;
  try {
    // Copied, because 16-bit samples must start at an even offset of their buffer.
    sound = wav.decode(Uint8Array.from(bytes).buffer);
  } catch {
    throw errorFor('is not a readable WAV file. Save it as 16-bit PCM.');
  }
  const [first, ...others] = sound?.channelData ?? [];
  if (sound === undefined || first === undefined) throw errorFor('contains no samples.');
  const { sampleRate } = sound;
  const samples = first.map(
    (one, time) => others.reduce((sum, channel) => sum + channel[time]!, one) / (others.length + 1),
  );
  if (!samples.every(Number.isFinite)) throw errorFor('is truncated.');
  const least = mfccFrameLength(sampleRate);
  if (samples.length < least) throw errorFor(`has ${samples.length} samples. At least ${least} are required.`);
  return { sampleRate, samples };
}
