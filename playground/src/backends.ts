import * as tf from '@tensorflow/tfjs';
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { repairWasmBackend } from 'gradclip/wasm';
import { BACKENDS } from './setup.ts';

type Backend = (typeof BACKENDS)[number];

const WHY: Readonly<Record<Backend, string>> = {
  wasm: 'small recurrent networks are many small operations, which wasm starts fastest',
  webgpu: 'wasm does not work here',
  webgl: 'neither wasm nor webgpu works here',
  cpu: 'no faster backend works here',
};

/** Starts the backend asked for, or the first that works, and says why it is this one. */
export async function startBackend(wanted: Backend | 'auto'): Promise<{ name: string; reason: string }> {
  if (wanted !== 'auto' && (await works(wanted))) return { name: wanted, reason: 'as chosen' };
  for (const backend of BACKENDS) {
    if (backend === wanted || !(await works(backend))) continue;
    const reason = wanted === 'auto' ? WHY[backend] : `${wanted} does not work here`;
    return { name: backend, reason };
  }
  throw new Error('No backend of TensorFlow.js works in this browser.');
}

async function works(backend: Backend): Promise<boolean> {
  try {
    await fetchBackend(backend);
    if (!(await tf.setBackend(backend))) return false;
    const [sum] = await tf.tidy(() => tf.sum(tf.matMul(tf.ones([4, 4]), tf.ones([4, 4])))).data();
    if (backend === 'wasm') repairWasmBackend();
    return sum === 64;
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
