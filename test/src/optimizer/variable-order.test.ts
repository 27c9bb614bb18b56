import { describe, expect, it } from 'vitest';
import { VariableOrder } from '../../../src/optimizer/order.ts';

const restored = (...names: string[]): VariableOrder => {
  const order = new VariableOrder();
  order.restore(names);
  return order;
};

describe('the order of variables', () => {
  it('is that in which they were first seen', () => {
    const order = new VariableOrder();
    expect(order.names).toEqual([]);
    expect(order.admit(['b', 'a'])).toEqual({ added: 2, renamed: new Map() });
    expect(order.admit(['a', 'c', 'b'])).toEqual({ added: 1, renamed: new Map() });
    expect(order.names).toEqual(['b', 'a', 'c']);
  });

  it('is settled as far as the inner optimizer has been given it', () => {
    const order = new VariableOrder();
    order.admit(['a', 'b']);
    expect(order.settled).toEqual([]);
    order.settle();
    order.admit(['c']);
    expect(order.settled).toEqual(['a', 'b']);
  });

  it('forgets what is gone where it is not settled, and knows it no more', () => {
    const order = new VariableOrder();
    order.admit(['a', 'b']);
    order.settle();
    order.admit(['c', 'd', 'e']);
    order.forget((name) => name === 'a' || name === 'd');
    expect(order.names).toEqual(['a', 'b', 'c', 'e']);
    expect(order.admit(['d']).added).toBe(1);
    expect(order.names).toEqual(['a', 'b', 'c', 'e', 'd']);
  });
});

describe('the order of a saved optimizer', () => {
  it('is settled, and holds whatever comes first', () => {
    const order = restored('a', 'b');
    expect(order.settled).toEqual(['a', 'b']);
    expect(order.admit(['b', 'c', 'a'])).toEqual({ added: 1, renamed: new Map() });
    expect(order.names).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { about: 'one that has a number now', saved: ['v', 'w'], came: 'w_1', as: 'w' },
    { about: 'one that had a number', saved: ['v_1', 'w_1'], came: 'w', as: 'w_1' },
    { about: 'one that has another number', saved: ['v_1', 'w_1'], came: 'w_2', as: 'w_1' },
    { about: 'the one without a number first', saved: ['w_2', 'w'], came: 'w_1', as: 'w' },
    { about: 'the one whose own name it is first', saved: ['w_3', 'w_1_2'], came: 'w_1', as: 'w_1_2' },
  ])('finds $about: $came for $as', ({ saved, came, as }) => {
    const order = restored(...saved);
    expect(order.admit([came])).toEqual({ added: 1, renamed: new Map([[as, came]]) });
    expect(order.names).toEqual(saved.map((name) => (name === as ? came : name)));
  });

  it('takes no name for one that has come already, or that another has become', () => {
    const came = restored('w');
    came.admit(['w']);
    expect(came.admit(['w_1']).renamed.size).toBe(0);
    expect(came.names).toEqual(['w', 'w_1']);
    const became = restored('w');
    became.admit(['w_1']);
    expect(became.admit(['w_2']).renamed.size).toBe(0);
    expect(became.names).toEqual(['w_1', 'w_2']);
    expect(became.admit(['w']).added).toBe(1);
  });
});
