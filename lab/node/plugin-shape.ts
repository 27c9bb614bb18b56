import * as v from 'valibot';

const string = v.string('Expected a string');
const number = v.number('Expected a number');
// `v.function` would be inferred as a function without types.
const method = v.custom<(...input: never[]) => unknown>((value) => typeof value === 'function', 'Expected a function');
const list = <Entry extends v.GenericSchema>(entry: Entry) => v.array(entry, 'Expected an array');

/** An object with these entries and any others. */
const part = <Entries extends v.ObjectEntries>(entries: Entries) => v.looseObject(entries, 'Expected an object');

// The registry checks that it is a factory.
const strategy = v.unknown();
const cell = part({ id: string, title: string, layer: method });
const optimizer = part({ id: string, make: method });
const task = part({
  id: string,
  title: string,
  about: string,
  dataset: part({ id: string, title: string, licence: string, url: string }),
  settings: part({}),
  metric: part({ name: string, better: v.picklist(['lower', 'higher'], "Expected 'lower' or 'higher'") }),
  loss: part({ name: string, perTrained: number }),
  prepare: method,
});
const experiment = part({
  id: string,
  question: string,
  budget: string,
  grid: part({
    tasks: list(string),
    cells: list(string),
    optimizers: list(string),
    learningRates: v.union([list(number), v.record(string, list(number))], 'Expected an array of numbers'),
    strategies: list(part({ id: string })),
    seeds: list(number),
    steps: v.union([number, v.record(string, number)], 'Expected a number'),
  }),
  smoke: part({}),
});

const shape = v.strictObject(
  {
    strategies: v.optional(list(strategy)),
    cells: v.optional(list(cell)),
    tasks: v.optional(list(task)),
    optimizers: v.optional(list(optimizer)),
    experiments: v.optional(list(experiment)),
  },
  'Expected an object with `strategies`, `cells`, `tasks`, `optimizers` or `experiments`',
);

/** Returns what is wrong with the default export of a plugin, as the end of a sentence; undefined if nothing is. */
export function findPluginFault(value: unknown): string | undefined {
  const result = v.safeParse(shape, value, { abortEarly: true });
  if (result.success) return undefined;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  if (path !== null && issue.input === undefined) return `has no \`${path}\`.`;
  return `is wrong${path === null ? '' : ` at \`${path}\``}. ${issue.message}; received ${issue.received}.`;
}
