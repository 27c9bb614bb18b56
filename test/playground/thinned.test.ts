// Lines of charts have few points, and lose no spike.
import type { StepLine } from 'gradclip-lab/browser';
import { describe, expect, it } from 'vitest';
import { pointsOf } from '../../playground/src/thinned.ts';

const lines = (norms: readonly number[]): StepLine[] =>
  norms.map((normBefore, step) => ({ step, normBefore }) as StepLine);
const normOf = ({ normBefore }: StepLine): number => normBefore;

describe('the line of a run', () => {
  it('has every step of a short run, with gaps for what a logarithmic axis cannot show', () => {
    expect(pointsOf(lines([1, 0, NaN, Infinity, 2]), normOf, true)).toEqual([
      [0, 1, 2, 3, 4],
      [1, null, null, null, 2],
    ]);
    expect(pointsOf(lines([0]), normOf, false)).toEqual([[0], [0]]);
  });

  it('has at most 600 points of a long run, and every spike', () => {
    const spikes = [17, 4242, 19_999];
    const [steps, values] = pointsOf(
      lines(Array.from({ length: 20_000 }, (_, at) => (spikes.includes(at) ? at : 1))),
      normOf,
      true,
    );
    expect(steps.length).toBeLessThanOrEqual(600);
    expect(values.filter((value) => value !== 1)).toEqual(spikes);
    expect(steps.every((step, index) => index === 0 || step > steps[index - 1]!)).toBe(true);
  });
});
