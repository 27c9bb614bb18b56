import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError } from '../../core/errors.ts';
import { findActivation } from '../activations.ts';
import { findRecurrentCells, type FoundCell } from '../find-recurrent-cells.ts';
import { assertBuilt } from '../rebuild-model.ts';
import { spectralNorm } from './spectral-norm.ts';

/**
 * States whether the gradients of one layer can explode or must vanish, judged by its weights.
 *
 * @category Gradient flow
 */
export interface LayerHealth {
  /** The layer's name: `forward_…` or `backward_…` inside bidirectional, `…/0` for a cell of a stack. */
  readonly layer: string;
  /** The kind of cell; the same for tf.layers' own, clipped and fused layers. */
  readonly cell: 'SimpleRNN' | 'LSTM' | 'GRU';
  /**
   * σ₁, the spectral norm of the recurrent kernel of each gate: `state` in SimpleRNN; `input`, `forget`, `candidate` and
   * `output` in LSTM; `update`, `reset` and `candidate` in GRU.
   */
  readonly spectralNorms: Readonly<Record<string, number>>;
  /** γ, the steepest slope of the activation; null for an activation that fused layers do not support. */
  readonly steepestSlope: number | null;
  /**
   * The largest factor by which one step back can multiply the gradient norm, γ·σ₁ for SimpleRNN. Null if no bound
   * exists: for an unknown activation, and for LSTM, whose carry is unbounded.
   */
  readonly largestFactor: number | null;
  /** Whether gradients can grow over time; false only if that is proven impossible. */
  readonly canExplode: boolean;
  /** Whether gradients must shrink at least geometrically over time. */
  readonly mustVanish: boolean;
  /** The explanation in words. */
  readonly because: string;
}

const GATES: Readonly<Record<LayerHealth['cell'], readonly string[]>> = {
  SimpleRNN: ['state'],
  LSTM: ['input', 'forget', 'candidate', 'output'],
  GRU: ['update', 'reset', 'candidate'],
};

/**
 * Tells from the weights whether each layer's gradients can explode or must vanish.
 *
 * Each step back multiplies the gradient by the Jacobian of the step. For SimpleRNN this is Uᵀ times the slopes of φ.
 * With σ₁ the largest singular value of U and γ the steepest slope of φ:
 *
 *     ‖∂L/∂hₜ₋₁‖ ≤ γ·σ₁·‖∂L/∂hₜ‖
 *
 * If γ·σ₁ < 1, gradients vanish. γ·σ₁ > 1 is necessary for them to explode, but not sufficient.
 *
 * GRU states stay within ±1 if |φ| ≤ 1. The factor is then at most 1 + 2γ·σ₁(Uᵤ) + γ·σ₁(Uₐ)·(1 + γ·σ₁(Uᵣ)), where each γ
 * belongs to the activation of that gate. LSTM has no bound. Neither bound is ever below 1: gates can preserve
 * gradients, and can let them explode.
 *
 * Source: Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, section 2.1.
 * https://arxiv.org/abs/1211.5063
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { recurrentHealth } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [tf.layers.simpleRNN({ units: 8, inputShape: [20, 3] })] });
 * for (const { layer, because } of await recurrentHealth(model)) console.log(layer, because);
 * ```
 * @throws ClippingError `not-recurrent` for a model without SimpleRNN, LSTM or GRU, `not-built` for one without weights.
 * @category Gradient flow
 */
export async function recurrentHealth(model: LayersModel): Promise<LayerHealth[]> {
  assertBuilt(model, 'recurrentHealth(model)');
  const cells = findRecurrentCells(model).filter(({ cell }) => cellKind(cell.getClassName()) !== undefined);
  if (cells.length > 0) return Promise.all(cells.map(measureHealth));
  throw new ClippingError(
    'not-recurrent',
    `\`recurrentHealth(${model.name})\` needs a model with SimpleRNN, LSTM or GRU; received one with ` +
      `${model.layers.map((layer) => layer.getClassName()).join(', ')}.`,
  );
}

async function measureHealth({ name, cell }: FoundCell): Promise<LayerHealth> {
  const kind = cellKind(cell.getClassName()) as LayerHealth['cell'];
  const values = await cell.recurrentKernel.read().data();
  const { units } = cell;
  const gates = GATES[kind];
  const norms = gates.map((_, gate) =>
    spectralNorm({ values, rows: units, columns: units, from: gate * units, stride: gates.length * units }),
  );
  const activation = cell.activation.getClassName();
  const phi = findActivation(activation);
  const sigma = findActivation((cell.recurrentActivation ?? cell.activation).getClassName());
  const gamma = phi?.maxSlope ?? null;
  const gateGamma = sigma?.maxSlope ?? null;
  const factor = largestFactor(kind, norms, gamma, gateGamma, phi?.isBoundedByOne ?? false);
  // The tolerance keeps rounding from reporting that a rotation explodes.
  const canExplode = factor === null || factor > 1 + 1e-6;
  const mustVanish = factor !== null && factor < 1 - 1e-6;
  return {
    layer: name,
    cell: kind,
    spectralNorms: Object.fromEntries(gates.map((gate, index) => [gate, norms[index]!])),
    steepestSlope: gamma,
    largestFactor: factor,
    canExplode,
    mustVanish,
    because: explain(kind, activation, norms, gamma, factor, { canExplode, mustVanish }),
  };
}

function largestFactor(
  kind: LayerHealth['cell'],
  norms: readonly number[],
  gamma: number | null,
  gateGamma: number | null,
  isBoundedByOne: boolean,
): number | null {
  if (gamma === null || gateGamma === null) return null;
  if (kind === 'SimpleRNN') return gamma * norms[0]!;
  if (kind === 'LSTM' || !isBoundedByOne) return null;
  const [update, reset, candidate] = norms as [number, number, number];
  return 1 + 2 * gateGamma * update + gamma * candidate * (1 + gateGamma * reset);
}

function explain(
  kind: LayerHealth['cell'],
  activation: string,
  norms: readonly number[],
  gamma: number | null,
  factor: number | null,
  { canExplode, mustVanish }: { canExplode: boolean; mustVanish: boolean },
): string {
  const largest = Math.max(...norms).toFixed(3);
  if (kind !== 'SimpleRNN') {
    const bound = factor === null ? 'no bound on one step' : `at most ${factor.toFixed(2)}× per step`;
    return `Gates can preserve gradients, and can let them explode (${bound}; largest σ₁ ${largest}).`;
  }
  if (gamma === null || factor === null) {
    return `σ₁ is ${largest}; the steepest slope of ${activation} is unknown, so gradients may vanish or explode.`;
  }
  const product = `γ·σ₁ = ${gamma.toFixed(2)}·${largest} = ${factor.toFixed(3)}`;
  if (mustVanish) {
    const steps = Math.ceil(Math.log(0.001) / Math.log(factor));
    return `${product} is below 1: gradients cannot explode, and shrink to a thousandth within ${steps} steps.`;
  }
  if (canExplode) return `${product} is above 1: gradients can explode, by up to ${factor.toFixed(2)}× per step.`;
  return `${product}: gradients do not grow.`;
}

function cellKind(className: string): LayerHealth['cell'] | undefined {
  return /^(?:Clipped)?(SimpleRNN|LSTM|GRU)Cell$/.exec(className)?.[1] as LayerHealth['cell'] | undefined;
}
