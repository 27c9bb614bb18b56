// Shazeer & Stern (2018), update clipping: g / max(1, RMS(g) / d), RMS the root of the mean of squares.
import type { BlockRmsOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapTensors } from './arithmetic.ts';

export const oracle: Oracle<Required<BlockRmsOptions>> =
  ({ maxRms }) =>
  (gradients) => ({
    gradients: mapTensors(gradients, (tensor) => {
      const meanSquare = tensor.values.reduce((sum, value) => sum + value * value, 0) / tensor.values.length;
      const excess = Math.sqrt(meanSquare) / maxRms;
      return excess > 1 ? { ...tensor, values: tensor.values.map((value) => value / excess) } : tensor;
    }),
  });
