import { alternatives } from './alternatives.ts';
import { applications } from './applications.ts';
import { learningRateRobustness } from './learning-rate-robustness.ts';
import { quick } from './quick.ts';
import { temporalOrderLength } from './temporal-order-length.ts';
import { threshold } from './threshold.ts';

/** All experiments, in the order of `gradclip-lab list`. */
export const experiments = [
  quick,
  learningRateRobustness,
  threshold,
  temporalOrderLength,
  applications,
  alternatives,
] as const;
