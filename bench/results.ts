import { readFileSync } from 'node:fs';
import type { GrowthRow } from './growth.ts';
import type { KernelRow } from './kernels.ts';
import type { RecurrentGrowthRow, RecurrentRow } from './recurrent.ts';
import type { StrategyRow } from './strategies.ts';
import type { Target } from './targets.ts';
import type { TrainingRow } from './training.ts';

/** The machine and the time of a run. */
export interface Environment {
  readonly node: string;
  readonly tfjs: string;
  readonly cpu: string;
  readonly cores: number;
  readonly load: number;
  readonly date: string;
}

/** The committed run of `npm run bench`. */
export interface BenchResults {
  readonly version: number;
  readonly environment: Environment;
  readonly kernels: readonly KernelRow[];
  readonly strategies: readonly StrategyRow[];
  readonly training: readonly TrainingRow[];
  readonly growth: readonly GrowthRow[];
  readonly targets: readonly Target[];
}

/** The committed run of `npm run bench:recurrent`. */
export interface RecurrentResults {
  readonly environment: Environment;
  readonly rows: readonly RecurrentRow[];
  readonly growth: readonly RecurrentGrowthRow[];
}

/** Reads the committed run of `npm run bench`. */
export function readBenchResults(): BenchResults {
  return readResults('latest.json') as BenchResults;
}

/** Reads the committed run of `npm run bench:recurrent`. */
export function readRecurrentResults(): RecurrentResults {
  return readResults('recurrent.json') as RecurrentResults;
}

function readResults(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`results/${file}`, import.meta.url), 'utf8'));
}
