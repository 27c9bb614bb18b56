import * as simdBytes from './simd-bytes.ts';

/** The functions of simd.wat. Pointers are byte offsets into the memory that the module was instantiated on. */
export interface Simd {
  sumOfSquares(from: number, count: number): number;
  sumOfMagnitudes(from: number, count: number): number;
  largestMagnitude(from: number, count: number): number;
  within(from: number, count: number, low: number, high: number): number;
  scale(from: number, to: number, count: number, factor: number): void;
  clamp(from: number, to: number, count: number, low: number, high: number): void;
  zeroNonFinite(from: number, to: number, count: number): void;
}

/** A module in base64, in two parts; only the first differs where the memory is shared. */
interface ModuleBytes {
  readonly HEAD: string;
  readonly SHARED_HEAD: string;
  readonly BODY: string;
}

const modules = new Map<string, WebAssembly.Module>();

/**
 * Instantiates simd.wat on a memory.
 *
 * @throws as {@link instantiate}
 */
export function instantiateSimd(memory: WebAssembly.Memory): Simd {
  return instantiate<Simd>(simdBytes, memory);
}

/**
 * Instantiates a module on a memory.
 *
 * @throws if WebAssembly or its SIMD instructions are missing, or if the memory is of neither known kind
 */
export function instantiate<Exports>({ HEAD, SHARED_HEAD, BODY }: ModuleBytes, memory: WebAssembly.Memory): Exports {
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const head = isShared ? SHARED_HEAD : HEAD;
  let module = modules.get(head + BODY);
  if (module === undefined) {
    module = new WebAssembly.Module(Uint8Array.from(atob(head) + atob(BODY), (letter) => letter.charCodeAt(0)));
    modules.set(head + BODY, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}
