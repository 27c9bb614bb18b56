import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { sampleText } from '../../../lab/tasks/_sampling.ts';

beforeAll(() => tf.setBackend('cpu'));

it('writes the same text with a layer as with a model of one layer, which has no cell', async () => {
  const alphabet = Array.from('abcdefgh');
  const rnn = tf.layers.simpleRNN({ units: 6, returnSequences: true, inputShape: [5, alphabet.length] });
  const dense = tf.layers.dense({ units: alphabet.length });
  const plain = tf.sequential({ layers: [rnn, dense] });
  const nested = tf.sequential({ layers: [tf.sequential({ layers: [rnn] }), dense] });
  const [a, b] = [plain, nested].map((model) => sampleText(model, { alphabet, first: 2, seed: 1 }));
  expect(await b).toBe(await a);
  expect(await a).toMatch(/^[a-h]{160}$/);
});
