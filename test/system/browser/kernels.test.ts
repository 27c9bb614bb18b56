import { expect, it } from 'vitest';
import { kernels } from '../../../src/kernels/index.ts';
import { testKernels } from '../../src/kernels/suite.ts';
import { workingDevices } from './devices.ts';

const devices = await workingDevices();

it('has a device to test', () => {
  expect(devices).toContain('webgl');
});

// Division and power of shaders are exact to a few units in the last place.
for (const backend of devices)
  testKernels({ title: `ops on ${backend}`, backend, kernels, decidesOnHost: false, tolerance: 3e-6 });
