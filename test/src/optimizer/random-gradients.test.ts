import '@tensorflow/tfjs-backend-wasm';
import { it } from 'vitest';
import { DEVICE } from '../../../src/testing/backends.ts';
import { ALL_COMBINATIONS, checkGradients } from '../../support/check-gradients.ts';

it.each(['cpu', 'wasm', DEVICE])(
  'every strategy keeps random gradients finite and no longer under every policy on %s',
  (backend) => checkGradients(backend, ALL_COMBINATIONS),
);
