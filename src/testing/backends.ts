import {
  add,
  copyRegisteredKernels,
  env,
  findBackendFactory,
  getBackend,
  ready,
  registerBackend,
  scalar,
  setBackend,
  tidy,
} from '@tensorflow/tfjs-core';
import { cpuForwardingFlag } from '../kernels/index.ts';

/**
 * A backend that stands for a graphics card: the cpu backend under a name that the framework does not know, so that
 * it takes the kernels made of tfjs ops and may read nothing back, as on webgl and webgpu.
 *
 * @category Testing
 */
export const DEVICE = 'gradclip-device';

/** Whether {@link DEVICE} can be made: `@tensorflow/tfjs-backend-cpu` must be registered. */
export function canRegisterDevice(): boolean {
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
  // Where the backend does not start, tfjs takes another and answers true all the same.
  if (name !== undefined && !((await setBackend(name)) && getBackend() === name)) {
    await setBackend(before);
    throw new Error(`tfjs has no working backend "${name}" here`);
  }
  const restore = disableCpuForwarding(getBackend());
  try {
    assertImmediateReads();
    return await run();
  } finally {
    restore();
    if (name !== undefined) await setBackend(before);
  }
}

// GPU backends compute small tensors on the CPU, so the shaders would never be tested.
function disableCpuForwarding(backend: string): () => void {
  const flag = cpuForwardingFlag(backend);
  if (flag === undefined) return () => undefined;
  const before = env().getBool(flag);
  env().set(flag, false);
  return () => env().set(flag, before);
}

// The laws look at each step as soon as it is taken. In some browsers webgpu, asked at once, answers zeros, of which
// most laws hold.
function assertImmediateReads(): void {
  const read = tidy(() => add(scalar(1), 1).dataSync()[0]);
  if (read === 2) return;
  throw new Error(
    `the laws read each step at once, with dataSync, which answers ${String(read)} for 1 + 1 on ${getBackend()} here; ` +
      'judge the strategy on another backend, and compare here what `await tensor.data()` answers',
  );
}

/** Registers {@link DEVICE}, unless it is registered. */
export function registerDevice(): void {
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
