import { createHash } from 'node:crypto';
import { canonicalJson, type RunConfig } from '../run/run-config.ts';

/** Computes the id of a run like `runId`, but synchronously. */
export function runIdOf(config: RunConfig): string {
  return createHash('sha256').update(canonicalJson(config)).digest('hex').slice(0, 16);
}
