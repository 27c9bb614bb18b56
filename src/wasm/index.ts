/**
 * Opt-in repairs of the WebAssembly backend of TensorFlow.js 4, for training recurrent networks on it.
 *
 * @module gradclip/wasm
 * @category Reference
 */

export { repairWasmBackend, undoWasmRepairs } from './repair.ts';
