import {
  backend as backendInUse,
  cast,
  engine,
  type DataId,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** The memory in which tfjs's WebAssembly backend keeps its tensors. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** Where a tensor's float32 elements begin, in bytes. Offsets survive growth of the heap; views do not. */
  offsetOf(tensor: Tensor): number;
  /** A new float32 tensor with whatever the memory holds. */
  allocate(shape: number[]): Tensor;
  /** Calls with the offset of a zeroed stretch of float64, which is free again afterwards. */
  withScratch<Result>(count: number, use: (offset: number) => Result): Result;
}

// None of this is promised by tfjs: this is the only place that knows, and a self-test follows.
interface PrivateBackend {
  readonly dataIdMap: { get(id: DataId): { readonly memoryOffset: number } };
  readonly wasm: {
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmMemory?: WebAssembly.Memory;
  };
  makeOutput(shape: number[], dtype: 'float32' | 'int32'): TensorInfo;
  disposeData(id: DataId): boolean;
}

/**
 * The heap of the `wasm` backend in use.
 *
 * @throws where tfjs keeps it in a way not known here
 */
export function wasmHeap(): Heap {
  const backend = backendInUse() as unknown as PrivateBackend;
  // Emscripten's plain build exports its memory, the threaded one is given it.
  const memory = backend.wasm.asm?.memory ?? backend.wasm.wasmMemory;
  if (memory === undefined) throw new Error('tfjs keeps its memory elsewhere.');
  const at = (id: DataId) => backend.dataIdMap.get(id).memoryOffset;
  return {
    memory,
    offsetOf: (tensor) => at((tensor.dtype === 'float32' ? tensor : cast(tensor, 'float32')).dataId),
    allocate: (shape) => engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32')),
    withScratch(count, use) {
      const { dataId } = backend.makeOutput([2 * count], 'int32');
      try {
        const offset = at(dataId);
        new Int32Array(memory.buffer, offset, 2 * count).fill(0);
        return use(offset);
      } finally {
        backend.disposeData(dataId);
      }
    },
  };
}
