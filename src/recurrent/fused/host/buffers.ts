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

/** Float32 buffers that the backend and the host share: arrays of the cpu backend, or the heap of the wasm backend. */
export interface HostBuffers {
  /** Allocates a buffer with unspecified elements. The caller frees it or turns it into a tensor. */
  allocate(shape: number[]): TensorInfo;
  /** Returns a live view of the elements. It is invalid after the next `allocate` or `multiply`, which can move the heap. */
  view(tensor: TensorInfo): Float32Array;
  /** Multiplies two matrices, a·b, into a new buffer. */
  multiply(a: TensorInfo, b: TensorInfo): TensorInfo;
  /** Frees a buffer. */
  free(tensor: TensorInfo): void;
  /** Wraps a buffer in a tensor. tfjs frees the buffer from then on. */
  toTensor<Made extends Tensor>(info: TensorInfo): Made;
}

// The parts of the cpu backend used here; tfjs types it only as KernelBackend.
interface CpuBackend {
  data: { get(id: DataId): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}

const buffersByBackend = new WeakMap<KernelBackend, HostBuffers | null>();

/** Returns the buffers of the current backend, or undefined if the host cannot access them or their self-test fails. */
export function hostBuffers(): HostBuffers | undefined {
  const name = getBackend();
  if (!hasFreeReads(name)) return undefined;
  const backend = currentBackend();
  let buffers = buffersByBackend.get(backend);
  if (buffers === undefined) {
    const candidate = name === 'cpu' ? cpuBuffers(backend) : wasmBuffers(backend);
    buffers = passesSelfTest(candidate) ? candidate : null;
    buffersByBackend.set(backend, buffers);
  }
  return buffers ?? undefined;
}

function cpuBuffers(backend: KernelBackend): HostBuffers {
  const cpu = backend as unknown as CpuBackend;
  const allocate = (shape: number[]): TensorInfo =>
    cpu.makeTensorInfo(shape, 'float32', new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const view = ({ dataId }: TensorInfo): Float32Array => cpu.data.get(dataId).values;
  return {
    ...sharedMethods(backend),
    allocate,
    view,
    multiply(a, b) {
      const [rows, inner] = a.shape as [number, number];
      const columns = b.shape[1] as number;
      const result = allocate([rows, columns]);
      multiply(view(a), view(b), view(result), { rows, inner, columns });
      return result;
    },
  };
}

function wasmBuffers(backend: KernelBackend): HostBuffers {
  const wasm = backend as unknown as WasmBackend;
  return {
    ...sharedMethods(backend),
    allocate: (shape) => wasm.makeOutput(shape, 'float32'),
    view: (tensor) => wasm.typedArrayFromHeap(tensor) as Float32Array,
    multiply(a, b) {
      // tfjs's kernel leaves the result of an empty product uninitialized.
      if (a.shape.includes(0) || b.shape.includes(0)) {
        const zeros = wasm.makeOutput([a.shape[0]!, b.shape[1]!], 'float32');
        (wasm.typedArrayFromHeap(zeros) as Float32Array).fill(0);
        return zeros;
      }
      const { kernelFunc } = getKernel(BatchMatMul, 'wasm');
      return kernelFunc({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend }) as TensorInfo;
    },
  };
}

function sharedMethods(backend: KernelBackend): Pick<HostBuffers, 'free' | 'toTensor'> {
  return {
    free: ({ dataId }) => void backend.disposeData(dataId),
    toTensor: <Made extends Tensor>(info: TensorInfo) => engine().makeTensorFromTensorInfo(info) as Made,
  };
}

/** Returns whether the backend multiplies the values written through a view: [2]·[3] = [6]. */
function passesSelfTest(buffers: HostBuffers): boolean {
  try {
    const a = buffers.allocate([1, 1]);
    const b = buffers.allocate([1, 1]);
    buffers.view(a)[0] = 2;
    buffers.view(b)[0] = 3;
    const c = buffers.multiply(a, b);
    const answer = buffers.view(c)[0];
    for (const each of [a, b, c]) buffers.free(each);
    return answer === 6;
  } catch {
    return false;
  }
}
