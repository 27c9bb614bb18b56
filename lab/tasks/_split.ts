import { randomNumbers } from '../random.ts';

/** The share of the examples in each of the validation and the test part. */
const HELD_OUT = 0.15;

/** Examples in three parts. Models train on `training`; settings are chosen on `validation`; `test` is reported. */
export interface Split<Item> {
  readonly training: Item[];
  readonly validation: Item[];
  readonly test: Item[];
}

/** Returns the items in a random order that is always the same, so that all runs have the same parts. */
export function shuffle<Item>(items: readonly Item[]): Item[] {
  const order = [...items];
  const numbers = randomNumbers(order.length, 'split');
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(numbers[last]! * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** Splits items at random. With at least three items, no part is empty. */
export function splitExamples<Item>(items: readonly Item[]): Split<Item> {
  return splitInOrder(shuffle(items));
}

/** Splits items that are in the order of time: training comes first, and test comes last. */
export function splitInOrder<Item>(items: readonly Item[]): Split<Item> {
  const held = Math.max(1, Math.round(items.length * HELD_OUT));
  return {
    training: items.slice(0, -2 * held),
    validation: items.slice(-2 * held, -held),
    test: items.slice(-held),
  };
}

/** Takes at most `limit` examples of each part to score on, and as many of the training part as of the test part. */
export function takeScored<Item>({ training, validation, test }: Split<Item>, limit: number): Split<Item> {
  const scored = test.slice(0, limit);
  return { training: training.slice(0, scored.length), validation: validation.slice(0, limit), test: scored };
}

/** A group with more than this share of a held-out part is trained on, so that the parts have the wanted sizes. */
const LARGE_GROUP = 0.25;

/**
 * Splits items at random so that two items with a key in common are always in the same part.
 *
 * The held-out parts are small if almost all items are connected by their keys.
 */
export function splitByKeys<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): Split<Item> {
  const held = Math.max(1, Math.round(items.length * HELD_OUT));
  const split: Split<Item> = { training: [], validation: [], test: [] };
  for (const group of shuffle(connectedGroups(items, keysOf))) {
    const isLarge = group.length > Math.max(1, LARGE_GROUP * held);
    const open = ([split.test, split.validation] as const).find((part) => part.length < held);
    const part = isLarge || open === undefined ? split.training : open;
    // A group may have more items than a call takes arguments.
    for (const item of group) part.push(item);
  }
  return split;
}

/** Groups items that are connected by common keys, directly or through others. */
function connectedGroups<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): Item[][] {
  const parents = items.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]!]!;
    return root;
  };
  const firstWithKey = new Map<string, number>();
  items.forEach((item, index) => {
    for (const key of keysOf(item)) {
      const first = firstWithKey.get(key);
      if (first === undefined) firstWithKey.set(key, index);
      else parents[rootOf(index)] = rootOf(first);
    }
  });
  const groups = new Map<number, Item[]>();
  items.forEach((item, index) => {
    const group = groups.get(rootOf(index));
    if (group) group.push(item);
    else groups.set(rootOf(index), [item]);
  });
  return [...groups.values()];
}
