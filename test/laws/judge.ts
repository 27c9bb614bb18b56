import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { DEVICE, describeStrategy, type DescribeOptions, type Judged } from 'gradclip/testing';
import { describe, it } from 'vitest';

/** Where strategies are judged: both backends of Node, and the ops that graphics cards take. */
export const BACKENDS = ['cpu', 'wasm', DEVICE];

/** Writes the tests of all laws, and of the agreement with the oracle, on every backend. */
export function itKeepsTheLaws<Options>(factory: Judged<Options>, options: DescribeOptions<Options> = {}): void {
  describeStrategy(factory, { describe, it, backends: BACKENDS, ...options });
}
