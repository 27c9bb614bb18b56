import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError } from '../../core/errors.ts';
import { findActivation } from '../activations.ts';
import { findRecurrentCells, type FoundCell } from '../find-recurrent-cells.ts';
import { assertBuilt } from '../rebuild-model.ts';
import { growthPerStep } from './growth.ts';
import { spectralNorm, takeColumns, type SquareMatrix } from './spectral-norm.ts';

/**
 * An answer about gradients: `'unknown'` where neither `'yes'` nor `'no'` is proven.
 *
 * @category Gradient flow
 */
export type HealthAnswer = 'yes' | 'no' | 'unknown';

/**
 * States what the weights of one layer prove about its gradients.
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
   * `output` in LSTM; `update`, `reset` and `candidate` in GRU. NaN for weights with NaN or Infinity.
   */
  readonly spectralNorms: Readonly<Record<string, number>>;
  /** γ, the steepest slope of the activation; null for an activation that fused layers do not support. */
  readonly steepestSlope: number | null;
  /**
   * An upper bound on the factor by which one step back in time can lengthen the gradient: γ·σ₁ for SimpleRNN. Null if
   * there is none or it is unknown: for weights that are not finite, an unknown activation, LSTM, and GRU whose state may
   * leave ±1.
   */
  readonly largestFactor: number | null;
  /**
   * Whether gradients can grow over many steps. `'no'`: no step can lengthen a gradient. `'yes'`: over 1024 steps in which
   * every unit has the steepest slope, a gradient grows. Differences of less than 1e-6 per step are ignored.
   */
  readonly canExplode: HealthAnswer;
  /**
   * Whether gradients must shrink at least geometrically. `'yes'`: every step shortens a gradient. `'no'`: over 1024 steps
   * in which every unit has the steepest slope, some gradient does not shrink. Differences of less than 1e-6 per step are
   * ignored.
   */
  readonly mustVanish: HealthAnswer;
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
 * If σ₁ is the largest singular value of U and γ the steepest slope of φ:
 *
 *     ‖∂L/∂hₜ₋₁‖ ≤ γ·σ₁·‖∂L/∂hₜ‖
 *
 * If γ·σ₁ < 1, gradients vanish. γ·σ₁ > 1 is necessary for them to explode, but not sufficient: they explode over steps
 * in which every unit has the slope γ if also γ·‖Uᵏ‖^(1/k) > 1 for k = 1024. `recurrentDropout` p divides U by 1 − p.
 *
 * GRU states stay within ±1 if the candidate does, the gates stay within 0 and 1, and the first state is within ±1. The
 * factor is then at most 1 + 2γ·σ₁(Uᵤ) + γ·σ₁(Uₐ)·(1 + γ·σ₁(Uᵣ)), where each γ belongs to the activation of that gate. LSTM
 * has no bound. For both, the answers are `'unknown'`: gates can preserve gradients, and can let them explode.
 *
 * The answers describe the weights only. {@link clipBackprop} bounds the gradients for any weights.
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

// Rounding of float32 weights must not decide whether a rotation lets gradients grow.
const TOLERANCE = 1e-6;

async function measureHealth(found: FoundCell): Promise<LayerHealth> {
  const { name, cell } = found;
  const kind = cellKind(cell.getClassName()) as LayerHealth['cell'];
  const values = await cell.recurrentKernel.read().data();
  const { units } = cell;
  const gates = GATES[kind];
  const kernels = gates.map((_, gate) => takeColumns(values, units, gate * units, gates.length * units));
  const norms = kernels.map(spectralNorm);
  const activation = cell.activation.getClassName();
  const gamma = findActivation(activation)?.maxSlope ?? null;
  const judged =
    kind === 'SimpleRNN' && gamma !== null
      ? judgeSimpleRNN(kernels[0]!, norms[0]!, gamma, 1 - cell.recurrentDropout)
      : judgeGates(kind === 'GRU' ? await gruFactor(found, norms) : null, activation, kind, norms);
  return {
    layer: name,
    cell: kind,
    spectralNorms: Object.fromEntries(gates.map((gate, index) => [gate, norms[index]!])),
    steepestSlope: gamma,
    ...(norms.some(Number.isNaN)
      ? { ...UNKNOWN, largestFactor: null, because: 'The recurrent kernel has NaN or Infinity.' }
      : judged),
  };
}

