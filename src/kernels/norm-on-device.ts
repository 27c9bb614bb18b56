import {
  abs,
  div,
  env,
  equal,
  getBackend,
  greater,
  isNaN as elementsNaN,
  max,
  maximum,
  mean,
  mul,
  pow,
  sqrt,
  square,
  sum,
  type Tensor,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { LARGEST, SMALLEST_NORMAL } from './float32.ts';

/** What a device can hold: its largest number, the least that is not denormal, and half a unit in the last place of 1. */
interface Precision {
  readonly largest: number;
  readonly smallest: number;
  readonly rounding: number;
}

// Some devices flush what is denormal to zero.
const SINGLE: Precision = { largest: LARGEST, smallest: SMALLEST_NORMAL, rounding: 2 ** -24 };
// The textures of webgl on many phones.
const HALF: Precision = { largest: 65504, smallest: 2 ** -14, rounding: 2 ** -11 };

// `floatPrecision()` of tfjs answers 16 where webgl has full floats.
function precision(): Precision {
  return getBackend() === 'webgl' && !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? HALF : SINGLE;
}

/**
 * ‖x‖ₚ along some axes kept as length 1, or of the whole tensor; NaN where one is among the elements, else ∞ where that is.
 *
 * It is m·‖x/m‖ with m the largest magnitude, since squares overflow float32 from 1.8e19 on and half floats from 256 on.
 * Where finite elements have a norm that the device cannot hold, it is the largest number of the device. From order 1
 * on no step on the way there goes beyond that number: what comes of it differs between devices, and NaN is among the answers.
 */
export function normOnDevice(x: Tensor, order: number, axes?: readonly number[]): Tensor {
  const [along, keep] = axes === undefined ? [undefined, false] : [[...axes], true];
  if (x.size === 0) return zeros(keep ? x.shape.map((size, axis) => (along?.includes(axis) ? 1 : size)) : []);
  const { largest, smallest, rounding } = precision();
  const magnitudes = abs(x);
  const longest = max(magnitudes, along, keep);
  // `max` passes over NaN on some backends; a mean never does, and does not overflow as a sum would.
  const average = mean(magnitudes, along, keep);
  if (order === Infinity) return where(elementsNaN(average), average, longest);
  const unit = maximum(longest, smallest);
  const count = x.size / longest.size;
  // Each part is at most 1, so only very many overflow: 65 504 of them, of half floats.
  const shrink = Math.max(1, (2 * count) / largest) ** (1 / order);
  const parts = shrink === 1 ? div(magnitudes, unit) : div(div(magnitudes, unit), shrink);
  const inUnits =
    order === 2
      ? sqrt(sum(square(parts), along, keep))
      : order === 1
        ? sum(parts, along, keep)
        : pow(sum(pow(parts, order), along, keep), 1 / order);
  const inside = mul(unit, inUnits);
  const norm = shrink === 1 ? inside : mul(inside, shrink);
  const room = div((largest * (1 - 4 * rounding)) / shrink, unit);
  return where(equal(longest, Infinity), average, where(greater(inUnits, room), largest, norm));
}
