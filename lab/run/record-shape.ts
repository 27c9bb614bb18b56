/** What a record must hold, so that whoever reads it finds what it looks for. */
type Kind = 'number' | 'object' | 'text' | 'truth' | readonly string[];

// A map, because every object has a `constructor`, and a line of a file may name anything.
const SHAPES: ReadonlyMap<unknown, Readonly<Record<string, Kind>>> = new Map<string, Readonly<Record<string, Kind>>>([
  [
    'start',
    {
      id: 'text',
      config: 'object',
      'config.task': 'text',
      'config.settings': 'object',
      'config.data': 'text',
      'config.cell': 'text',
      'config.optimizer': 'text',
      'config.learningRate': 'number',
      'config.strategy': 'object',
      'config.strategy.id': 'text',
      'config.strategy.options': 'object',
      'config.seed': 'number',
      'config.steps': 'number',
      environment: 'object',
      metric: 'object',
      'metric.name': 'text',
      'metric.better': ['lower', 'higher'],
      'metric.baseline': 'number',
      loss: 'text',
    },
  ],
  [
    'step',
    {
      step: 'number',
      loss: 'number',
      normBefore: 'number',
      normAfter: 'number',
      clipped: 'truth',
      skipped: 'truth',
      ms: 'number',
    },
  ],
  ['end', { outcome: ['finished', 'diverged'], metric: 'number', steps: 'number', ms: 'number' }],
]);

const NON_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** What is wrong with a line of a run, as the end of a sentence; its numbers that JSON has not are put back. */
export function faultIn(record: unknown): string | undefined {
  const shape = SHAPES.get(isObject(record) ? record['type'] : undefined);
  if (shape === undefined) return 'not a record of a run';
  for (const [path, kind] of Object.entries(shape)) {
    const names = path.split('.');
    const name = names.pop() as string;
    // Objects come before what is in them, so they are known to be some.
    const holder = names.reduce((one, next) => one[next] as Record<string, unknown>, record as Record<string, unknown>);
    const found = holder[name];
    const special = NON_FINITE.get(found);
    if (kind === 'number' && special !== undefined) holder[name] = special;
    else if (!fits(found, kind)) return `\`${path}\` is not ${WORDS[typeof kind === 'string' ? kind : 'choice'](kind)}`;
  }
  return undefined;
}

const WORDS = {
  number: () => 'a number',
  object: () => 'an object',
  text: () => 'a text',
  truth: () => 'true or false',
  choice: (kind: Kind) =>
    [kind]
      .flat()
      .map((one) => `"${one}"`)
      .join(' or '),
};

function fits(found: unknown, kind: Kind): boolean {
  if (kind === 'object') return isObject(found);
  if (kind === 'text') return typeof found === 'string';
  if (kind === 'truth') return typeof found === 'boolean';
  return kind === 'number' ? typeof found === 'number' : kind.includes(found as string);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
