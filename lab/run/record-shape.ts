import * as v from 'valibot';

// JSON has no NaN and no infinities, so records store these as strings.
const nonFinite = v.pipe(v.picklist(['NaN', 'Infinity', '-Infinity']), v.transform(Number));
const number = v.union([v.number(), nonFinite], 'a number');
const string = v.string('a string');
const boolean = v.boolean('true or false');
const object = v.custom<object>(isPlainObject, 'an object');
const shape = <Entries extends v.ObjectEntries>(entries: Entries) => v.looseObject(entries, 'an object');

const start = shape({
  type: v.literal('start'),
  id: string,
  config: shape({
    task: string,
    settings: object,
    data: string,
    cell: string,
    optimizer: string,
    learningRate: number,
    strategy: shape({ id: string, options: object }),
    seed: number,
    steps: number,
  }),
  environment: object,
  metric: shape({
    name: string,
    better: v.picklist(['lower', 'higher'], '"lower" or "higher"'),
    baseline: number,
  }),
  loss: string,
});

const step = shape({
  type: v.literal('step'),
  step: number,
  loss: number,
  normBefore: number,
  normAfter: number,
  clipped: boolean,
  skipped: boolean,
  threshold: v.optional(number),
  ms: number,
});

const end = shape({
  type: v.literal('end'),
  outcome: v.picklist(['finished', 'diverged'], '"finished" or "diverged"'),
  validation: number,
  test: number,
  testError: number,
  steps: number,
  ms: number,
});

const record = v.variant('type', [start, step, end]);

/** Validates one record of a run and returns it, or the rule that it breaks. Other fields are kept as they are. */
export function parseRecord(value: unknown): { readonly record: unknown } | { readonly fault: string } {
  const result = v.safeParse(record, value, { abortEarly: true });
  if (result.success) return { record: result.output };
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  if (path === null || path === 'type') return { fault: 'expected a `start`, `step` or `end` record' };
  if (issue.input === undefined) return { fault: `\`${path}\` is missing` };
  return { fault: `\`${path}\` must be ${issue.message}; received ${issue.received}` };
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
