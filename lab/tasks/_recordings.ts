/**
 * Recordings of spoken words, serialized as text so that tasks receive them like any other data.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { escapeControls } from './_table.ts';

/** One recording of one word. */
export interface Recording {
  /** The word. */
  readonly label: string;
  readonly speaker: string;
  /** Identifies one of several recordings of the same word by the same speaker. */
  readonly take: string;
  /** Between −1 and 1. */
  readonly samples: Float32Array;
}

/** Recordings that share a sample rate. */
export interface Recordings {
  /** In Hz. */
  readonly sampleRate: number;
  readonly recordings: readonly Recording[];
  /** The number of recordings that had another sample rate. */
  readonly resampled: number;
}

/** The serialized form: file names without extensions, and 16-bit samples in base64. */
interface SerializedRecordings {
  readonly sampleRate: number;
  readonly resampled: number;
  readonly files: readonly { readonly name: string; readonly samples: string }[];
}

const FULL_SCALE = 32_767;

/** Serializes recordings as text for {@link parseRecordings}. */
export function serializeRecordings(
  sampleRate: number,
  files: readonly { readonly name: string; readonly samples: ArrayLike<number> }[],
  resampled = 0,
): string {
  const serialized: SerializedRecordings = {
    sampleRate,
    resampled,
    files: files.map(({ name, samples }) => ({ name, samples: encodeSamples(samples) })),
  };
  return JSON.stringify(serialized);
}

/**
 * Parses the output of {@link serializeRecordings}.
 *
 * @throws LabError if a file name does not contain label, speaker and take
 */
export function parseRecordings(text: string): Recordings {
  const { sampleRate, resampled, files } = JSON.parse(text) as SerializedRecordings;
  const recordings = files.map(({ name, samples }) => ({ ...parseFileName(name), samples: decodeSamples(samples) }));
  return { sampleRate, resampled, recordings };
}

function parseFileName(name: string): Pick<Recording, 'label' | 'speaker' | 'take'> {
  const [, label, speaker, take] =
    /^([^/_]+)_([^/]+)_([^/_]+)$/.exec(name) ?? /^([^/]+)\/([^/]+)_([^/_]+)$/.exec(name) ?? [];
  if (label === undefined || speaker === undefined || take === undefined) {
    throw new LabError(
      `\`${escapeControls(name)}.wav\` has the wrong name. Expected {label}_{speaker}_{take}.wav, such as 7_anna_0.wav, or {label}/{speaker}_{take}.wav.`,
    );
  }
  return { label: escapeControls(label), speaker, take };
}

function encodeSamples(samples: ArrayLike<number>): string {
  const whole = Int16Array.from(samples, (one) => Math.round(Math.max(-1, Math.min(1, one)) * FULL_SCALE));
  const bytes = new Uint8Array(whole.buffer);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function decodeSamples(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return Float32Array.from(new Int16Array(bytes.buffer), (one) => one / FULL_SCALE);
}
