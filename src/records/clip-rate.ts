import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import { registeredFactory } from '../core/known.ts';
import { isMeasured } from '../core/measured.ts';
import { percentileOfSorted } from '../kernels/index.ts';
import type { StepRecord } from './records.ts';

const STEPS = 200;
const MANY = 0.9 * STEPS;

/**
 * Warns once when a fixed threshold clips nearly all of 200 steps, or none. Skipped and non-finite steps do not count.
 *
 * Returns undefined for a strategy without fixed thresholds; see {@link fixedThresholdsOf}.
 */
export function clipRateWatch(strategy: ClippingStrategy): ((record: StepRecord) => void) | undefined {
  const thresholds = fixedThresholdsOf(strategy);
  if (thresholds === undefined) return undefined;
  let norms: number[] = [];
  let clipped = 0;
  let done = false;
  return (record) => {
    if (done || record.skipped || record.nonFinite) return;
    norms.push(record.normBefore);
    clipped += Number(record.clipped);
    if (norms.length < STEPS) return;
    done = clipped === 0 || clipped > MANY;
    if (done) console.warn(warning(thresholds, clipped, Float64Array.from(norms).sort()));
    norms = [];
    clipped = 0;
  };
}

function warning(thresholds: string, clipped: number, ascending: Float64Array): string {
  const norm = (percentile: number): string => percentileOfSorted(ascending, percentile).toPrecision(3);
  const advice =
    clipped === 0
      ? 'Lower it, or keep it as a guard'
      : 'It sets the length of nearly every step: tune the learning rate with it, or raise it';
  return (
    `gradclip: ${thresholds} clipped ${clipped} of the last ${STEPS} steps (norm: median ${norm(50)}, 90th percentile ` +
    `${norm(90)}, maximum ${norm(100)}). ${advice}. \`suggestThreshold(optimizer)\` suggests a threshold; ` +
    '`warnings: false` turns this off.'
  );
}

/**
 * The finite fixed thresholds of a strategy, as the message shows them.
 *
 * Undefined if any part of the strategy adapts its threshold or changes every gradient: its clip rate then says little.
 */
function fixedThresholdsOf({ id, options }: ClippingStrategy): string | undefined {
  const on: string[] = [];
  for (const part of partsOf({ id, options })) {
    const fields = Object.entries(registeredFactory(part.id)?.fields ?? {});
    const thresholds = fields.flatMap(([name, { isThreshold = false }]) => (isThreshold ? [name] : []));
    if (thresholds.length === 0) return undefined;
    const { options: set = {} } = part;
    const own = thresholds.filter((name) => isOn(set[name])).map((name) => `${name}: ${JSON.stringify(set[name])}`);
    if (own.length > 0) on.push(`${part.id}({ ${own.join(', ')} })`);
  }
  return on.length === 0 ? undefined : on.join(' and ');
}

/** The strategies inside the spec of a combinator, or the spec itself. */
function partsOf(spec: StrategySpec): StrategySpec[] {
  const inside = specsIn(spec.options);
  return inside.length === 0 ? [spec] : inside.flatMap(partsOf);
}

function specsIn(value: unknown): StrategySpec[] {
  if (typeof value !== 'object' || value === null) return [];
  return typeof (value as StrategySpec).id === 'string'
    ? [value as StrategySpec]
    : Object.values(value).flatMap(specsIn);
}

function isOn(threshold: unknown): boolean {
  if (isMeasured(threshold)) return false;
  if (typeof threshold === 'object' && threshold !== null) return Object.values(threshold).some(isOn);
  return Number.isFinite(threshold);
}
