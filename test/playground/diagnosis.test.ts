// The sentence of a run agrees with its numbers at every step.
import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import { describe, expect, it } from 'vitest';
import { logarithmicMarks, markText } from '../../playground/src/axes.ts';
import { diagnosisOf } from '../../playground/src/diagnosis.ts';

function steps(losses: readonly number[], clipped: (step: number) => boolean = () => false): StepLine[] {
  return losses.map((loss, step) => {
    const line = {
      type: 'step',
      step,
      loss,
      normBefore: 1 + step,
      normAfter: 1,
      clipped: clipped(step),
      skipped: false,
    };
    return line as unknown as StepLine;
  });
}

const falling = Array.from({ length: 40 }, (_, step) => 6 * 0.95 ** step);

describe('the sentence of a run', () => {
  it('says whether a run waits or is paused before its first step', () => {
    expect(diagnosisOf([], undefined)).toBe('Getting ready.');
    expect(diagnosisOf([], undefined, true)).toBe('Paused before the first step.');
  });

  it('says from the tenth step on whether the loss falls, rises or stays', () => {
    expect(diagnosisOf(steps(falling.slice(0, 9)), undefined)).toMatch(/^Training has begun\./);
    expect(diagnosisOf(steps(falling.slice(0, 10)), undefined)).toMatch(/^Learning: the loss falls\./);
    expect(diagnosisOf(steps(falling.toReversed()), undefined)).toMatch(/^The loss rises\./);
    expect(diagnosisOf(steps(falling.map(() => 3)), undefined)).toMatch(/^The loss has levelled off\./);
  });

  it('counts clipped steps over the window of the clip rate', () => {
    const lines = steps(new Array<number>(100).fill(1), (step) => step < 50 || step % 2 === 0);
    expect(diagnosisOf(lines, undefined)).toMatch(/50 % of steps are clipped\.$/);
    expect(diagnosisOf(steps([1, 1]), undefined)).toMatch(/none of the last 2 steps was clipped\.$/);
  });

  it('names the step at which a run diverged', () => {
    const end = { outcome: 'diverged' } as EndRecord;
    expect(diagnosisOf(steps([3, NaN]), end)).toMatch(/^Diverged at step 1: its loss is not a number\./);
  });
});

describe('the marks of a logarithmic axis', () => {
  it.each([
    [1e-13, 1, ['10⁻¹²', '10⁻⁹', '10⁻⁶', '0.001', '1']],
    [1e-300, 1e-290, ['10⁻³⁰⁰', '10⁻²⁹⁸', '10⁻²⁹⁶', '10⁻²⁹⁴', '10⁻²⁹²', '10⁻²⁹⁰']],
    [0.9, 25, ['1', '2', '5', '10', '20']],
    [2, 4, ['2', '3', '4']],
  ])('from %d to %d are few and round', (low, high, texts) => {
    expect(logarithmicMarks(low, high).map(markText)).toEqual(texts);
  });
});
