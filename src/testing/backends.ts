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
 * A simulated GPU: the cpu backend under a name that gradclip does not know.
 *
 * gradclip treats it like webgl and webgpu: it uses the kernels made of tfjs ops and reads nothing back.
 *
 * @category Testing
 */
export const DEVICE = 'gradclip-device';

/** Whether {@link DEVICE} can be registered, which needs `@tensorflow/tfjs-backend-cpu`. */
export function canRegisterDevice(): boolean {
  return cpuFactory() != null;
}

/** Runs a function on a backend, then switches back to the previous one. */
export async function onBackend<Result>(
  name: string | undefined,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  await ready();
  const previous = getBackend();
  if (name === DEVICE) registerDevice();
  // If the backend does not start, tfjs falls back to another one and still returns true.
  if (name !== undefined && !((await setBackend(name)) && getBackend() === name)) {
    await setBackend(previous);
    throw new Error(`tfjs has no working backend "${name}" here.`);
  }
  const restore = disableCpuForwarding(getBackend());
  try {
    assertImmediateReads();
    return await run();
  } finally {
    restore();
    if (name !== undefined) await setBackend(previous);
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

// The laws read each step synchronously. In some browsers webgpu then returns zeros, for which most laws hold.
function assertImmediateReads(): void {
  const sum = tidy(() => add(scalar(1), 1).dataSync()[0]);
  if (sum === 2) return;
  throw new Error(
    `The laws read tensors with \`dataSync\`, which returns ${String(sum)} for 1 + 1 on ${getBackend()} here. ` +
      'Test the strategy on another backend; here, compare what `await tensor.data()` returns.',
  );
}

/** Registers {@link DEVICE}, unless it is registered. */
export function registerDevice(): void {
  const factory = cpuFactory();
  if (factory == null)
    throw new Error('The simulated device needs the cpu backend; import @tensorflow/tfjs-backend-cpu.');
  if (findBackendFactory(DEVICE) != null) return;
  copyRegisteredKernels('cpu', DEVICE);
  // With the lowest priority, tfjs never chooses this backend by itself.
  registerBackend(DEVICE, factory, 0);
}

// tfjs returns null for an unregistered backend, although the type says otherwise.
function cpuFactory(): ReturnType<typeof findBackendFactory> | null {
  return findBackendFactory('cpu');
}
