import { charLm } from './char-lm.ts';

/** Every task, in the order reports show them. */
export const tasks = [charLm] as const;
