// A second copy of tfjs: linked checkouts, mixed versions, a library that brings its own. Copies share one engine
// through the global object, so training seems to work, until a saved model does not load.
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { accumulated, clipOptimizer, isClipped } from 'gradclip';
import { none } from 'gradclip/strategies';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { expectError } from '../../support/fixtures.ts';

const require = createRequire(import.meta.url);
let other: typeof tf;

beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const file = require.resolve('@tensorflow/tfjs-core');
  const loaded = require.cache[file];
  Reflect.deleteProperty(require.cache, file);
  other = require(file) as typeof tf;
  require.cache[file] = loaded;
});

const REST =
  'a second copy of @tensorflow/tfjs-core; gradclip uses 4.22.0. Run `npm ls @tensorflow/tfjs-core`, ' +
  'install one version and run `npm dedupe`. On a web page, load tfjs once.';

describe('a second copy of tfjs', () => {
  it('is another copy with the same engine', () => {
    expect(other.Optimizer).not.toBe(tf.Optimizer);
    expect(other.engine()).toBe(tf.engine());
  });

  it('is named by clipOptimizer if the optimizer belongs to it', () => {
    expectError(
      () => clipOptimizer(other.train.adam(1e-3), none()),
      'second-tfjs',
      `\`clipOptimizer(inner, strategy)\` received an optimizer of ${REST}`,
    );
  });

  it('is named by accumulated', () => {
    expectError(
      () => accumulated(other.train.sgd(1), { steps: 2 }),
      'second-tfjs',
      `\`accumulated(optimizer, { steps })\` received an optimizer of ${REST}`,
    );
  });

  it('is not suspected for a custom optimizer, with or without tfjs as its base', () => {
    class Own extends tf.SGDOptimizer {}
    const plain = { minimize: () => null, computeGradients: () => null, applyGradients: () => undefined };
    expect(isClipped(clipOptimizer(new Own(1), none()))).toBe(true);
    expect(isClipped(clipOptimizer(plain as never, none()))).toBe(true);
    expect(isClipped(clipOptimizer(clipOptimizer(tf.train.sgd(1), none()), none()))).toBe(true);
  });
});
