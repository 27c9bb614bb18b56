import { beforeAll, expect, it } from 'vitest';
import { ALL_COMBINATIONS, checkGradients, HOST_TOLERANCE } from '../../support/check-gradients.ts';
import { trainTwoModels } from '../../support/train-two-models.ts';
import { workingDevices } from './devices.ts';
import { registerWasm } from './wasm-files.ts';

registerWasm();
// webgpu cannot read tensors synchronously.
const BACKENDS = ['wasm', 'webgl'];
// Shaders round divisions and roots in the last digits, and flush denormals to 0.
const TOLERANCES = [HOST_TOLERANCE, { relative: 1e-5, absolute: 1e-37 }];
// A software renderer is slow.
const SEQUENCES = [ALL_COMBINATIONS, Math.ceil(ALL_COMBINATIONS / 2)];
const TEN_MINUTES = 600_000;

beforeAll(async () => {
  expect(await workingDevices()).toContain('webgl');
});

it.each(BACKENDS.map((backend, index) => ({ backend, index })))(
  'every strategy keeps random gradients finite and no longer in a browser on $backend',
  { timeout: TEN_MINUTES },
  ({ backend, index }) => checkGradients(backend, SEQUENCES[index] ?? 0, TOLERANCES[index]),
);

it.each(BACKENDS)(
  'two models train in turns exactly as each trains alone in a browser on %s',
  { timeout: TEN_MINUTES },
  (backend) => trainTwoModels(backend, 10),
);
