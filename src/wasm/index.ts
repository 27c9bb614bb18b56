/**
 * Repairs the WebAssembly backend of TensorFlow.js 4 so that it can train recurrent networks; opt-in.
 *
 * @module gradclip/wasm
 * @category Reference
 */

export { repairWasmBackend, undoWasmRepairs } from './repair.ts';
