import { describe, expect, it } from 'vitest';
import { VariableOrder } from '../../../src/optimizer/variable-order.ts';

/** Variables of these names; each new name has a new id. */
const ids = new Map<string, number>();
const named = (...names: string[]) =>
  names.map((name) => ({ name, id: ids.get(name) ?? ids.set(name, ids.size).size - 1 }));

const restored = (...names: string[]): VariableOrder => {
  const order = new VariableOrder();
  order.restore(names);
  return order;
};

describe('the order of variables', () => {
  it('is the order in which they were first seen', () => {
    const order = new VariableOrder();
    expect(order.names).toEqual([]);
    expect(order.addVariables(named('b', 'a'))).toEqual({ added: 2, renamed: new Map() });
    expect(order.addVariables(named('a', 'c', 'b'))).toEqual({ added: 1, renamed: new Map() });
    expect(order.names).toEqual(['b', 'a', 'c']);
  });

  it('is committed for the variables that the inner optimizer has received', () => {
    const order = new VariableOrder();
    order.addVariables(named('a', 'b'));
    expect(order.committed).toEqual([]);
    order.commit();
    order.addVariables(named('c'));
    expect(order.committed).toEqual(['a', 'b']);
  });

  it('removes variables that are gone, and returns the indices that the inner optimizer knows', () => {
    const order = new VariableOrder();
    order.addVariables(named('a', 'b', 'c'));
    order.commit();
    order.addVariables(named('d', 'e'));
    const idOf = (name: string) => (['a', 'c', 'd'].includes(name) ? undefined : named(name)[0]?.id);
    expect(order.removeGone(idOf)).toEqual({ names: ['d', 'c', 'a'], indices: [2, 0] });
    expect(order.names).toEqual(['b', 'e']);
    expect(order.committed).toEqual(['b']);
    expect(order.addVariables(named('d')).added).toBe(1);
    expect(order.names).toEqual(['b', 'e', 'd']);
  });

  it('takes a variable with the name of another one for a new variable', () => {
    const order = new VariableOrder();
    order.addVariables([{ name: 'a', id: 1 }]);
    order.commit();
    expect(order.removeGone(() => 1)).toEqual({ names: [], indices: [] });
    expect(order.removeGone(() => 2)).toEqual({ names: ['a'], indices: [0] });
    expect(order.addVariables([{ name: 'a', id: 2 }]).added).toBe(1);
    expect(order.names).toEqual(['a']);
  });
});

describe('the order of a saved optimizer', () => {
  it('is committed, and does not change with the order of the gradients', () => {
    const order = restored('a', 'b');
    expect(order.committed).toEqual(['a', 'b']);
    expect(order.addVariables(named('b', 'c', 'a'))).toEqual({ added: 1, renamed: new Map() });
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
    expect(order.addVariables(named(seen))).toEqual({ added: 1, renamed: new Map([[as, seen]]) });
    expect(order.names).toEqual(saved.map((name) => (name === as ? seen : name)));
  });

  it('keeps saved variables that have not been seen yet', () => {
    const order = restored('a', 'b');
    order.addVariables(named('a'));
    expect(order.removeGone(() => undefined).names).toEqual(['a']);
    expect(order.committed).toEqual(['b']);
  });

  it('matches no saved name that was already seen or already renamed', () => {
    const came = restored('w');
    came.addVariables(named('w'));
    expect(came.addVariables(named('w_1')).renamed.size).toBe(0);
    expect(came.names).toEqual(['w', 'w_1']);
    const became = restored('w');
    became.addVariables(named('w_1'));
    expect(became.addVariables(named('w_2')).renamed.size).toBe(0);
    expect(became.names).toEqual(['w_1', 'w_2']);
    expect(became.addVariables(named('w')).added).toBe(1);
  });
});
