/**
 * Recordings of spoken words, carried as text so that they reach a task like any other data.
 *
 * @module
 */

import { LabError } from '../errors.ts';

/** One word, said once. */
export interface Recording {
  /** What was said. */
  readonly label: string;
  readonly speaker: string;
  /** Which of the times that the speaker said it. */
  readonly take: string;
  /** Between −1 and 1. */
  readonly samples: Float32Array;
}

/** Recordings that share a sample rate. */
export interface Recordings {
  /** Samples in a second. */
  readonly sampleRate: number;
  readonly recordings: readonly Recording[];
}

/** A folder of recordings as it is carried: file names without their endings, and 16-bit samples in base 64. */
interface Carried {
  readonly sampleRate: number;
  readonly files: readonly { readonly name: string; readonly samples: string }[];
}

const FULL_SCALE = 32_767;

/** Recordings by file name, as text that {@link recordingsIn} reads. */
export function recordingsText(
  sampleRate: number,
  files: readonly { readonly name: string; readonly samples: Float32Array }[],
): string {
  const carried: Carried = {
    sampleRate,
    files: files.map(({ name, samples }) => ({ name, samples: packed(samples) })),
  };
  return JSON.stringify(carried);
}

/**
 * Reads what {@link recordingsText} wrote.
 *
 * @throws LabError naming a file that is not named after its label, speaker and take
 */
export function recordingsIn(text: string): Recordings {
  const { sampleRate, files } = JSON.parse(text) as Carried;
  const recordings = files.map(({ name, samples }) => ({ ...placed(name), samples: unpacked(samples) }));
  return { sampleRate, recordings };
}

function placed(name: string): Pick<Recording, 'label' | 'speaker' | 'take'> {
  const [, label, speaker, take] = /^([^_]+)_(.+)_([^_]+)$/.exec(name) ?? [];
  if (label === undefined || speaker === undefined || take === undefined) {
    throw new LabError(`\`${name}.wav\` is not named {label}_{speaker}_{take}.wav, such as 7_anna_0.wav.`);
  }
  return { label, speaker, take };
}

function packed(samples: Float32Array): string {
  const whole = Int16Array.from(samples, (one) => Math.round(Math.max(-1, Math.min(1, one)) * FULL_SCALE));
  const bytes = new Uint8Array(whole.buffer);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function unpacked(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return Float32Array.from(new Int16Array(bytes.buffer), (one) => one / FULL_SCALE);
}
