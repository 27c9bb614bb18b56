/**
 * The part of the lab that runs in browsers: tasks, cells, optimizers, and runs as streams of records.
 *
 * @module
 */

import { version_core } from '@tensorflow/tfjs';
import type { Environment } from './run/record.ts';

export { cells } from './cells/index.ts';
export { gru } from './cells/gru.ts';
export { lstm } from './cells/lstm.ts';
export { rnnSmall } from './cells/rnn-small.ts';
export { rnn } from './cells/rnn.ts';
export { optimizers } from './catalogue/optimizers.ts';
export {
  toLine,
  type EndRecord,
  type Environment,
  type RunRecord,
  type StartRecord,
  type StepLine,
} from './run/record.ts';
export { runId, type RunConfig } from './run/run-config.ts';
export { DIVERGED_TIMES, run, type RunParts } from './run/run.ts';
export type { Task } from './tasks/_task.ts';
export { adding } from './tasks/adding.ts';
export { charLm } from './tasks/char-lm.ts';
export { tasks } from './tasks/index.ts';
export { temporalOrder } from './tasks/temporal-order.ts';
export { weather } from './tasks/weather.ts';

/** Describes the environment of a page as far as browsers reveal it. */
export function environmentOf(known: Pick<Environment, 'gradclip' | 'backend' | 'repaired' | 'runtime'>): Environment {
  return {
    ...known,
    tfjs: version_core,
    platform: 'browser',
    cpu: 'unknown',
    cores: navigator.hardwareConcurrency,
  };
}
