import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from '../../../lab/cells/gru.ts';
import { rnn } from '../../../lab/cells/rnn.ts';
import type { Problem, Task } from '../../../lab/tasks/_task.ts';
import { adding } from '../../../lab/tasks/adding.ts';
import { copyMemory } from '../../../lab/tasks/copy-memory.ts';
import { temporalOrder } from '../../../lab/tasks/temporal-order.ts';
import { createZeroModel, toRows, describeProblem, meanSquare, shareRight } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('temporal-order', () => {
  const length = 20;
  const problem = temporalOrder.prepare('', { units: 4, length, batch: 64 });
  describeProblem(problem, { x: [64, length, 6], y: [64] }, (rows) => 1 - shareRight(rows));

  /** The sequences of a batch as letters: A and B among c, d, e and f. */
  function spelled(step: number): { words: string[]; classes: number[] } {
    const { x, y } = problem.batch(step, 1);
    const symbols = toRows(tf.argMax(x, -1));
    return { words: symbols.map((row) => row.map((one) => 'ABcdef'[one]).join('')), classes: Array.from(y.dataSync()) };
  }

  it('has A or B once in the second and once in the sixth tenth, and distractors elsewhere', () => {
    const { words } = spelled(0);
    for (const word of words)
      expect(word).toMatch(/^[cdef]{2}([AB][cdef]|[cdef][AB])[cdef]{6}([AB][cdef]|[cdef][AB])[cdef]{8}$/);
    expect(new Set(words.flatMap((word) => [...word]))).toEqual(new Set('ABcdef'));
    expect(new Set(words.map((word) => word.search(/[AB]/)))).toEqual(new Set([2, 3]));
  });

  it('classifies AA, AB, BA and BB as 0, 1, 2 and 3', () => {
    const { words, classes } = spelled(0);
    expect(classes).toEqual(words.map((word) => ['AA', 'AB', 'BA', 'BB'].indexOf(word.replace(/[cdef]/g, ''))));
    for (const one of [0, 1, 2, 3]) expect(classes.filter((found) => found === one).length).toBeGreaterThan(5);
  });

  it('keeps the positions inside their tenths at lengths that are not multiples of ten', () => {
    for (const odd of [10, 13, 27, 70, 99]) {
      const { x } = temporalOrder.prepare('', { units: 4, length: odd, batch: 50 }).batch(0, 1);
      for (const row of toRows(tf.argMax(x, -1))) {
        const [first = NaN, second = NaN, ...more] = row.flatMap((one, time) => (one < 2 ? [(10 * time) / odd] : []));
        expect(more).toEqual([]);
        expect([Math.floor(first), Math.floor(second)]).toEqual([1, 5]);
      }
    }
  });

  it('has an error rate of 3/4 for a constant answer', async () => {
    expect(problem.baseline).toBe(0.75);
    expect((await problem.evaluate(createZeroModel(problem, rnn), 'test')).value).toBeCloseTo(0.75, 1);
    expect(problem.loss(createZeroModel(problem, rnn), problem.batch(0, 1)).dataSync()[0]).toBeCloseTo(Math.log(4), 5);
  });
});

describe('adding', () => {
  const length = 9;
  const problem = adding.prepare('', { units: 4, length, batch: 64 });
  describeProblem(problem, { x: [64, length, 2], y: [64, 1] }, meanSquare);

  it('marks one number in each half and has their sum as target', () => {
    const { x, y } = problem.batch(0, 1);
    const entries = x.arraySync() as number[][][];
    entries.forEach((row, index) => {
      const marked = row.flatMap(([, marker], time) => (marker === 1 ? [time] : []));
      expect(marked).toHaveLength(2);
      expect(marked[0]).toBeLessThan(4);
      expect(marked[1]).toBeGreaterThanOrEqual(4);
      expect(y.dataSync()[index]).toBeCloseTo(row[marked[0]!]![0]! + row[marked[1]!]![0]!, 6);
      for (const [number] of row) expect(number! >= 0 && number! < 1).toBe(true);
    });
  });

  it('scores a constant mean prediction by the variance of the sum of two uniform numbers: 1/6', () => {
    // The standard error of the mean of a thousand squares is 0.006.
    expect(Math.abs(problem.baseline - 1 / 6)).toBeLessThan(0.02);
  });

  it('scores a constant prediction of 0 by 1/6 plus the squared mean', async () => {
    expect(Math.abs((await problem.evaluate(createZeroModel(problem, gru), 'test')).value - 7 / 6)).toBeLessThan(0.1);
  });
});

describe('copy-memory', () => {
  const blank = 3;
  const problem = copyMemory.prepare('', { units: 4, blank, batch: 16 });
  describeProblem(problem, { x: [16, blank + 20, 10], y: [16, blank + 20] }, (rows) => {
    const symbols = (answer: unknown): number[] => answer as number[];
    const wrong = rows.flatMap(({ truth, prediction }) =>
      symbols(truth).map((one, index) => Number(one !== symbols(prediction)[index])),
    );
    return wrong.reduce((sum, one) => sum + one, 0) / wrong.length;
  });

  it('has ten symbols, T − 1 blanks, a marker and ten blanks as input, and blanks and the ten symbols as target', () => {
    const { x, y } = problem.batch(0, 1);
    const [input, wanted] = [toRows(tf.argMax(x, -1)), toRows(y)];
    input.forEach((row, index) => {
      const symbols = row.slice(0, 10);
      expect(Math.max(...symbols)).toBeLessThan(8);
      expect(row.slice(10)).toEqual([8, 8, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
      expect(wanted[index]).toEqual([...Array<number>(13).fill(8), ...symbols]);
    });
    expect(new Set(input.flatMap((row) => row.slice(0, 10)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });

  it('has an error rate of 7/8 for a constant symbol', async () => {
    expect(problem.baseline).toBe(0.875);
    expect((await problem.evaluate(createZeroModel(problem, rnn), 'test')).value).toBeCloseTo(0.875, 1);
  });
});

describe('the synthetic tasks', () => {
  it.each<[Task, Record<string, number>, string]>([
    [temporalOrder, { length: 9 }, 'The setting `length` must be a whole number of at least 10; received 9.'],
    [adding, { length: 1 }, 'The setting `length` must be a whole number of at least 2; received 1.'],
    [copyMemory, { blank: 2.5 }, 'The setting `blank` must be a whole number of at least 1; received 2.5.'],
    [copyMemory, { batch: 0 }, 'The setting `batch` must be a whole number of at least 1; received 0.'],
  ])('reject invalid settings: %#', (task, change, message) => {
    expect(() => task.prepare('', { ...task.settings, ...change })).toThrow(message);
  });

  it.each([temporalOrder, adding, copyMemory])('validate on sequences that no step trains on: $id', async (task) => {
    const problem = task.prepare('', { ...task.settings, units: 2 });
    const scored = new Set((await validationRows(problem)).flat());
    expect(scored.size).toBe(1000);
    for (const seed of [0, 1, 999_999]) {
      for (const row of rowsOf(problem.batch(0, seed).x)) expect(scored.has(row)).toBe(false);
    }
  });
});

function rowsOf(x: tf.Tensor): string[] {
  return tf.unstack(x).map((row) => row.dataSync().join());
}

/** The inputs that a problem evaluates a model on. */
async function validationRows(problem: Problem): Promise<string[][]> {
  const seen: string[][] = [];
  const model = problem.model(rnn, 1);
  const apply = model.apply.bind(model);
  model.apply = (x, options) => {
    seen.push(rowsOf(x as tf.Tensor));
    return apply(x, options);
  };
  await problem.evaluate(model, 'test');
  return seen;
}
