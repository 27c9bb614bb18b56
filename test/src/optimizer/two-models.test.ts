import { it } from 'vitest';
import { DEVICE } from '../../../src/testing/backends.ts';
import { trainTwoModels } from '../../support/train-two-models.ts';

it.each(['cpu', 'wasm', DEVICE])('trains two models in turns exactly like each alone on %s', (backend) =>
  trainTwoModels(backend, 10),
);
