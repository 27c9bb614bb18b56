// Yong and others (2020), equation 1, column by column: the incoming weights of a unit share its last index.
import type { Oracle } from 'gradclip/testing';
import { mapTensors } from './arithmetic.ts';

export const oracle: Oracle = () => (gradients) => ({
  gradients: mapTensors(gradients, (tensor) => {
    const { shape, values } = tensor;
    const units = shape.at(-1) ?? 1;
    const rows = values.length / units;
    if (shape.length < 2 || rows <= 1) return tensor;
    const mean = (unit: number): number =>
      values.filter((_, index) => index % units === unit).reduce((sum, value) => sum + value, 0) / rows;
    const means = Array.from({ length: units }, (_, unit) => mean(unit));
    return { ...tensor, values: values.map((value, index) => value - (means[index % units] ?? NaN)) };
  }),
});
