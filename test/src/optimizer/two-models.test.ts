import { it } from 'vitest';
import { DEVICE } from '../../../src/testing/backends.ts';
import { trainTwoModels } from '../../support/train-two-models.ts';

it.each(['cpu', 'wasm', DEVICE])('two models train in turns exactly as each trains alone on %s', (backend) =>
  trainTwoModels(backend, 10),
);
