import { shared } from '../../../core/shared.ts';
import { instantiate } from '../../../kernels/module.ts';
import { BODY, HEAD, RELAXED_BODY, SHARED_HEAD } from './layer-bytes.ts';

/**
 * The functions of assembly/layer.ts. Pointers are byte addresses in the memory that the module was instantiated on; 0
 * stands for no tensor.
 */
export interface LayerModule {
  setSizes(
    gates: number,
    activation: number,
    recurrentActivation: number,
    batch: number,
    time: number,
    features: number,
    units: number,
  ): void;
  setOptions(reversed: boolean, masked: boolean, rows: number, sequences: boolean, carry: boolean): void;
  setClipping(limit: number, byNorm: boolean, atStates: boolean): void;
  traceBytes(): number;
  scratchBytes(): number;
  openPass(x: number, bias: number, h: number, c: number, mask: number, trace: number): void;
  forward(kernel: number, recurrentKernel: number, trace: number, scratch: number, result: number): void;
  backward(
    recurrentKernel: number,
    dy: number,
    dh: number,
    dc: number,
    norms: number,
    trace: number,
    scratch: number,
  ): void;
  kernelGradient(trace: number, scratch: number, gradient: number): void;
  recurrentGradient(trace: number, scratch: number, gradient: number): void;
  biasGradient(trace: number, scratch: number, gradient: number): void;
  inputGradient(trace: number, scratch: number, gradient: number, kernel: number): void;
}

const settings = (): { allowsRelaxedSimd: boolean } => shared('recurrent-simd', () => ({ allowsRelaxedSimd: true }));

/**
 * Allows or forbids relaxed SIMD in the fused layers; allowed by default.
 *
 * With relaxed SIMD, which Node 22 and current browsers have, a fused layer uses fused multiply-add where the processor
 * has it, and is up to 1.6 times as fast. The last bits of a result then depend on the processor. Forbid it if all
 * machines must compute the same bits. The setting applies to the layers that run afterwards.
 *
 * @category Fused layers
 */
export function allowRelaxedSimd(isAllowed: boolean): void {
  settings().allowsRelaxedSimd = isAllowed;
}

/** Whether a layer that runs now may use relaxed SIMD. */
export function isRelaxedSimdAllowed(): boolean {
  return settings().allowsRelaxedSimd;
}

/**
 * Instantiates the module on a memory: the build with relaxed SIMD if asked and the engine has it, otherwise the plain one.
 *
 * @throws as {@link instantiate}
 */
export function instantiateLayerModule(memory: WebAssembly.Memory, isRelaxed: boolean): LayerModule {
  const plain = { HEAD, SHARED_HEAD, BODY };
  return isRelaxed ? instantiate(memory, { ...plain, BODY: RELAXED_BODY }, plain) : instantiate(memory, plain);
}
