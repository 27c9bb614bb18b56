import { backend, engine, type DataId, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { wasmHeap } from '../../../kernels/heap.ts';
import { instantiateLayerModule, type LayerModule } from './layer-module.ts';

/** The memory that the module works on, and what a pass allocates in it. All addresses are in bytes. */
export interface PassMemory {
  readonly module: LayerModule;
  readonly memory: WebAssembly.Memory;
  /** Allocates `bytes` that live as long as the tensor returned, whose elements say nothing. */
  allocate(bytes: number): Tensor;
  /** The address of what {@link allocate} allocated. */
  addressOf(allocated: Tensor): number;
  /** Calls `use`, and frees everything that its frame allocated when it returns. */
  withFrame<Result>(use: (frame: Frame) => Result): Result;
}

/** The tensors and the scratch memory of one call of the module. Ask for all of them before the call. */
export interface Frame {
  /** The address of a tensor's elements, or 0 for null. */
  input(tensor: TensorInfo | null): number;
  /** Allocates an uninitialized tensor; its elements are there when the frame ends. */
  output(shape: number[]): { readonly tensor: Tensor; readonly address: number };
  scratch(bytes: number): number;
}

/** The heap of the wasm backend in use, where tfjs stores its tensors, so nothing is copied. */
export function createHeapMemory(isRelaxed: boolean): PassMemory {
  const heap = wasmHeap();
  const allocate = (bytes: number): Tensor => heap.allocate([Math.ceil(bytes / 4)]);
  return {
    module: instantiateLayerModule(heap.memory, isRelaxed),
    memory: heap.memory,
    allocate,
    addressOf: heap.offsetOf,
    withFrame(use) {
      const scratch: Tensor[] = [];
      try {
        return use({
          input: (tensor) => (tensor === null ? 0 : heap.offsetOf(tensor as Tensor)),
          output(shape) {
            const tensor = heap.allocate(shape);
            return { tensor, address: heap.offsetOf(tensor) };
          },
          scratch(bytes) {
            const tensor = allocate(bytes);
            scratch.push(tensor);
            return heap.offsetOf(tensor);
          },
        });
      } finally {
        for (const tensor of scratch) tensor.dispose();
      }
    },
  };
}

// The parts of the cpu backend used here; tfjs types it only as KernelBackend.
interface CpuBackend {
  readonly data: { has(id: DataId): boolean; get(id: DataId): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** A range of the module's own memory. */
interface Region {
  readonly start: number;
  readonly end: number;
  /** The tensor whose end frees the region; null while a frame holds it. */
  readonly owner: DataId | null;
}

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;
const MOST_PAGES = 65_536;

/** A memory of the module's own, for the cpu backend: inputs are copied in and results out. */
export function createOwnMemory(isRelaxed: boolean): PassMemory {
  const cpu = backend() as unknown as CpuBackend;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  // In the order of their addresses.
  let regions: Region[] = [];

  const claim = (bytes: number, owner: DataId | null): Region => {
    regions = regions.filter((region) => region.owner === null || cpu.data.has(region.owner));
    // Address 0 stands for no tensor.
    let start = ALIGNMENT;
    let index = 0;
    for (; index < regions.length && regions[index]!.start - start < bytes; index += 1) start = regions[index]!.end;
    const region = { start, end: start + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, owner };
    const missing = region.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    regions.splice(index, 0, region);
    return region;
  };
  const tensorFrom = (values: Float32Array, shape: number[]): Tensor =>
    engine().makeTensorFromTensorInfo(cpu.makeTensorInfo(shape, 'float32', values));
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

  return {
    module: instantiateLayerModule(memory, isRelaxed),
    memory,
    allocate(bytes) {
      const token = tensorFrom(new Float32Array(1), [1]);
      claim(bytes, token.dataId);
      return token;
    },
    addressOf: ({ dataId }) => regions.find(({ owner }) => owner === dataId)!.start,
    withFrame(use) {
      const held: Region[] = [];
      const results: { values: Float32Array; address: number }[] = [];
      const hold = (bytes: number): number => {
        const region = claim(bytes, null);
        held.push(region);
        return region.start;
      };
      try {
        const result = use({
          input(tensor) {
            if (tensor === null) return 0;
            const { values } = cpu.data.get(tensor.dataId);
            const address = hold(values.byteLength);
            new Float32Array(memory.buffer, address, values.length).set(values);
            return address;
          },
          output(shape) {
            const values = new Float32Array(sizeOf(shape));
            const address = hold(values.byteLength);
            results.push({ values, address });
            return { tensor: tensorFrom(values, shape), address };
          },
          scratch: hold,
        });
        for (const { values, address } of results) values.set(new Float32Array(memory.buffer, address, values.length));
        return result;
      } finally {
        regions = regions.filter((region) => !held.includes(region));
      }
    },
  };
}
