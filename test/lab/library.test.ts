import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  createLabContainer,
  defineCell,
  defineTask,
  LAB_TOKENS,
  LabError,
  runExperiment,
  type Grid,
  type RunExperimentOptions,
  type RunRecord,
} from 'gradclip-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskOf } from '../../lab/catalogue.ts';

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

async function recordsOf(own: Partial<Grid> = {}, options: RunExperimentOptions = {}): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const record of runExperiment({ ...grid, ...own }, options)) records.push(record);
  return records;
}

const timeless = (records: readonly RunRecord[]): unknown[] => records.map((record) => ({ ...record, ms: undefined }));
const adding = taskOf('adding');
const own = defineTask({ ...adding, id: 'own', dataset: { ...adding.dataset, id: 'own', read: () => '' } });

describe('runExperiment', () => {
  it('streams every run: its beginning, its steps, its end', async () => {
    const records = await recordsOf();
    const run = ['start', 'step', 'step', 'end'];
    expect(records.map(({ type }) => type)).toEqual([...run, ...run]);
    const strategies = records.flatMap((record) => (record.type === 'start' ? [record.config.strategy.id] : []));
    expect(strategies).toEqual(['none', 'global-norm']);
  });

  it('sets the backend of before again, and leaves no tensor behind, when it is broken off too', async () => {
    await tf.setBackend('cpu');
    await recordsOf();
    const before = tf.memory().numTensors;
    for await (const record of runExperiment(grid)) if (record.type === 'step') break;
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['cpu', before]);
  });

  it('keeps records in a folder and trains nothing twice', async () => {
    const out = join(folder, 'kept');
    const first = await recordsOf({}, { out });
    const files = (): [string, number][] =>
      readdirSync(join(out, 'runs')).map((name) => [name, statSync(join(out, 'runs', name)).mtimeMs]);
    const written = files();
    expect(written).toHaveLength(2);
    expect(await recordsOf({}, { out })).toEqual(first);
    expect(files()).toEqual(written);
    expect(timeless(await recordsOf())).toEqual(timeless(first));
  });

  it('has filed a run by the time its last record comes', async () => {
    const out = join(folder, 'filed');
    for await (const record of runExperiment(grid, { out })) if (record.type === 'end') break;
    expect(readdirSync(join(out, 'runs')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  });

  it('leaves nothing of a run that is broken off', async () => {
    const out = join(folder, 'broken');
    for await (const record of runExperiment(grid, { out })) if (record.type === 'step') break;
    expect(readdirSync(join(out, 'runs'))).toEqual([]);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { type } of runExperiment(grid, { signal: stop.signal })) {
      seen.push(type);
      if (type === 'step') stop.abort();
    }
    expect(seen).toEqual(['start', 'step']);
  });

  it('takes an experiment by its id', async () => {
    const stream = runExperiment('quick');
    expect((await stream.next()).value).toMatchObject({ type: 'start', config: { task: 'char-lm' } });
    await stream.return();
  });

  it("trains on the user's own task, and cell, and optimizer", async () => {
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
    const records = await recordsOf({ tasks: ['own'], cells: ['wide'], optimizers: ['slow'] }, { container });
    expect(records[0]).toMatchObject({ config: { task: 'own', cell: 'wide', optimizer: 'slow', data: 'own' } });
    expect(records).toHaveLength(8);
  });

  it.each([
    { about: 'a name that is not known', change: { cells: ['rn'] }, says: 'No cell `rn`; did you mean `rnn`?' },
    { about: 'a number out of range', change: { seeds: [-1] }, says: 'A seed must be a whole number' },
  ])('refuses $about before it trains', async ({ change, says }) => {
    await expect(recordsOf(change)).rejects.toThrow(says);
  });

  it('refuses a task that shares an id with another, and one whose data nobody can read', async () => {
    const twice = createLabContainer({ tasks: [defineTask({ ...own, id: 'adding' })] });
    await expect(recordsOf({}, { container: twice })).rejects.toThrow(
      new LabError('Two tasks are called `adding`; give yours another id.'),
    );
    const { read: _, ...dataset } = own.dataset;
    const container = createLabContainer({ tasks: [defineTask({ ...own, dataset })] });
    await expect(recordsOf({ tasks: ['own'] }, { container })).rejects.toThrow(
      '`own`: its dataset `own` must have a function `read` that gives its text.',
    );
  });

  it("finds a parent's parts from a child of the container", async () => {
    const parent = createLabContainer();
    parent.bind(LAB_TOKENS.Task).toConstantValue(own);
    expect(await recordsOf({ tasks: ['own'] }, { container: parent })).toHaveLength(8);
  });
});
