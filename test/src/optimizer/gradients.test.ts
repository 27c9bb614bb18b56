// Reading the argument of `applyGradients`.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { none } from 'gradclip/strategies';
import { afterEach, describe, expect, it } from 'vitest';
import { readGradients, variableId, variablesLike } from '../../../src/optimizer/gradients.ts';
import { expectError } from '../../support/fixtures.ts';

const variable = (name: string): tf.Variable => tf.variable(tf.tensor1d([0]), true, name);
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index}`);

afterEach(() => {
  tf.disposeVariables();
});

it('points to the gradients in the result of variableGrads', () => {
  const w = tf.variable(tf.tensor1d([3, 4]), true, 'w');
  const optimizer = clipOptimizer(tf.train.sgd(1), none());
  const result = tf.variableGrads(() => tf.sum(w) as tf.Scalar);
  expectError(
    () => {
      optimizer.applyGradients(result as never);
    },
    'bad-gradients',
    '`applyGradients` takes gradients by variable name, `{ name: tensor }`, or a list of `{ name, tensor }`; ' +
      'received the result of `variableGrads`; pass its `grads`.',
  );
  // A variable may have that name.
  const grads = tf.variable(tf.tensor1d([1]), true, 'grads');
  optimizer.applyGradients({ grads: tf.tensor1d([1]) });
  expect(Array.from(grads.dataSync())).toEqual([0]);
});

describe('a gradient for an unknown variable', () => {
  const message = (variables: string): string =>
    `\`applyGradients\` received a gradient for \`w\`, but tfjs has no variable of that name; ${variables}. Was it disposed, ` +
    'or is a second copy of tfjs loaded? Run `npm ls @tensorflow/tfjs-core`, install one ' +
    'version and run `npm dedupe`. On a web page, load tfjs once.';

  it.each([
    { count: 0, variables: 'it has none' },
    { count: 2, variables: 'it has v0, v1' },
    { count: 8, variables: `it has ${names(8).join(', ')}` },
    { count: 10, variables: `it has ${names(8).join(', ')} and 2 more` },
  ])('is refused with a list of at most eight variables: $count', ({ count, variables }) => {
    names(count).forEach(variable);
    expectError(() => readGradients({ w: tf.tensor1d([1]) }), 'unknown-variable', message(variables));
  });
});

it.each([null, undefined, 7, [null], [undefined], [{ tensor: null }]])('refuses %j instead of gradients', (invalid) => {
  expect(() => readGradients(invalid as never)).toThrow(
    /^`applyGradients` takes gradients by variable name, .*; received .*\.$/,
  );
});

it('tells a variable from a later one of the same name', () => {
  const w = variable('w');
  expect(variableId('w')).toBe(w.id);
  w.assign(tf.tensor1d([1]));
  expect(variableId('w')).toBe(w.id);
  w.dispose();
  expect(variableId('w')).toBeUndefined();
  expect(variable('w').id).not.toBe(w.id);
});

it.each([tf.tensor1d([2]), null])('refuses a list that names a variable twice', (second) => {
  variable('w');
  const list = [
    { name: 'w', tensor: tf.tensor1d([1]) },
    { name: 'w', tensor: second },
  ];
  expectError(
    () => readGradients(list as never),
    'bad-gradients',
    '`applyGradients` takes one gradient for each variable; received two for `w`. Add them first.',
  );
});

describe('variablesLike', () => {
  it('returns the variables of these names', () => {
    const [w, numbered] = [variable('w'), variable('w_1')];
    expect(variablesLike(['w', 'w_1'])).toEqual({ w, w_1: numbered });
    expect(variablesLike(['w'])['w']).toBe(w);
  });

  it('returns a variable with another number for a saved name, and leaves out missing ones', () => {
    const numbered = variable('layer/w_3');
    const found = variablesLike(['layer/w', 'layer/v']);
    expect(Object.keys(found)).toEqual(['layer/w']);
    expect(found['layer/w']).toBe(numbered);
  });
});
