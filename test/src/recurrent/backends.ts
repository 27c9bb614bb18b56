import '@tensorflow/tfjs-backend-wasm';

/** The backends that work in Node. */
export const BACKENDS = ['cpu', 'wasm'] as const;
