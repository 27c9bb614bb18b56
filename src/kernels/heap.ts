import { backend as backendInUse, cast, engine, type DataId, type Tensor } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.ts';

/** The memory in which tfjs's WebAssembly backend stores its tensors. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** The byte offset of a tensor's float32 elements. Offsets stay valid when the heap grows; views do not. */
  offsetOf(tensor: Tensor): number;
  /** A new float32 tensor with unspecified elements. */
  allocate(shape: number[]): Tensor;
  /** Calls `use` with the byte offset of some bytes for it, and frees them afterwards. */
  withScratch<Result>(bytes: number, use: (offset: number) => Result): Result;
}

/**
 * The heap of the `wasm` backend in use.
 *
 * @throws if this version of tfjs stores it differently
 */
export function wasmHeap(): Heap {
  const backend = backendInUse() as unknown as WasmBackend;
  const memory = backend.wasm.asm?.memory ?? backend.wasm.wasmMemory;
  if (memory === undefined) throw new Error('The memory of the wasm backend was not found.');
  const offsetOf = (id: DataId) => backend.dataIdMap.get(id).memoryOffset;
  return {
    memory,
    offsetOf: (tensor) => offsetOf((tensor.dtype === 'float32' ? tensor : cast(tensor, 'float32')).dataId),
    allocate: (shape) => engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32')),
    withScratch(bytes, use) {
      const { dataId } = backend.makeOutput([bytes / 4], 'int32');
      try {
        return use(offsetOf(dataId));
      } finally {
        backend.disposeData(dataId);
      }
    },
  };
}
