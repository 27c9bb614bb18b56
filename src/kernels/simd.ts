import { BODY, HEAD, SHARED_HEAD } from './simd-bytes.ts';

/** The functions of simd.wat. Pointers are byte offsets into the memory that the module was instantiated on. */
export interface Simd {
  sumOfSquares(from: number, count: number): number;
  sumOfMagnitudes(from: number, count: number): number;
  largestMagnitude(from: number, count: number): number;
  within(from: number, count: number, low: number, high: number): number;
  scale(from: number, to: number, count: number, factor: number): void;
  clamp(from: number, to: number, count: number, low: number, high: number): void;
  zeroNonFinite(from: number, to: number, count: number): void;
  addSquaresOfRows(from: number, rows: number, columns: number, sums: number): void;
}

const modules = new Map<boolean, WebAssembly.Module>();

/**
 * Instantiates the SIMD module on a memory.
 *
 * @throws if WebAssembly or its SIMD instructions are missing, or if the memory is of neither known kind
 */
export function instantiateSimd(memory: WebAssembly.Memory): Simd {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const module = modules.get(shared) ?? compile(shared);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Simd;
}

function compile(shared: boolean): WebAssembly.Module {
  const text = atob(shared ? SHARED_HEAD : HEAD) + atob(BODY);
  const module = new WebAssembly.Module(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  modules.set(shared, module);
  return module;
}
