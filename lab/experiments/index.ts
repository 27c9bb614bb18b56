import { quick } from './quick.ts';

/** Every experiment, in the order they are listed. */
export const experiments = [quick] as const;
