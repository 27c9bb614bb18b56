import type { Run } from '../run/record.ts';

/** A column with its Parquet type. */
export interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE' | 'INT32' | 'BOOLEAN';
  readonly data: readonly (string | number | boolean | null)[];
}

type ColumnOf<Row> = readonly [name: string, type: Column['type'], value: (row: Row) => Column['data'][number]];

const CONFIG_COLUMNS: readonly ColumnOf<Run>[] = [
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

/** One row per run, with its configuration and outcome. */
export function runsTable(runs: readonly Run[]): Column[] {
  return createColumns(runs, [
    ...CONFIG_COLUMNS,
    ['backend', 'STRING', ({ start }) => start.config.backend],
    ['metricName', 'STRING', ({ start }) => start.metric.name],
    ['better', 'STRING', ({ start }) => start.metric.better],
    ['baseline', 'DOUBLE', ({ start }) => start.metric.baseline],
    ['outcome', 'STRING', ({ end }) => end.outcome],
    ['divergedAt', 'INT32', ({ end }) => end.divergedAt ?? null],
    ['validation', 'DOUBLE', ({ end }) => end.validation],
    ['test', 'DOUBLE', ({ end }) => end.test],
    ['testError', 'DOUBLE', ({ end }) => end.testError],
    ['steps', 'INT32', ({ end }) => end.steps],
    ['ms', 'DOUBLE', ({ end }) => end.ms],
  ]);
}

/** One row per step of every run. The column `run` is the id of the run. */
export function stepsTable(runs: readonly Run[]): Column[] {
  const rows = runs.flatMap(({ start, steps }) => steps.map((step) => ({ run: start.id, ...step })));
  return createColumns(rows, [
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

function createColumns<Row>(rows: readonly Row[], definitions: readonly ColumnOf<Row>[]): Column[] {
  return definitions.map(([name, type, value]) => ({ name, type, data: rows.map(value) }));
}
