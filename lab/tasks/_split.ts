import { randomNumbers } from '../random.ts';

/** The share of the examples that is trained on, for examples without an order in time. */
export const TRAINING_SHARE = 0.8;

/** The same for every run, so that all runs have the same validation examples. */
const SPLIT_SEED = 1_000_003;

/** Returns the items in a random order that is always the same. */
export function shuffle<Item>(items: readonly Item[]): Item[] {
  const order = [...items];
  const numbers = randomNumbers(order.length, SPLIT_SEED);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(numbers[last]! * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** Splits items into training and validation items. */
export function splitExamples<Item>(items: readonly Item[]): {
  readonly training: Item[];
  readonly validation: Item[];
} {
  const order = shuffle(items);
  const count = Math.floor(order.length * TRAINING_SHARE);
  return { training: order.slice(0, count), validation: order.slice(count) };
}
