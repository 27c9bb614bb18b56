import { ClippingError, formatValue, listNames } from '../core/errors.ts';
import { percentileOfSorted } from '../kernels/index.ts';
import { isRecorded, statsOf, type RecordedOptimizer, type StepRecord } from '../records/records.ts';
import { round } from './suggest-threshold.ts';

// A sudden explosion exceeds this multiple of the median of the steps before it; ordinary norms stay well below.
const SUDDEN = 10;
const STEPS_BEFORE = 10;
// A slow explosion multiplies the norm by this much over the recorded steps; training by itself does not.
const SLOW = 1000;
// Fewer steps with a norm of 0 can be a coincidence.
const DEAD_STEPS = 3;

/**
 * Describes in a sentence what one step did, and which variable dominated it.
 *
 * @example
 * ```ts
 * import { explainStep } from 'gradclip';
 *
 * const record = { step: 812, normBefore: 41.2, normAfter: 1, clipped: true, skipped: false };
 * console.log(explainStep({ ...record, dominant: 'lstm/recurrent_kernel', dominantShare: 0.98 }));
 * // step 812: the norm was 41.2, which was clipped to 1; lstm/recurrent_kernel was 98 % of it.
 * ```
 *
 * @category Diagnosis
 */
export function explainStep(record: Omit<StepRecord, 'norms'>): string {
  const { step, normBefore, normAfter, clipped, skipped, dominant, dominantShare, nonFinite } = record;
  const skip = skipped ? '; the step was skipped' : '';
  if (nonFinite !== undefined) {
    const noun = nonFinite.length > 1 ? 'gradients' : 'gradient';
    return `step ${step}: the ${noun} of ${listNames(nonFinite)} had NaN or Infinity${skip}.`;
  }
  const clip = clipped ? `, which was clipped to ${round(normAfter)}` : '';
  const share = dominantShare === undefined ? 'most' : `${Math.floor(dominantShare * 100)} %`;
  const most = dominant === undefined ? '' : `; ${dominant} was ${share} of it`;
  return `step ${step}: the norm was ${round(normBefore)}${clip}${most}${skip}.`;
}

/**
 * Describes in sentences what went wrong in the recorded steps.
 *
 * They name the first step with NaN and what led to it, gradients that died, the step with the largest norm, a
 * variable that dominated, and how many steps were clipped or skipped.
 *
 * @param source - An optimizer made by `clipOptimizer`, or its records, oldest first.
 * @returns The sentences; a promise of them for an optimizer, whose records may still be on the device.
 * @throws ClippingError `bad-option` for anything else.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer, diagnose } from 'gradclip';
 * import { none } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([1]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), none());
 * for (let step = 0; step < 10; step += 1) optimizer.minimize(() => w.pow(4).sum());
 * for (const sentence of await diagnose(optimizer)) console.log(sentence);
 * ```
 *
 * @category Diagnosis
 */
export function diagnose(source: RecordedOptimizer): Promise<string[]>;
export function diagnose(source: readonly StepRecord[]): string[];
export function diagnose(source: RecordedOptimizer | readonly StepRecord[]): string[] | Promise<string[]> {
  if (isRecorded(source)) return source.records().then(diagnoseRecords);
  if (Array.isArray(source)) return diagnoseRecords(source as readonly StepRecord[]);
  throw new ClippingError(
    'bad-option',
    `\`diagnose(source)\` takes an optimizer or its records; received ${describeSource(source)}.`,
  );
}

function describeSource(source: unknown): string {
  const isOptimizer = typeof (Object(source) as { applyGradients?: unknown }).applyGradients === 'function';
  return isOptimizer ? 'an optimizer without records; wrap it in `clipOptimizer` first' : formatValue(source);
}

function diagnoseRecords(records: readonly StepRecord[]): string[] {
  if (records.length === 0) return ['No step was recorded: nothing was trained, or `window` is 0.'];
  const finite = records.filter(({ nonFinite }) => nonFinite === undefined);
  const { steps, skipped, nonFinite, dominant } = statsOf(records);
  const clipped = records.filter((record) => record.clipped).length;
  return [
    ...describeFirstNonFinite(records),
    ...describeDeadGradients(finite),
    ...describeLargest(finite),
    ...Object.entries(dominant)
      .filter(([, count]) => count > finite.length / 2)
      .map(([name, count]) => `${name} dominated ${count} of ${finite.length} steps.`),
    `Of ${steps} steps, ${clipped} were clipped, ${skipped} skipped, and ${nonFinite} had NaN or Infinity.`,
  ];
}

function describeFirstNonFinite(records: readonly StepRecord[]): string[] {
  const first = records.findIndex(({ nonFinite }) => nonFinite !== undefined);
  if (first === -1) return [];
  return [explainStep(records[first] as StepRecord), describeCause(records.slice(0, first), records[0] as StepRecord)];
}

function describeCause(before: readonly StepRecord[], oldest: StepRecord): string {
  const norms = before.map(({ normBefore }) => normBefore);
  const recent = norms.slice(-STEPS_BEFORE);
  const [start, end] = [recent[0], recent.at(-1)];
  if (start === undefined || end === undefined) {
    const first = oldest.step === 0 ? 'It was the very first step' : 'No step before it is recorded';
    return `${first}: check the data and the initial weights for NaN.`;
  }
  const advice = 'Clip by a global norm, or lower the learning rate.';
  const steps = recent.length === 1 ? 'In the step before' : `In the ${recent.length} steps before`;
  if (end > SUDDEN * median(recent.slice(0, -1))) {
    return `${steps}, the norm went from ${round(start)} to ${round(end)}: the gradients exploded. ${advice}`;
  }
  const part = Math.min(STEPS_BEFORE, Math.floor(norms.length / 2));
  const [early, late] = [median(norms.slice(0, part)), median(norms.slice(norms.length - part))];
  if (early > 0 && late > SLOW * early) {
    return (
      `Over the ${norms.length} steps before, the norm went from ${round(norms[0] as number)} to ${round(end)}: ` +
      `the gradients exploded slowly. ${advice}`
    );
  }
  return (
    `${steps}, the norm was ordinary, ${round(Math.max(...recent))} at most: check the data of that step, and the loss ` +
    'for a logarithm, root or division at 0.'
  );
}

function describeDeadGradients(records: readonly StepRecord[]): string[] {
  const lastAlive = records.findLastIndex(({ normBefore }) => normBefore > 0);
  const dead = records.slice(lastAlive + 1);
  if (dead.length < DEAD_STEPS) return [];
  return lastAlive === -1
    ? ['The norm was 0 in every step: the loss does not depend on the variables.']
    : [
        `From step ${(dead[0] as StepRecord).step} on, the norm was 0: the gradients died. ` +
          'Check for units that are always 0 or saturated, and lower the learning rate.',
      ];
}

function describeLargest(records: readonly StepRecord[]): string[] {
  const largest = records.reduce<StepRecord | undefined>(
    (best, record) => (best !== undefined && best.normBefore >= record.normBefore ? best : record),
    undefined,
  );
  return largest === undefined ? [] : [`The largest norm was at ${explainStep(largest)}`];
}

function median(values: readonly number[]): number {
  return percentileOfSorted(Float64Array.from(values).sort(), 50);
}
