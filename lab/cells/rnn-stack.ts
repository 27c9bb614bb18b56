import { defineCell } from './_cell.ts';
import { createStack } from './_stack.ts';

/** Three plain recurrent layers on top of each other. */
export const rnnStack = defineCell({
  id: 'rnn-stack',
  title: 'Three SimpleRNN layers',
  layer: (request) => createStack(request, (layer) => layer),
});
