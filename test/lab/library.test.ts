import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  createLabContainer,
  defineCell,
  defineTask,
  LAB_TOKENS,
  LabError,
  publish,
  runExperiment,
  type Grid,
  type RunExperimentOptions,
  type RunRecord,
} from 'gradclip-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTask } from '../../lab/catalogue/catalogue.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-library-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const grid: Grid = {
  tasks: ['adding'],
  settings: { units: 4, length: 4, batch: 4 },
  cells: ['rnn'],
  optimizers: ['sgd'],
  learningRates: [0.1],
  strategies: [{ id: 'none' }, { id: 'global-norm' }],
  seeds: [1],
  steps: 2,
};

async function collectRecords(change: Partial<Grid> = {}, options: RunExperimentOptions = {}): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const record of runExperiment({ ...grid, ...change }, options)) records.push(record);
  return records;
}

const withoutTimes = (records: readonly RunRecord[]): unknown[] =>
  records.map((record) => ({ ...record, ms: undefined }));
const adding = findTask('adding');
const own = defineTask({ ...adding, id: 'own', dataset: { ...adding.dataset, id: 'own', read: () => '' } });

describe('publish', () => {
  it('writes the summary and the report of the runs in a folder, under a question', async () => {
    const out = join(folder, 'published');
    const records = await collectRecords({}, { out });
    const { summary, report } = publish(out, { question: 'Is it <better>?' });
    expect(report).toBe(join(out, 'report.html'));
    expect(readFileSync(report, 'utf8')).toContain('<h1>Is it &lt;better&gt;?</h1>');
    expect(summary.rows.map(({ strategy }) => strategy.id)).toEqual(['none', 'global-norm']);
    expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))).toMatchObject({ experiment: 'all runs' });

    const [first] = records.flatMap((record) => (record.type === 'start' ? [record.id] : []));
    const elsewhere = publish(out, { runs: [first!], to: join(folder, 'one') });
    expect(elsewhere.summary.rows.map(({ strategy }) => strategy.id)).toEqual(['none']);
    expect(elsewhere.report).toBe(join(folder, 'one/report.html'));
  });

  it('is refused for a folder without finished runs', () => {
    expect(() => publish(join(folder, 'empty'))).toThrow('contains no finished runs');
  });
});

describe('runExperiment', () => {
  it('streams the start, the steps and the end of every run', async () => {
    const records = await collectRecords();
    const run = ['start', 'step', 'step', 'end'];
    expect(records.map(({ type }) => type)).toEqual([...run, ...run]);
    const strategies = records.flatMap((record) => (record.type === 'start' ? [record.config.strategy.id] : []));
    expect(strategies).toEqual(['none', 'global-norm']);
  });

  it('restores the backend and leaks no tensor, even when it is interrupted', async () => {
    await tf.setBackend('cpu');
    await collectRecords();
    const before = tf.memory().numTensors;
    for await (const record of runExperiment(grid)) if (record.type === 'step') break;
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['cpu', before]);
  });

  it('writes records to a folder and trains nothing twice', async () => {
    const out = join(folder, 'kept');
    const first = await collectRecords({}, { out });
    const files = (): [string, number][] =>
      readdirSync(join(out, 'runs')).map((name) => [name, statSync(join(out, 'runs', name)).mtimeMs]);
    const written = files();
    expect(written).toHaveLength(2);
    expect(await collectRecords({}, { out })).toEqual(first);
    expect(files()).toEqual(written);
    expect(withoutTimes(await collectRecords())).toEqual(withoutTimes(first));
  });

  it('saves predictions on request', async () => {
    const out = join(folder, 'predicted');
    await collectRecords({}, { out, savePredictions: true });
    const names = readdirSync(join(out, 'predictions'));
    expect(names.sort()).toEqual(readdirSync(join(out, 'runs')).sort());
    const [line = ''] = readFileSync(join(out, 'predictions', names[0]!), 'utf8').split('\n');
    expect(Object.keys(JSON.parse(line) as object)).toEqual(['truth', 'prediction']);
  });

  it('needs a folder for predictions', async () => {
    await expect(collectRecords({}, { savePredictions: true })).rejects.toThrow(
      '`runExperiment` needs `out` for `savePredictions`.',
    );
  });

  it('has saved a run before it yields the last record', async () => {
    const out = join(folder, 'filed');
    for await (const record of runExperiment(grid, { out })) if (record.type === 'end') break;
    expect(readdirSync(join(out, 'runs')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  });

  it('leaves no file of an interrupted run', async () => {
    const out = join(folder, 'broken');
    for await (const record of runExperiment(grid, { out })) if (record.type === 'step') break;
    expect(readdirSync(join(out, 'runs'))).toEqual([]);
  });

  it('stops when the signal aborts', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { type } of runExperiment(grid, { signal: stop.signal })) {
      seen.push(type);
      if (type === 'step') stop.abort();
    }
    expect(seen).toEqual(['start', 'step']);
  });

  it('accepts the id of an experiment', async () => {
    const stream = runExperiment('quick');
    expect((await stream.next()).value).toMatchObject({ type: 'start', config: { task: 'char-lm' } });
    await stream.return();
  });

  it("trains on the user's own task, cell and optimizer", async () => {
    const rnn = defineCell({
      id: 'wide',
      title: 'A wide one',
      layer: ({ seed: _, ...shape }) => tf.layers.simpleRNN({ ...shape, units: 9 }),
    });
    const container = createLabContainer({
      tasks: [own],
      cells: [rnn],
      optimizers: [{ id: 'slow', make: (rate) => tf.train.sgd(rate / 100) }],
    });
    const records = await collectRecords({ tasks: ['own'], cells: ['wide'], optimizers: ['slow'] }, { container });
    expect(records[0]).toMatchObject({ config: { task: 'own', cell: 'wide', optimizer: 'slow', data: 'own' } });
    expect(records).toHaveLength(8);
  });

  it.each([
    { about: 'an unknown name', change: { cells: ['rn'] }, says: 'Unknown cell `rn`. Did you mean `rnn`?' },
    { about: 'a number out of range', change: { seeds: [-1] }, says: 'A seed must be a whole number' },
  ])('rejects $about before it trains', async ({ change, says }) => {
    await expect(collectRecords(change)).rejects.toThrow(says);
  });

  it('rejects two tasks with the same id, and a task whose data cannot be read', async () => {
    const twice = createLabContainer({ tasks: [defineTask({ ...own, id: 'adding' })] });
    await expect(collectRecords({}, { container: twice })).rejects.toThrow(
      new LabError('Two tasks have the id `adding`. Give yours another id.'),
    );
    const { read: _, ...dataset } = own.dataset;
    const container = createLabContainer({ tasks: [defineTask({ ...own, dataset })] });
    await expect(collectRecords({ tasks: ['own'] }, { container })).rejects.toThrow(
      '`own`: the dataset `own` needs a function `read` that returns its text.',
    );
  });

  it('finds parts that were bound to the container later', async () => {
    const parent = createLabContainer();
    parent.bind(LAB_TOKENS.Task).toConstantValue(own);
    expect(await collectRecords({ tasks: ['own'] }, { container: parent })).toHaveLength(8);
  });
});
