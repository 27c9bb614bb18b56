import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import wav from 'node-wav';
import { LabError } from '../errors.ts';
import { frameLength } from '../tasks/_mfcc.ts';
import { recordingsText } from '../tasks/_recordings.ts';
import { readBytes, reasonOf } from './data-files.ts';
import { faultInHeader } from './wav-header.ts';

/**
 * The WAV files of a folder, mixed down to one channel, as text.
 *
 * @throws LabError naming the file that cannot be used
 */
export function readRecordings(folder: string, expected: string): string {
  const names = wavNames(folder, expected);
  const files = names.map((name) => ({ name: name.replace(/\.wav$/i, ''), ...decoded(folder, name, expected) }));
  const sampleRate = files[0]?.sampleRate ?? 0;
  const other = files.findIndex((file) => file.sampleRate !== sampleRate);
  if (other >= 0) {
    throw new LabError(
      `--data ${folder}: ${names[other] ?? ''} has ${files[other]?.sampleRate ?? 0} samples a second and ${names[0] ?? ''} has ${sampleRate}; all must have the same.`,
    );
  }
  return recordingsText(sampleRate, files);
}

function wavNames(folder: string, expected: string): string[] {
  let names: string[];
  try {
    if (!statSync(folder).isDirectory()) throw new LabError(`--data ${folder} is a file. It must be ${expected}.`);
    names = readdirSync(folder);
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(`--data ${folder} cannot be read: ${reasonOf(error)}. It must be ${expected}.`);
  }
  // Sorted by code point: the order decides what is trained on when, so it must not depend on the file system.
  const found = names.filter((name) => /\.wav$/i.test(name)).sort();
  if (found.length === 0) throw new LabError(`--data ${folder} has no WAV files. It must be ${expected}.`);
  return found;
}

function decoded(folder: string, name: string, expected: string): { sampleRate: number; samples: Float32Array } {
  const bytes = readBytes(join(folder, name), expected);
  const refuse = (why: string): LabError => new LabError(`--data ${folder}: ${name} ${why}`);
  const fault = faultInHeader(bytes);
  if (fault !== undefined) throw refuse(fault);
  let sound: ReturnType<typeof wav.decode>;
  try {
    // A copy, because samples of two bytes must begin at an even place of their buffer.
    sound = wav.decode(Uint8Array.from(bytes).buffer);
  } catch {
    throw refuse('is not a WAV file that can be read; save it as PCM with 16 bits.');
  }
  const [first, ...others] = sound?.channelData ?? [];
  if (sound === undefined || first === undefined) throw refuse('has no samples.');
  const { sampleRate } = sound;
  const samples = first.map(
    (one, time) => others.reduce((sum, channel) => sum + channel[time]!, one) / (others.length + 1),
  );
  if (!samples.every(Number.isFinite)) throw refuse('ends before its samples do.');
  const least = frameLength(sampleRate);
  if (samples.length < least) throw refuse(`has ${samples.length} samples; at least ${least} are needed.`);
  return { sampleRate, samples };
}
