import {
  copyRegisteredKernels,
  findBackendFactory,
  getBackend,
  ready,
  registerBackend,
  setBackend,
} from '@tensorflow/tfjs-core';

/**
 * A backend that stands for a graphics card: the cpu backend under a name that the framework does not know, so that
 * it takes the kernels made of tfjs ops and may read nothing back, as on webgl and webgpu.
 *
 * @category Testing
 */
export const DEVICE = 'gradclip-device';

/** Whether {@link DEVICE} can be made: `@tensorflow/tfjs-backend-cpu` must be registered. */
export function deviceIsAvailable(): boolean {
  return cpuFactory() != null;
}

/** Runs on a backend, and goes back to the one in use before. */
export async function onBackend<Result>(
  name: string | undefined,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  await ready();
  const before = getBackend();
  if (name === DEVICE) registerDevice();
  if (name !== undefined && !(await setBackend(name))) throw new Error(`tfjs has no working backend "${name}" here`);
  try {
    return await run();
  } finally {
    if (name !== undefined) await setBackend(before);
  }
}

function registerDevice(): void {
  const factory = cpuFactory();
  if (factory == null) throw new Error('import @tensorflow/tfjs-backend-cpu, on which the simulated device runs');
  if (findBackendFactory(DEVICE) != null) return;
  copyRegisteredKernels('cpu', DEVICE);
  // The lowest priority, so that tfjs never chooses it by itself.
  registerBackend(DEVICE, factory, 0);
}

// Typed as always there, but null where no such backend was registered.
function cpuFactory(): ReturnType<typeof findBackendFactory> | null {
  return findBackendFactory('cpu');
}
