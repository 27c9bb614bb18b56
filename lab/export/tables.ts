import type { Run } from '../record.ts';

/** A column with its type, as Parquet calls it. */
export interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE' | 'INT32' | 'BOOLEAN';
  readonly data: readonly (string | number | boolean | null)[];
}

type Of<Row> = readonly [name: string, type: Column['type'], value: (row: Row) => Column['data'][number]];

const SETTING: readonly Of<Run>[] = [
  ['run', 'STRING', ({ start }) => start.id],
  ['task', 'STRING', ({ start }) => start.config.task],
  ['data', 'STRING', ({ start }) => start.config.data],
  ['settings', 'STRING', ({ start }) => JSON.stringify(start.config.settings)],
  ['cell', 'STRING', ({ start }) => start.config.cell],
  ['optimizer', 'STRING', ({ start }) => start.config.optimizer],
  ['learningRate', 'DOUBLE', ({ start }) => start.config.learningRate],
  ['strategy', 'STRING', ({ start }) => start.config.strategy.id],
  ['options', 'STRING', ({ start }) => JSON.stringify(start.config.strategy.options)],
  ['seed', 'INT32', ({ start }) => start.config.seed],
];

/** A row for every run: its configuration and how it ended. */
export function runsTable(runs: readonly Run[]): Column[] {
  return columns(runs, [
    ...SETTING,
    ['backend', 'STRING', ({ start }) => start.config.backend],
    ['metricName', 'STRING', ({ start }) => start.metric.name],
    ['better', 'STRING', ({ start }) => start.metric.better],
    ['baseline', 'DOUBLE', ({ start }) => start.metric.baseline],
    ['outcome', 'STRING', ({ end }) => end.outcome],
    ['divergedAt', 'INT32', ({ end }) => end.divergedAt ?? null],
    ['metric', 'DOUBLE', ({ end }) => end.metric],
    ['steps', 'INT32', ({ end }) => end.steps],
    ['ms', 'DOUBLE', ({ end }) => end.ms],
  ]);
}

/** A row for every step of every run; `run` leads to the row of the run. */
export function stepsTable(runs: readonly Run[]): Column[] {
  const rows = runs.flatMap(({ start, steps }) => steps.map((step) => ({ run: start.id, ...step })));
  return columns(rows, [
    ['run', 'STRING', ({ run }) => run],
    ['step', 'INT32', ({ step }) => step],
    ['loss', 'DOUBLE', ({ loss }) => loss],
    ['normBefore', 'DOUBLE', ({ normBefore }) => normBefore],
    ['normAfter', 'DOUBLE', ({ normAfter }) => normAfter],
    ['clipped', 'BOOLEAN', ({ clipped }) => clipped],
    ['skipped', 'BOOLEAN', ({ skipped }) => skipped],
    ['threshold', 'DOUBLE', ({ threshold }) => threshold ?? null],
    ['ms', 'DOUBLE', ({ ms }) => ms],
  ]);
}

function columns<Row>(rows: readonly Row[], of: readonly Of<Row>[]): Column[] {
  return of.map(([name, type, value]) => ({ name, type, data: rows.map(value) }));
}
