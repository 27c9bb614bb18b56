import { adding } from './adding.ts';
import { charLm } from './char-lm.ts';
import { copyMemory } from './copy-memory.ts';
import { temporalOrder } from './temporal-order.ts';

/** Every task, in the order reports show them. */
export const tasks = [charLm, temporalOrder, adding, copyMemory] as const;
