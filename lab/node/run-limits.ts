import * as v from 'valibot';
import { LabError } from '../errors.ts';
import type { RunConfig } from '../run/run-config.ts';
import { BACKEND } from './environment.ts';

/** The largest number of steps of a run: its records then take about 200 MB. */
export const MAX_STEPS = 1_000_000;

const name = v.pipe(v.string('A name must be text'), v.minLength(1, 'A name must not be empty'));
const wholeNumber = (message: string, least: number, most: number) =>
  v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
const rate = 'A learning rate must be a finite number greater than 0';
const finite = 'A setting must be a finite number or a text';
const object = 'The options of a strategy must be an object';

const runConfig = v.strictObject({
  task: name,
  settings: v.record(v.string(), v.union([v.pipe(v.number(finite), v.finite(finite)), v.string()], finite)),
  data: name,
  cell: name,
  optimizer: name,
  learningRate: v.pipe(v.number(rate), v.finite(rate), v.gtValue(0, rate)),
  strategy: v.strictObject({ id: name, options: v.record(v.string(object), v.unknown(), object) }),
  seed: wholeNumber('A seed must be a whole number from 0 to 999999', 0, 999_999),
  tuning: v.optional(v.literal(true, '`tuning` must be true')),
  steps: wholeNumber(`The number of steps must be a whole number from 1 to ${MAX_STEPS}`, 1, MAX_STEPS),
  solvedEvery: v.optional(wholeNumber('`solvedEvery` must be a whole number of at least 1', 1, MAX_STEPS)),
  anneal: v.optional(v.literal(true, '`anneal` must be true')),
  keepBestEvery: v.optional(wholeNumber('`keepBestEvery` must be a whole number of at least 1', 1, MAX_STEPS)),
  backend: v.literal(BACKEND, `The backend must be ${BACKEND}`),
  plugin: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'A plugin must be named by its SHA-256'))),
});

/**
 * Asserts that a configuration has the fields of a run and that its numbers are within their limits.
 *
 * @throws LabError that names the rule and the value
 */
export function assertRunConfig(config: unknown): asserts config is RunConfig {
  const result = v.safeParse(runConfig, config, { abortEarly: true });
  if (result.success) return;
  const [{ message, received }] = result.issues;
  throw new LabError(`${message}; received ${received}.`);
}
