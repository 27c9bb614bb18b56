import { keep, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import {
  tfjsCellClass,
  type Activation,
  type CallArguments,
  type Cell,
  type Config,
  type LayerClass,
} from '../tfjs-layers.ts';
import { clipGradient, toClipConfig, parseClipOptions, type ClipSettings } from './clip-options.ts';
import { transformGradient } from '../transform-gradient.ts';

/** Replaces an activation of a cell during one call. */
type ReplaceActivation = (apply: (x: Tensor) => Tensor, x: Tensor) => Tensor;

/**
 * Creates a subclass of a tfjs cell that clips its gradients at each time step.
 *
 * It runs tfjs's own `call`, including dropout. Clipping is inserted into the activations, which receive the
 * pre-activations, and after the returned states. Without clipping the numbers are therefore bit-for-bit those of tfjs.
 */
function createClippedCell(Base: LayerClass<Cell>): LayerClass<Cell> {
  return class extends Base {
    readonly clipping: ClipSettings;

    constructor(config: Config) {
      super(config);
      this.clipping = parseClipOptions(config['clipBackprop']);
    }

    override call(inputs: Tensor[], kwargs: CallArguments): Tensor[] {
      const clip = (x: Tensor): Tensor => transformGradient(x, (gradient) => clipGradient(gradient, this.clipping));
      const hasCarry = inputs.length === 3;
      const run = (): Tensor[] => super.call(inputs, kwargs);
      return this.clipping.at === 'state'
        ? callClippingStates(this, run, clip, hasCarry)
        : callClippingGates(this, run, clip, hasCarry);
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), clipBackprop: toClipConfig(this.clipping) } as serialization.ConfigDict;
    }
  } as unknown as LayerClass<Cell>;
}

function callClippingGates(cell: Cell, run: () => Tensor[], clip: (x: Tensor) => Tensor, hasCarry: boolean): Tensor[] {
  let calls = 0;
  return withActivations(cell, run, {
    recurrentActivation: (apply, z) => apply(clip(z)),
    activation(apply, z) {
      calls += 1;
      // The second call in an LSTM is for the carry, which is not a pre-activation.
      return apply(hasCarry && calls === 2 ? z : clip(z));
    },
  });
}

function callClippingStates(cell: Cell, run: () => Tensor[], clip: (x: Tensor) => Tensor, hasCarry: boolean): Tensor[] {
  let calls = 0;
  let carry: Tensor | undefined;
  const [, h, c] = withActivations(cell, run, {
    recurrentActivation: (apply, z) => apply(z),
    activation(apply, z) {
      calls += 1;
      if (!hasCarry || calls < 2) return apply(z);
      // The carry reaches the loss through hₜ and through step t+1. Both gradients must be clipped here, as one sum.
      carry = keep(clip(z));
      return apply(carry);
    },
  }) as [Tensor, Tensor, Tensor | undefined];
  const output = clip(h);
  if (c === undefined || carry === undefined) return [output, output];
  const state = carry.clone();
  carry.dispose();
  return [output, output, state];
}

function withActivations<Result>(
  cell: Cell,
  run: () => Result,
  replacements: { activation: ReplaceActivation; recurrentActivation: ReplaceActivation },
): Result {
  const { activation, recurrentActivation } = cell;
  const wrap = (original: Activation, replace: ReplaceActivation): Activation => ({
    apply: (x) => replace((z) => original.apply(z), x),
    getClassName: () => original.getClassName(),
  });
  try {
    cell.activation = wrap(activation, replacements.activation);
    if (recurrentActivation) cell.recurrentActivation = wrap(recurrentActivation, replacements.recurrentActivation);
    return run();
  } finally {
    cell.activation = activation;
    if (recurrentActivation) cell.recurrentActivation = recurrentActivation;
  }
}

/** tfjs's SimpleRNNCell with gradients clipped at each time step. */
export class ClippedSimpleRNNCell extends createClippedCell(tfjsCellClass('SimpleRNNCell')) {
  static override className = 'ClippedSimpleRNNCell';
}

/** tfjs's LSTMCell with gradients clipped at each time step. */
export class ClippedLSTMCell extends createClippedCell(tfjsCellClass('LSTMCell')) {
  static override className = 'ClippedLSTMCell';
}

/** tfjs's GRUCell with gradients clipped at each time step. */
export class ClippedGRUCell extends createClippedCell(tfjsCellClass('GRUCell')) {
  static override className = 'ClippedGRUCell';
}

/** The classes of the clipped cells. */
export const CLIPPED_CELLS = [ClippedSimpleRNNCell, ClippedLSTMCell, ClippedGRUCell];
