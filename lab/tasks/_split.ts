import { randomNumbers } from '../random.ts';

/** The share of the examples that is trained on where they have no order in time. */
export const TRAINED_SHARE = 0.8;

/** The same for every run, so that all are scored on the same examples. */
const SPLIT_SEED = 1_000_003;

/** The items in an order that looks random and is always the same. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  const order = [...items];
  const drawn = randomNumbers(order.length, SPLIT_SEED);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(drawn[last]! * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** The items to train on and those to be scored on. */
export function split<Item>(items: readonly Item[]): { readonly seen: Item[]; readonly unseen: Item[] } {
  const order = shuffled(items);
  const trained = Math.floor(order.length * TRAINED_SHARE);
  return { seen: order.slice(0, trained), unseen: order.slice(trained) };
}
