import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What a kernel may ask of the WebAssembly backend of tfjs; all of these are public methods there. */
export interface WasmBackend {
  /** Allocates without clearing. */
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  /** Frees the data unless another tensor shares it. */
  disposeData(dataId: DataId): boolean;
  /** A view that is void after the next allocation: the heap may have moved. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
}
