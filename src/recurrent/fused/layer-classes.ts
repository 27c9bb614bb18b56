import {
  cast,
  reshape,
  type serialization,
  slice,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { ClippingError } from '../../core/errors.ts';
import { toClipConfig, parseClipOptions, type ClipSettings } from '../clip/clip-options.ts';
import { openListener } from '../flow/listeners.ts';
import {
  tfjsLayerClass,
  type CallArguments,
  type Config,
  type LayerClass,
  type LayerName,
  type RecurrentLayer,
} from '../tfjs-layers.ts';
import { findActivation, fusableActivationNames, type FusableActivation } from '../activations.ts';
import type { HostCell } from './host/cell.ts';
import { hostGRU } from './host/gru.ts';
import { hostLSTM } from './host/lstm.ts';
import { hostBuffers } from './host/buffers.ts';
import { runLayerOnHost } from './host/run-layer.ts';
import { hostSimpleRNN } from './host/simple-rnn.ts';
import type { OpsCell } from './ops/cell.ts';
import { opsGRU, opsLSTM, opsSimpleRNN } from './ops/cells.ts';
import { runLayerWithOps } from './ops/run-layer.ts';
import { projectInputs } from './project-inputs.ts';
import type { LayerCall } from './layer-call.ts';

/**
 * The layer of tfjs-layers with another `call`: weights, states, masks, configuration and shapes are all inherited.
 */
function createFusedLayer(name: LayerName, host: HostCell, ops: OpsCell): LayerClass<RecurrentLayer> {
  const Base = tfjsLayerClass(name);
  return class Fused extends Base {
    readonly clipping: ClipSettings | null;

    constructor(config: Config) {
      // The constructor of tfjs writes its cell into the configuration it receives.
      super({ ...config });
      const clipping = config['clipBackprop'];
      this.clipping = clipping === undefined || clipping === null ? null : parseClipOptions(clipping);
      const reason = reasonNotFusable(config);
      if (reason !== undefined) throw new ClippingError('not-fusable', `\`fused${name}({ … })\` ${reason}`);
    }

    /** Returns tfjs's class name while its constructor chooses the layer's name, so that checkpoints find `lstm_LSTM1`. */
    override getClassName(): string {
      return this.cell === undefined ? name : `Fused${name}`;
    }

    override call(inputs: Tensor | Tensor[], kwargs?: CallArguments): Tensor | Tensor[] {
      return tidy(() => {
        const call = toLayerCall(this, inputs, kwargs ?? {}, host.states);
        const buffers = hostBuffers();
        const { activation, recurrentActivation } = this.cell;
        const rows = buffers
          ? runLayerOnHost(buffers, host, call)
          : runLayerWithOps(
              ops,
              {
                phi: call.phi,
                sigma: call.sigma,
                applyPhi: (z) => activation.apply(z),
                applySigma: (z) => (recurrentActivation ?? activation).apply(z),
              },
              call,
            );
        const { batch, time, units, returnSequences, returnCarry } = call;
        const outputs = returnSequences ? time : 1;
        const row = (at: number): Tensor2D => reshape(slice(rows, [0, at, 0], [-1, 1, -1]), [batch, units]);
        const whole = returnCarry ? slice(rows, [0, 0, 0], [-1, outputs, -1]) : rows;
        const output = returnSequences ? whole : reshape(whole, [batch, units]);
        if (!this.returnState && !this.stateful) return output;
        const last = returnSequences ? row(time - 1) : output;
        const states = returnCarry ? [last, row(outputs)] : [last];
        // Unlike tfjs's layer, keep no old states: the backward pass does not need them.
        if (this.stateful) this.resetStates(states, false);
        return this.returnState ? [output, ...states] : output;
      });
    }

    override getConfig(): serialization.ConfigDict {
      const clipping = this.clipping ? { clipBackprop: toClipConfig(this.clipping) } : {};
      return { ...super.getConfig(), ...clipping } as serialization.ConfigDict;
    }
  } as unknown as LayerClass<RecurrentLayer>;
}

/** Why a layer of this configuration cannot be fused, as the end of a sentence; undefined where it can. */
export function reasonNotFusable(config: Config): string | undefined {
  for (const key of ['dropout', 'recurrentDropout']) {
    const rate = config[key];
    if (typeof rate === 'number' && rate > 0) {
      return `has no dropout masks; received ${key}: ${rate}. Put a dropout layer before it, or use tf.layers' own.`;
    }
  }
  for (const key of ['activation', 'recurrentActivation']) {
    const given = config[key];
    if (given !== undefined && given !== null && findActivation(activationName(given)) === undefined) {
      return (
        `cannot differentiate ${key}: '${activationName(given)}' from its output; it can ` +
        `${fusableActivationNames.join(', ')}. Use tf.layers' own layer for others.`
      );
    }
  }
  return undefined;
}

// An activation may come as a name, as an object of tfjs, or as its configuration.
function activationName(given: unknown): string {
  if (typeof given === 'string') return given;
  const { getClassName, className } = given as { getClassName?: () => string; className?: string };
  return typeof getClassName === 'function' ? getClassName.call(given) : String(className);
}

function toLayerCall(
  layer: RecurrentLayer & { clipping: ClipSettings | null },
  inputs: Tensor | Tensor[],
  { mask, initialState }: CallArguments,
  states: number,
): LayerCall {
  const { cell, returnSequences, returnState, stateful, goBackwards, clipping } = layer;
  const x = cast(Array.isArray(inputs) ? inputs[0]! : inputs, 'float32');
  const [batch, time] = x.shape as [number, number, number];
  const first = Array.isArray(mask) ? mask[0] : mask;
  return {
    batch,
    time,
    units: cell.units,
    phi: fusableActivation(cell.activation.getClassName()),
    sigma: fusableActivation((cell.recurrentActivation ?? cell.activation).getClassName()),
    projection: projectInputs(x, cell.kernel.read()),
    recurrentKernel: cell.recurrentKernel.read() as Tensor2D,
    bias: (cell.bias?.read() ?? null) as Tensor1D | null,
    initialStates: parseInitialStates(layer, initialState ?? (stateful ? layer.states : null), states, [
      batch,
      cell.units,
    ]),
    mask: first ? reshape(cast(cast(first, 'bool'), 'float32'), [batch, time]) : null,
    goBackwards,
    returnSequences: returnSequences,
    returnCarry: states === 2 && (returnState || stateful),
    clipping,
    onGradient: openListener(layer, time),
  };
}

function fusableActivation(name: string): FusableActivation {
  // The constructor has refused all others.
  return findActivation(name) as FusableActivation;
}

function parseInitialStates(
  layer: RecurrentLayer,
  given: readonly (Tensor | null)[] | null,
  count: number,
  shape: [number, number],
): Tensor2D[] | null {
  if (given === null) return null;
  const fits = given.length === count && given.every((state) => state?.shape.join() === shape.join());
  if (fits) return given.map((state) => cast(state as Tensor, 'float32') as Tensor2D);
  const shapes = given.map((state) => (state ? `[${state.shape.join(', ')}]` : 'null')).join(' and ');
  throw new ClippingError(
    'bad-state',
    `${layer.name} takes ${count === 1 ? 'one initial state' : `${count} initial states (h and c)`} of shape ` +
      `[${shape.join(', ')}], batch by units; received ${given.length === 0 ? 'none' : shapes}.`,
  );
}

/** tfjs's SimpleRNN as one operation. */
export class FusedSimpleRNN extends createFusedLayer('SimpleRNN', hostSimpleRNN, opsSimpleRNN) {
  static override className = 'FusedSimpleRNN';
}

/** tfjs's LSTM as one operation. */
export class FusedLSTM extends createFusedLayer('LSTM', hostLSTM, opsLSTM) {
  static override className = 'FusedLSTM';
}

/** tfjs's GRU as one operation. */
export class FusedGRU extends createFusedLayer('GRU', hostGRU, opsGRU) {
  static override className = 'FusedGRU';
}

/** All fused layers. */
export const FUSED_LAYERS = [FusedSimpleRNN, FusedLSTM, FusedGRU];
