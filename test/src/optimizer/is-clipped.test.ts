import * as tf from '@tensorflow/tfjs';
import { accumulated, clipOptimizer, isClipped } from 'gradclip';
import { none } from 'gradclip/strategies';
import { expect, it } from 'vitest';

it.each([
  ['a wrapped optimizer', clipOptimizer(tf.train.sgd(1), none()), true],
  // So that an optimizer of another copy of gradclip is one too.
  ['what carries the brand', { [Symbol.for('gradclip:ClippedOptimizer')]: true }, true],
  ['a bare optimizer', tf.train.sgd(1), false],
  ['an average of gradients', accumulated(clipOptimizer(tf.train.sgd(1), none()), { steps: 2 }), false],
  ['null', null, false],
  ['nothing', undefined, false],
  ['a name', 'ClippedOptimizer', false],
  ['a function', clipOptimizer, false],
])('isClipped recognizes %s', (_, value: unknown, expected) => {
  expect(isClipped(value)).toBe(expected);
});

it('brands with true', () => {
  const branded = clipOptimizer(tf.train.sgd(1), none()) as unknown as Record<symbol, unknown>;
  expect(branded[Symbol.for('gradclip:ClippedOptimizer')]).toBe(true);
});
