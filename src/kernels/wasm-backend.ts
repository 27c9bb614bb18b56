import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * The parts of tfjs's WebAssembly backend that gradclip uses.
 *
 * tfjs neither types nor documents them, so whoever relies on a private part tests it at first use.
 */
export interface WasmBackend {
  /** Allocates a tensor without clearing its elements. */
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  /** Frees the data unless another tensor shares it. */
  disposeData(dataId: DataId): boolean;
  /** A view of a tensor's elements. The next allocation can move the heap and so invalidate the view. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
  /** Where each tensor begins on the heap, in bytes. Private. */
  readonly dataIdMap: { get(id: DataId): { readonly memoryOffset: number } };
  /** The Emscripten module. Private. The plain build exports its memory; the threaded build receives it. */
  readonly wasm: {
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmMemory?: WebAssembly.Memory;
  };
}
