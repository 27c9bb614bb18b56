import type { StrategySpec } from 'gradclip';
import type { Settings } from '../tasks/_task.ts';

/** Everything that determines the result of a run, as plain JSON. */
export interface RunConfig {
  readonly task: string;
  /** The task's numbers: sizes and lengths. */
  readonly settings: Settings;
  /** The id of the task's dataset and the SHA-256 of its text, or the SHA-256 of the user's data. */
  readonly data: string;
  readonly cell: string;
  readonly optimizer: string;
  readonly learningRate: number;
  /** The strategy with all its options. */
  readonly strategy: Required<StrategySpec>;
  readonly seed: number;
  /** Set for a run that only helps to choose a setting. Its weights and batches are those of no other run with this seed. */
  readonly tuning?: true;
  readonly steps: number;
  /** If set, the model is evaluated after every this many steps, and the run ends when the task is solved. */
  readonly solvedEvery?: number;
  /** Set if the learning rate falls linearly to zero. */
  readonly anneal?: true;
  /** If set, the model is validated after every this many steps, and keeps the weights with the best validation score. */
  readonly keepBestEvery?: number;
  readonly backend: string;
  /** The SHA-256 of the plugin that was loaded, if there was one. */
  readonly plugin?: string;
}

/**
 * Computes the id of a run: 16 hexadecimal digits of the SHA-256 of its configuration.
 *
 * The order of keys does not matter, so a configuration that is read from a file has the same id.
 */
export async function runId(config: RunConfig): Promise<string> {
  return (await sha256(canonicalJson(config))).slice(0, 16);
}

/** Computes the SHA-256 of a text, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Formats a value as JSON that does not depend on the order of its keys. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`)
    .join(',')}}`;
}
