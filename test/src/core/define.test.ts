import '@tensorflow/tfjs';
import { scalar, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';
import { ClippingError, type NamedTensors } from 'gradclip';
import { count, defineStrategy, optional, positive, scaleAll } from 'gradclip/define';
import { describe, expect, it } from 'vitest';
import { registeredFactory } from '../../../src/core/known.ts';

const facts = {
  title: 'Mine',
  laws: { direction: 'global', idempotent: false },
} as const;

const halving = defineStrategy({
  ...facts,
  id: 'halving',
  fields: { by: positive({ default: 2, about: 'Divisor.' }) },
  clip: ({ by }, gradients) => scaleAll(gradients, 1 / by),
});

const counting = defineStrategy({
  ...facts,
  id: 'counting',
  fields: { from: count({ default: 0, about: 'First number.' }) },
  init: ({ from }): { steps: NamedTensors[string] } => ({ steps: scalar(from) }),
  clip: (_options, gradients, { steps }) => ({ gradients, state: { steps: add(steps, 1) } }),
});

describe('defineStrategy', () => {
  it('creates a frozen factory that exposes its declaration', () => {
    expect(halving.id).toBe('halving');
    expect(halving.fields.by.default).toBe(2);
    expect(Object.isFrozen(halving)).toBe(true);
  });

  it('needs no source', () => {
    expect(halving).not.toHaveProperty('source');
  });

  it('carries its source when it has one', () => {
    const source = { authors: 'Cauchy', year: 1847, title: 'Méthode générale', url: 'https://gallica.bnf.fr' };
    const made = defineStrategy({
      ...facts,
      id: 'sourced',
      source,
      fields: {},
      clip: (_options, gradients) => gradients,
    });
    expect(made.source).toBe(source);
  });

  it('returns at once from a step without gradients, with the state unchanged', () => {
    tidy(() => {
      const strategy = counting();
      const state = strategy.init({});
      expect(strategy.clip({}, state, { step: 0, parameters: {} })).toEqual({ gradients: {}, state });
    });
  });

  it('registers a factory for loading when the factory creates a strategy', () => {
    const make = () =>
      defineStrategy({ ...facts, id: 'made-here', fields: {}, clip: (_options, gradients) => gradients });
    const [first, second] = [make(), make()];
    expect(registeredFactory('made-here')).toBeUndefined();
    first();
    second();
    expect(registeredFactory('made-here')).toBe(second);
  });

  it('creates frozen strategies with defaults filled in', () => {
    const strategy = halving();
    expect(strategy.options).toEqual({ by: 2 });
    expect(halving({ by: 4 }).options).toEqual({ by: 4 });
    expect(Object.isFrozen(strategy) && Object.isFrozen(strategy.options)).toBe(true);
  });

  it('treats an undefined option as omitted', () => {
    expect(halving(JSON.parse('{}') as object).options).toEqual({ by: 2 });
    expect(halving({ by: undefined } as object).options).toEqual({ by: 2 });
  });

  it('gives a stateless strategy an empty state', () => {
    tidy(() => {
      const parameters = { w: tensor1d([1]) };
      expect(halving().init(parameters)).toEqual({});
      const { gradients, state } = halving().clip({ w: tensor1d([3]) }, {}, { step: 0, parameters });
      expect(gradients['w']?.dataSync()[0]).toBe(1.5);
      expect(state).toEqual({});
    });
  });

  it('passes the state to `clip` and returns the new state', () => {
    tidy(() => {
      const strategy = counting({ from: 5 });
      const { state } = strategy.clip({ w: scalar(1) }, strategy.init({}), { step: 0, parameters: {} });
      expect(state.steps.dataSync()[0]).toBe(6);
    });
  });

  it.each(['Halving', 'my_strategy', '', '-a', 'a--b'])('rejects the id "%s"', (id) => {
    expect(() => defineStrategy({ ...facts, id, fields: {}, clip: (_, gradients) => gradients })).toThrow(
      new ClippingError('bad-spec', `A strategy's id must be lower-case words joined by hyphens; received "${id}".`),
    );
  });

  it('lets `refine` validate options in combination', () => {
    const ordered = defineStrategy({
      ...facts,
      id: 'ordered',
      fields: {
        low: positive({ default: 1, about: 'Low.' }),
        high: optional(positive({ default: 2, about: 'High.' })),
      },
      refine(options, given) {
        if (options.low <= (options.high ?? 2)) return options;
        throw new ClippingError('bad-option', `low above high; given were ${[...given].join(', ')}`);
      },
      clip: (_, gradients) => gradients,
    });
    expect(() => ordered({ low: 3 })).toThrow('low above high; given were low');
    for (const unset of [{ high: undefined } as object, { high: null }]) {
      expect(() => ordered({ low: 3, ...unset })).toThrow(
        new ClippingError('bad-option', 'low above high; given were low'),
      );
    }
    expect(Object.isFrozen(ordered({ low: 2 }).options)).toBe(true);
  });
});
