import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createContainer, TOKENS } from 'gradclip';
import { shelf } from 'gradclip/strategies';
import { repairWasmBackend } from 'gradclip/wasm';
import { cellOf, optimizerOf, taskOf } from '../catalogue.ts';
import type { EndRecord } from '../record.ts';
import { run } from '../run.ts';
import type { RunConfig } from '../run-config.ts';
import type { Problem } from '../task.ts';
import { dataOf } from './data.ts';
import { BACKEND, environmentHere } from './environment.ts';
import { ResultsFolder } from './folder.ts';
import { withoutSlownessWarning } from './quiet.ts';

/** A run to be done here, and where its records go. */
export interface Job {
  readonly id: string;
  readonly config: RunConfig;
  readonly out: string;
  /** The user's own data. */
  readonly data?: string;
}

let ready: Promise<void> | undefined;
const problems = new Map<string, Problem>();

/** Trains one run on this thread and files its records; `onStep` is told how many steps are done. */
export async function execute({ id, config, out, data }: Job, onStep: (done: number) => void): Promise<EndRecord> {
  await (ready ??= prepareBackend());
  const strategies = createContainer({ shelf }).get(TOKENS.StrategyRegistry);
  const task = taskOf(config.task);
  let end: EndRecord | undefined;
  const records = run(config, {
    task,
    problem: await problemOf(config, data),
    cell: cellOf(config.cell),
    optimizer: optimizerOf(config.optimizer),
    strategy: strategies.create(config.strategy),
    environment: environmentHere(),
  });
  await new ResultsFolder(out).write(id, records, (record) => {
    if (record.type === 'step') onStep(record.step + 1);
    if (record.type === 'end') end = record;
  });
  if (end === undefined) throw new Error(`Run ${id} did not end.`);
  return end;
}

async function prepareBackend(): Promise<void> {
  withoutSlownessWarning();
  repairWasmBackend();
  if (!(await tf.setBackend(BACKEND))) throw new Error(`The ${BACKEND} backend of TensorFlow.js could not be started.`);
}

/** Reading and encoding a book takes longer than some runs, so a thread does it once. */
async function problemOf({ task: id, settings, data: expected }: RunConfig, file?: string): Promise<Problem> {
  const key = JSON.stringify([id, settings, expected]);
  const known = problems.get(key);
  if (known !== undefined) return known;
  const task = taskOf(id);
  const data = await dataOf(task, file);
  if (data.id !== expected) throw new Error(`The data of \`${id}\` changed while it was in use.`);
  const problem = task.prepare(data.text, settings);
  problems.set(key, problem);
  return problem;
}
