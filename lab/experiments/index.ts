import { alternatives } from './alternatives.ts';
import { quick } from './quick.ts';
import { temporalOrderLength } from './temporal-order-length.ts';

/** All experiments, in the order of `gradclip-lab list`. */
export const experiments = [quick, temporalOrderLength, alternatives] as const;
