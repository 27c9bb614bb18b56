import * as tf from '@tensorflow/tfjs';
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { repairWasmBackend } from 'gradclip/wasm';
import { BACKENDS, type Backend } from './backend-names.ts';

const WHY: Readonly<Record<Backend, string>> = {
  wasm: 'it has no shaders to compile, so the first step comes at once',
  webgpu: 'wasm does not work here',
  webgl: 'neither wasm nor webgpu works here',
  cpu: 'no faster backend works here',
};

/**
 * Starts the backend asked for, or the first that works, and says why it is this one.
 *
 * @param without backends that have failed in this tab already
 */
export async function startBackend(
  wanted: Backend | 'auto',
  without: readonly Backend[],
): Promise<{ name: Backend; reason: string }> {
  const serves = async (backend: Backend): Promise<boolean> => !without.includes(backend) && (await works(backend));
  if (wanted !== 'auto' && (await serves(wanted))) return { name: wanted, reason: 'as chosen' };
  for (const backend of BACKENDS) {
    if (backend === wanted || !(await serves(backend))) continue;
    const reason = wanted === 'auto' ? WHY[backend] : `because ${wanted} does not work here`;
    return { name: backend, reason };
  }
  throw new Error('No backend of TensorFlow.js works in this browser.');
}

/** Calls once if the graphics context of the backend in use is lost; other backends have none to lose. */
export function onLoss(name: Backend, lost: () => void): void {
  const backend = tf.backend() as { gpgpu?: { gl: WebGLRenderingContext }; device?: { lost: Promise<unknown> } };
  if (name === 'webgl') backend.gpgpu?.gl.canvas.addEventListener('webglcontextlost', lost, { once: true });
  if (name === 'webgpu') void backend.device?.lost.then(lost);
}

async function works(backend: Backend): Promise<boolean> {
  try {
    await fetchBackend(backend);
    // On failure tfjs falls back to another backend, and may answer true.
    if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) return false;
    const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([4, 4]), tf.ones([4, 4]))));
    const [value] = await sum.data();
    sum.dispose();
    if (backend === 'wasm') repairWasmBackend();
    return value === 64;
  } catch {
    return false;
  }
}

async function fetchBackend(backend: Backend): Promise<void> {
  switch (backend) {
    case 'wasm': {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths({
        'tfjs-backend-wasm.wasm': wasmPlain,
        'tfjs-backend-wasm-simd.wasm': wasmSimd,
        'tfjs-backend-wasm-threaded-simd.wasm': wasmThreaded,
      });
      return;
    }
    case 'webgpu':
      await import('@tensorflow/tfjs-backend-webgpu');
      return;
    case 'webgl':
      await import('@tensorflow/tfjs-backend-webgl');
      return;
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
  }
}
