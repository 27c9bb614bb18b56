import { gru } from './gru.ts';
import { irnn } from './irnn.ts';
import { lstm } from './lstm.ts';
import { rnnBptt } from './rnn-bptt.ts';
import { rnnL2 } from './rnn-l2.ts';
import { rnnRadius } from './rnn-radius.ts';
import { rnnResidual } from './rnn-residual.ts';
import { rnnSigmoid } from './rnn-sigmoid.ts';
import { rnnSmall } from './rnn-small.ts';
import { rnnStack } from './rnn-stack.ts';
import { rnn } from './rnn.ts';

/** All built-in cells, in the order of the reports: the three main cells, then variants of the first. */
export const cells = [
  rnn,
  lstm,
  gru,
  rnnSigmoid,
  rnnSmall,
  rnnRadius,
  irnn,
  rnnL2,
  rnnBptt,
  rnnStack,
  rnnResidual,
] as const;