type Judgement = Pick<LayerHealth, 'largestFactor' | 'canExplode' | 'mustVanish' | 'because'>;

const UNKNOWN = { canExplode: 'unknown', mustVanish: 'unknown' } as const;

/** @param keep The share of the state that recurrent dropout keeps; tfjs divides the rest by it. */
function judgeSimpleRNN(kernel: SquareMatrix, norm: number, gamma: number, keep: number): Judgement {
  const factor = (gamma * norm) / keep;
  const slope = keep === 1 ? gamma.toFixed(2) : `${gamma.toFixed(2)}/${keep.toFixed(2)}`;
  const product = `γ·σ₁ = ${slope}·${norm.toFixed(3)} = ${factor.toFixed(3)}`;
  if (factor < 1 - TOLERANCE) {
    const steps = Math.ceil(Math.log(0.001) / Math.log(factor));
    const because = `${product} is below 1: gradients cannot explode, and shrink to a thousandth within ${steps} steps.`;
    return { largestFactor: factor, canExplode: 'no', mustVanish: 'yes', because };
  }
  // Dropout may keep every unit.
  const growth = (gamma * growthPerStep(kernel)) / keep;
  const mustVanish = growth < 1 - TOLERANCE ? 'unknown' : 'no';
  if (factor <= 1 + TOLERANCE) {
    return { largestFactor: factor, canExplode: 'no', mustVanish, because: `${product}: gradients do not grow.` };
  }
  const canExplode = growth > 1 + TOLERANCE ? 'yes' : 'unknown';
  const above = `${product} is above 1: gradients can `;
  const because =
    canExplode === 'yes'
      ? `${above}explode, by up to ${factor.toFixed(2)}× per step.`
      : `${above}grow over a few steps, by up to ${factor.toFixed(2)}× per step; whether over many is unknown.`;
  return { largestFactor: factor, canExplode, mustVanish, because };
}

function judgeGates(
  factor: number | null,
  activation: string,
  kind: LayerHealth['cell'],
  norms: readonly number[],
): Judgement {
  const largest = Math.max(...norms).toFixed(3);
  const bound = factor === null ? 'no bound on one step' : `at most ${factor.toFixed(2)}× per step`;
  const because =
    kind === 'SimpleRNN'
      ? `σ₁ is ${largest}; the steepest slope of ${activation} is unknown, so gradients may vanish or explode.`
      : `Gates can preserve gradients, and can let them explode (${bound}; largest σ₁ ${largest}).`;
  return { ...UNKNOWN, largestFactor: factor, because };
}

async function gruFactor(found: FoundCell, [update, reset, candidate]: readonly number[]): Promise<number | null> {
  const { cell } = found;
  const phi = findActivation(cell.activation.getClassName());
  const sigma = findActivation((cell.recurrentActivation ?? cell.activation).getClassName());
  if (phi === undefined || sigma === undefined) return null;
  const staysWithinOne =
    isWithin(phi.range, -1, 1) &&
    isWithin(sigma.range, 0, 1) &&
    cell.recurrentDropout === 0 &&
    (await startsWithinOne(found));
  if (!staysWithinOne) return null;
  // |h − a| is at most 2.
  return 1 + 2 * sigma.maxSlope * update! + phi.maxSlope * candidate! * (1 + sigma.maxSlope * reset!);
}

function isWithin([low, high]: readonly [number, number], from: number, to: number): boolean {
  return low >= from && high <= to;
}

/** Whether the first state is known to be within ±1: it is 0, or that of a stateful layer. */
async function startsWithinOne({ layer, hasInitialState }: FoundCell): Promise<boolean> {
  if (hasInitialState) return false;
  if (!layer.stateful) return true;
  const states = await Promise.all(layer.states.flatMap((state) => (state ? [state.data()] : [])));
  return states.every((state) => Array.from(state).every((value) => Math.abs(value) <= 1));
}

function cellKind(className: string): LayerHealth['cell'] | undefined {
  return /^(?:Clipped)?(SimpleRNN|LSTM|GRU)Cell$/.exec(className)?.[1] as LayerHealth['cell'] | undefined;
}
