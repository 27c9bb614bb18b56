import { runIdOf } from '../../lab/node/run-id.ts';
import type { RunConfig } from '../../lab/run/run-config.ts';
import type { EndRecord, Environment, Run, StepLine } from '../../lab/run/record.ts';

export const environment: Environment = {
  gradclip: '1.2.3',
  tfjs: '4.22.0',
  backend: 'wasm',
  repaired: true,
  runtime: 'node 20.0.0',
  platform: 'linux x64',
  cpu: 'A processor',
  cores: 2,
};

export const config: RunConfig = {
  task: 'char-lm',
  settings: { units: 4, characters: 5, batch: 2 },
  data: 'moby-dick',
  cell: 'rnn',
  optimizer: 'sgd',
  learningRate: 1,
  strategy: { id: 'none', options: {} },
  seed: 1,
  steps: 3,
  backend: 'wasm',
};

export function stepLine(step: number, change: Partial<StepLine> = {}): StepLine {
  return {
    type: 'step',
    step,
    loss: 4,
    normBefore: 2,
    normAfter: 2,
    clipped: false,
    skipped: false,
    ms: 10,
    ...change,
  };
}

/** Creates a run as read from a file. `score` is its score on validation and on test. */
export function runOf(
  change: Partial<RunConfig>,
  { score = 4, ...end }: Partial<EndRecord> & { readonly score?: number },
  steps = [0, 1, 2].map((s) => stepLine(s)),
): Run {
  const metric = { name: 'bits per character', better: 'lower', baseline: 4.4 } as const;
  const start = {
    type: 'start',
    version: 2,
    id: runIdOf({ ...config, ...change }),
    config: { ...config, ...change },
    environment,
    metric,
    loss: 'bits per character',
  } as const;
  const scores = { validation: score, test: score, testError: 0 };
  return { start, steps, end: { type: 'end', outcome: 'finished', ...scores, steps: steps.length, ms: 30, ...end } };
}
