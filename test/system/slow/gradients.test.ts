import '@tensorflow/tfjs-backend-wasm';
import { it } from 'vitest';
import { DEVICE } from '../../../src/testing/backends.ts';
import { checkGradients } from '../../support/check-gradients.ts';

it.each(['cpu', 'wasm', DEVICE])(
  'every strategy keeps 1000 sequences of random gradients finite and no longer on %s',
  (backend) => checkGradients(backend, 1000),
);
