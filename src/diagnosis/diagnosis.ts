import { percentileOfSorted } from '../kernels/index.ts';
import type { StepRecord } from '../records/records.ts';
import { round } from './suggest-threshold.ts';

// The norm of an exploding network passes this many times the median of the steps before, that of an ordinary one
// stays well below.
const EXPLOSION = 10;
const STEPS_BEFORE = 10;

/**
 * Says in a sentence what one step did, and which variable dominated it.
 *
 * @example
 * ```ts
 * import { explainStep } from 'gradclip';
 *
 * const record = { step: 812, normBefore: 41.2, normAfter: 1, clipped: true, skipped: false };
 * console.log(explainStep({ ...record, dominant: 'lstm/recurrent_kernel', dominantShare: 0.98 }));
 * // step 812: lstm/recurrent_kernel was 98 % of the norm, 41.2, which was clipped to 1.
 * ```
 *
 * @category Diagnosis
 */
export function explainStep(record: StepRecord): string {
  const { step, normBefore, normAfter, clipped, skipped, dominant, dominantShare, nonFinite } = record;
  const skip = skipped ? '; the step was skipped' : '';
  if (nonFinite !== undefined) {
    const several = nonFinite.length > 1;
    return `step ${step}: the ${several ? 'gradients' : 'gradient'} of ${listed(nonFinite)} held NaN or Infinity${skip}.`;
  }
  const norm = `${round(normBefore)}${clipped ? `, which was clipped to ${round(normAfter)}` : ''}${skip}`;
  if (dominant === undefined) return `step ${step}: the norm was ${norm}.`;
  const share = dominantShare === undefined ? 'most' : `${Math.floor(dominantShare * 100)} %`;
  return `step ${step}: ${dominant} was ${share} of the norm, ${norm}.`;
}

/**
 * Says in sentences what is worth knowing of a window of records: where NaN began and what led to it, the longest
 * step, which variable dominated, and how much was clipped.
 *
 * @param records - As `optimizer.records()` answers them, oldest first.
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
 * for (const sentence of diagnose(await optimizer.records())) console.log(sentence);
 * ```
 *
 * @category Diagnosis
 */
export function diagnose(records: readonly StepRecord[]): string[] {
  if (records.length === 0) return ['No step was recorded: nothing was trained, or `window` is 0.'];
  const sentences: string[] = [];
  const first = records.findIndex(({ nonFinite }) => nonFinite !== undefined);
  if (first !== -1) sentences.push(explainStep(records[first] as StepRecord), causeOf(records, first));
  const finite = records.filter(({ nonFinite }) => nonFinite === undefined);
  const longest = finite.reduce<StepRecord | undefined>(
    (best, record) => (best !== undefined && best.normBefore >= record.normBefore ? best : record),
    undefined,
  );
  if (longest !== undefined) sentences.push(`The longest was ${explainStep(longest)}`);
  sentences.push(...dominanceIn(finite));
  const count = (test: (record: StepRecord) => boolean): number => records.filter(test).length;
  sentences.push(
    `Of ${records.length} steps, ${count(({ clipped }) => clipped)} were clipped, ${count(({ skipped }) => skipped)} skipped, ` +
      `and ${records.length - finite.length} held NaN or Infinity.`,
  );
  return sentences;
}

function causeOf(records: readonly StepRecord[], place: number): string {
  const before = records.slice(Math.max(0, place - STEPS_BEFORE), place);
  const [start, end] = [before[0]?.normBefore, before.at(-1)?.normBefore];
  if (start === undefined || end === undefined) {
    const first = records[0]?.step === 0 ? 'It was the very first step' : 'Nothing is recorded before it';
    return `${first}: look for NaN in the data, and at the initial weights.`;
  }
  const steps = before.length === 1 ? 'In the step before' : `In the ${before.length} steps before`;
  const norms = before.map(({ normBefore }) => normBefore);
  const ordinary = percentileOfSorted(Float64Array.from(norms.slice(0, -1)).sort(), 50);
  if (end > EXPLOSION * ordinary) {
    return (
      `${steps}, the norm went from ${round(start)} to ${round(end)}: the gradients exploded. ` +
      'Clip by a global norm, or lower the learning rate.'
    );
  }
  const longest = Math.max(...norms);
  return (
    `${steps}, the norm was ordinary, ${round(longest)} at most: look at the data of that step, and for a logarithm, ` +
    'a root or a division at 0 in the loss.'
  );
}

function dominanceIn(records: readonly StepRecord[]): string[] {
  const counts = new Map<string, number>();
  for (const { dominant } of records) if (dominant !== undefined) counts.set(dominant, (counts.get(dominant) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > records.length / 2)
    .map(([name, count]) => `${name} dominated ${count} of ${records.length} steps.`);
}

function listed(names: readonly string[]): string {
  return names.length < 5 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`;
}
