import type { Experiment } from './_experiment.ts';
import { alternatives } from './alternatives.ts';
import { converged } from './converged.ts';
import { leaderboard } from './leaderboard.ts';
import { quick } from './quick.ts';
import { suggested } from './suggested.ts';
import { temporalOrderLength } from './temporal-order-length.ts';

export type { Experiment };

const builtIn: readonly Experiment[] = [quick, converged, leaderboard, suggested, temporalOrderLength, alternatives];
const all: Experiment[] = [...builtIn];

/** All experiments, in the order of `gradclip-lab list`: the built-in ones and those of the plugin. */
export const experiments: readonly Experiment[] = all;

/** Adds experiments to the built-in ones, in place of those that were added before. */
export function setOwnExperiments(own: readonly Experiment[]): void {
  all.splice(builtIn.length, all.length, ...own);
}
