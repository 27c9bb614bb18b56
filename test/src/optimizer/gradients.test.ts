// What an optimizer was given, sorted out by the variables that tfjs knows.
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { isGone, readGradients, variablesLike } from '../../../src/optimizer/gradients.ts';
import { expectError } from '../../support/fixtures.ts';

const variable = (name: string): tf.Variable => tf.variable(tf.tensor1d([0]), true, name);
const names = (count: number): string[] => Array.from({ length: count }, (_, place) => `v${place}`);

afterEach(() => {
  tf.disposeVariables();
});

describe('a gradient for a variable that is not there', () => {
  const message = (there: string): string =>
    `\`applyGradients\` received a gradient for \`w\`, but tfjs has no variable of that name; ${there}. Was it disposed, ` +
    'or is a second copy of tfjs loaded? `npm ls @tensorflow/tfjs-core` lists the copies: install one version for all, ' +
    'and run `npm dedupe`; in a page, load tfjs once.';

  it.each([
    { count: 0, there: 'there are none' },
    { count: 2, there: 'there are v0, v1' },
    { count: 8, there: `there are ${names(8).join(', ')}` },
    { count: 10, there: `there are ${names(8).join(', ')}, and 2 more` },
  ])('is refused with what is there: $there', ({ count, there }) => {
    names(count).forEach(variable);
    expectError(() => readGradients({ w: tf.tensor1d([1]) }), 'unknown-variable', message(there));
  });
});

it.each([null, undefined, 7, [null], [undefined], [{ tensor: null }]])('no gradients are %j', (given) => {
  expect(() => readGradients(given as never)).toThrow(
    /^`applyGradients` takes gradients by variable name, .*; received .*\.$/,
  );
});

it('a variable is gone when it was disposed', () => {
  const w = variable('w');
  expect(isGone('w')).toBe(false);
  w.dispose();
  expect(isGone('w')).toBe(true);
});

describe('the variables of saved names', () => {
  it('are those of these names', () => {
    const [w, numbered] = [variable('w'), variable('w_1')];
    expect(variablesLike(['w', 'w_1'])).toEqual({ w, w_1: numbered });
    expect(variablesLike(['w'])['w']).toBe(w);
  });

  it('are represented by those that came back under another number, and else are left out', () => {
    const numbered = variable('layer/w_3');
    const found = variablesLike(['layer/w', 'layer/v']);
    expect(Object.keys(found)).toEqual(['layer/w']);
    expect(found['layer/w']).toBe(numbered);
  });
});
