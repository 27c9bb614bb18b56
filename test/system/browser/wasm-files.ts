import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/** Registers the wasm backend with the addresses of its files. */
export function registerWasm(): void {
  setWasmPaths({
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm.wasm': plain,
  });
}
