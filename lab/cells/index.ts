import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import { rnn } from './rnn.ts';

/** Every cell, in the order reports show them. */
export const cells = [rnn, lstm, gru] as const;
