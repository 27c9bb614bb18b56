import {
  backend as currentBackend,
  BatchMatMul,
  engine,
  getBackend,
  getKernel,
  type DataId,
  type DataType,
  type KernelBackend,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { hasFreeReads } from '../../../kernels/index.ts';
import type { WasmBackend } from '../../../kernels/wasm-backend.ts';
import { multiply } from './multiply.ts';

/** The memory of a backend that the host can read and write in place: cpu, or the heap of wasm. */
export interface HostMemory {
  /** New memory with unspecified content; the caller frees it or makes it a tensor. */
  make(shape: number[]): TensorInfo;
  /** The values, live. Void after the next `make` or `product`: the heap may have moved. */
  view(tensor: TensorInfo): Float32Array;
  /** a·b of two matrices as new memory. */
  product(a: TensorInfo, b: TensorInfo): TensorInfo;
  /** Gives memory back. */
  free(tensor: TensorInfo): void;
  /** A tensor of tfjs on this memory, which is tfjs's to free from then on. */
  asTensor<Made extends Tensor>(info: TensorInfo): Made;
}

// What is used of the cpu backend, which tfjs types as KernelBackend only.
interface CpuBackend {
  data: { get(id: DataId): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}

const known = new WeakMap<KernelBackend, HostMemory | null>();

/** The memory of the current backend; undefined where the host cannot reach it, or where a trial of it fails. */
export function hostMemory(): HostMemory | undefined {
  const name = getBackend();
  if (!hasFreeReads(name)) return undefined;
  const backend = currentBackend();
  let memory = known.get(backend);
  if (memory === undefined) {
    const candidate = name === 'cpu' ? cpuMemory(backend) : wasmMemory(backend);
    memory = works(candidate) ? candidate : null;
    known.set(backend, memory);
  }
  return memory ?? undefined;
}

function cpuMemory(backend: KernelBackend): HostMemory {
  const cpu = backend as unknown as CpuBackend;
  const make = (shape: number[]): TensorInfo =>
    cpu.makeTensorInfo(shape, 'float32', new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const view = ({ dataId }: TensorInfo): Float32Array => cpu.data.get(dataId).values;
  return {
    ...common(backend),
    make,
    view,
    product(a, b) {
      const [rows, inner] = a.shape as [number, number];
      const columns = b.shape[1] as number;
      const made = make([rows, columns]);
      multiply(view(a), view(b), view(made), { rows, inner, columns });
      return made;
    },
  };
}

function wasmMemory(backend: KernelBackend): HostMemory {
  const wasm = backend as unknown as WasmBackend;
  return {
    ...common(backend),
    make: (shape) => wasm.makeOutput(shape, 'float32'),
    view: (tensor) => wasm.typedArrayFromHeap(tensor) as Float32Array,
    product(a, b) {
      const { kernelFunc } = getKernel(BatchMatMul, 'wasm');
      return kernelFunc({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend }) as TensorInfo;
    },
  };
}

function common(backend: KernelBackend): Pick<HostMemory, 'free' | 'asTensor'> {
  return {
    free: ({ dataId }) => void backend.disposeData(dataId),
    asTensor: <Made extends Tensor>(info: TensorInfo) => engine().makeTensorFromTensorInfo(info) as Made,
  };
}

/** Whether what is written through a view is what the backend multiplies: [2]·[3] = [6]. */
function works(memory: HostMemory): boolean {
  try {
    const a = memory.make([1, 1]);
    const b = memory.make([1, 1]);
    memory.view(a)[0] = 2;
    memory.view(b)[0] = 3;
    const c = memory.product(a, b);
    const answer = memory.view(c)[0];
    for (const each of [a, b, c]) memory.free(each);
    return answer === 6;
  } catch {
    return false;
  }
}
