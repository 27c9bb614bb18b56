import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { canonicalJson } from '../run/run-config.ts';

const savedPlan = v.object({
  experiment: v.string(),
  question: v.string(),
  budget: v.string(),
  command: v.string(),
  /** The strategies whose comparison with no clipping is tested. Default: all. */
  primary: v.optional(v.array(v.string())),
  /** The ids of the runs. */
  runs: v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/))),
});

/** A comparison as it was started, saved so that `report` shows the same runs. */
export type SavedPlan = v.InferInput<typeof savedPlan>;

/** Reads a plan from JSON; throws if it is none. */
export function parsePlan(text: string): SavedPlan {
  return v.parse(savedPlan, JSON.parse(text));
}

/** Whether two plans are of one comparison: the same command, or the same runs on other workers. */
export function isSameComparison(a: SavedPlan, b: SavedPlan): boolean {
  return a.experiment === b.experiment && (a.command === b.command || planId(a) === planId(b));
}

function planId({ experiment, question, runs }: SavedPlan): string {
  return createHash('sha256')
    .update(canonicalJson([experiment, question, runs]))
    .digest('hex')
    .slice(0, 8);
}

/** Adds the id of a plan to the name of a file about it. */
export function withPlanId(name: string, plan: SavedPlan): string {
  return name.replace('.', `-${planId(plan)}.`);
}
