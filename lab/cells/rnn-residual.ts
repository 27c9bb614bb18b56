import { residual } from 'gradclip/recurrent';
import { defineCell } from './_cell.ts';
import { createStack } from './_stack.ts';

/** Three recurrent layers. The lower two add their output to their input. */
export const rnnResidual = defineCell({
  id: 'rnn-residual',
  title: 'Three SimpleRNN layers with residual connections',
  layer: (request) => createStack(request, residual),
});
