import * as tf from '@tensorflow/tfjs';
import { defineStrategy, scaleAll } from 'gradclip/define';
import { lawsOf } from 'gradclip/testing';
import { expect, it } from 'vitest';

it('the law "small" finds an adaptive strategy that changes small gradients after its first step', async () => {
  const late = defineStrategy({
    id: 'late',
    title: 'Halves all but the first step',
    laws: { direction: 'global', idempotent: false },
    fields: {},
    init: () => ({ steps: tf.scalar(0) }),
    clip: (_, gradients, { steps }) => ({
      gradients: scaleAll(gradients, tf.where(tf.greater(steps, 0), 0.5, 1) as tf.Scalar),
      state: { steps: tf.add<tf.Scalar>(steps, 1) },
    }),
  });
  const law = lawsOf(late).find(({ name }) => name === 'small');
  await expect(law?.check()).rejects.toThrow('after 4 usual steps, a gradient of scale 1e-9');
});
