import { describe, expect, it } from 'vitest';
import { VariableOrder } from '../../../src/optimizer/variable-order.ts';

const restored = (...names: string[]): VariableOrder => {
  const order = new VariableOrder();
  order.restore(names);
  return order;
};

describe('the order of variables', () => {
  it('is the order in which they were first seen', () => {
    const order = new VariableOrder();
    expect(order.names).toEqual([]);
    expect(order.addVariables(['b', 'a'])).toEqual({ added: 2, renamed: new Map() });
    expect(order.addVariables(['a', 'c', 'b'])).toEqual({ added: 1, renamed: new Map() });
    expect(order.names).toEqual(['b', 'a', 'c']);
  });

  it('is committed for the variables that the inner optimizer has received', () => {
    const order = new VariableOrder();
    order.addVariables(['a', 'b']);
    expect(order.committed).toEqual([]);
    order.commit();
    order.addVariables(['c']);
    expect(order.committed).toEqual(['a', 'b']);
  });

  it('forgets variables that are gone, unless they are committed', () => {
    const order = new VariableOrder();
    order.addVariables(['a', 'b']);
    order.commit();
    order.addVariables(['c', 'd', 'e']);
    order.forget((name) => name === 'a' || name === 'd');
    expect(order.names).toEqual(['a', 'b', 'c', 'e']);
    expect(order.addVariables(['d']).added).toBe(1);
    expect(order.names).toEqual(['a', 'b', 'c', 'e', 'd']);
  });
});

describe('the order of a saved optimizer', () => {
  it('is committed, and does not change with the order of the gradients', () => {
    const order = restored('a', 'b');
    expect(order.committed).toEqual(['a', 'b']);
    expect(order.addVariables(['b', 'c', 'a'])).toEqual({ added: 1, renamed: new Map() });
    expect(order.names).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { title: 'a name that now has a number', saved: ['v', 'w'], seen: 'w_1', as: 'w' },
    { title: 'a name that had a number', saved: ['v_1', 'w_1'], seen: 'w', as: 'w_1' },
    { title: 'a name with another number', saved: ['v_1', 'w_1'], seen: 'w_2', as: 'w_1' },
    { title: 'the saved name without a number first', saved: ['w_2', 'w'], seen: 'w_1', as: 'w' },
    { title: 'the exact original name first', saved: ['w_3', 'w_1_2'], seen: 'w_1', as: 'w_1_2' },
  ])('recognizes $title: $seen is the saved $as', ({ saved, seen, as }) => {
    const order = restored(...saved);
    expect(order.addVariables([seen])).toEqual({ added: 1, renamed: new Map([[as, seen]]) });
    expect(order.names).toEqual(saved.map((name) => (name === as ? seen : name)));
  });

  it('matches no saved name that was already seen or already renamed', () => {
    const came = restored('w');
    came.addVariables(['w']);
    expect(came.addVariables(['w_1']).renamed.size).toBe(0);
    expect(came.names).toEqual(['w', 'w_1']);
    const became = restored('w');
    became.addVariables(['w_1']);
    expect(became.addVariables(['w_2']).renamed.size).toBe(0);
    expect(became.names).toEqual(['w_1', 'w_2']);
    expect(became.addVariables(['w']).added).toBe(1);
  });
});
