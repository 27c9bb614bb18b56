import * as v from 'valibot';
import { runId, type RunConfig } from '../run/run-config.ts';
import { assertRunConfig } from '../node/run-limits.ts';

/** The data of a queued job, whose id is `toJobId` of the run's id. */
export interface RunJob {
  readonly config: RunConfig;
  /** The SHA-256 of the user's data in the store. */
  readonly data?: string;
}

/**
 * Creates the data of a job. JSON has no infinities, so they become text, as in records; the id of the run stays the same.
 * The order of the fields stays too, so that the worker writes the same record as a local run.
 */
export function createRunJob(config: RunConfig, data?: string): RunJob {
  const toText = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return { config: JSON.parse(JSON.stringify(config, toText)) as RunConfig, ...(data === undefined ? {} : { data }) };
}

const runJob = v.strictObject({
  config: v.unknown(),
  data: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

/** The job id of a run. The prefix keeps it from being a number, which the queue does not accept. */
export const toJobId = (runId: string): string => `run-${runId}`;

/**
 * Validates a job, which anybody who can write to Redis may have queued.
 *
 * Nothing of a job is used as a path or a size before this.
 *
 * @returns the job and the id of its run
 * @throws an Error that names the rule that the job breaks
 */
export async function parseRunJob(jobId: string | undefined, data: unknown): Promise<RunJob & { readonly id: string }> {
  const result = v.safeParse(runJob, data);
  if (!result.success) throw new Error('Expected a job with a configuration and the SHA-256 of its data.');
  const { config, data: digest } = result.output;
  assertRunConfig(config);
  const id = await runId(config);
  if (jobId !== toJobId(id)) throw new Error('Its id does not match its configuration.');
  return { id, config, ...(digest === undefined ? {} : { data: digest }) };
}
