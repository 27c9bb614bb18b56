import { defineCell } from './_cell.ts';
import { createStack } from './_stack.ts';

/** Three stacked recurrent layers. */
export const rnnStack = defineCell({
  id: 'rnn-stack',
  title: 'Three SimpleRNN layers',
  layer: (request) => createStack(request, (layer) => layer),
});
