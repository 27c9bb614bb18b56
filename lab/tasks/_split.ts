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
