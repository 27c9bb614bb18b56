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
import { limitsConfig, resolveLimits, type Limits } from '../clip/limits.ts';
import { listenerOf } from '../flow/listeners.ts';
import {
  stockLayer,
  type CallArguments,
  type Config,
  type LayerClass,
  type LayerName,
  type RecurrentLayer,
} from '../tfjs-layers.ts';
import { curveOf, fusableActivations, type Curve } from './curves.ts';
import type { HostCell } from './host/cell.ts';
import { hostGRU } from './host/gru.ts';
import { hostLSTM } from './host/lstm.ts';
import { hostMemory } from './host/memory.ts';
import { hostPass } from './host/pass.ts';
import { hostSimpleRNN } from './host/simple-rnn.ts';
import type { OpsCell } from './ops/cell.ts';
import { opsGRU, opsLSTM, opsSimpleRNN } from './ops/cells.ts';
import { opsPass } from './ops/pass.ts';
import { projected } from './projection.ts';
import type { Request } from './layer-call.ts';

/**
 * The layer of tfjs-layers with another `call`: weights, states, masks, configuration and shapes are all inherited.
 */
function fusedLayer(name: LayerName, host: HostCell, ops: OpsCell): LayerClass<RecurrentLayer> {
  const Base = stockLayer(name);
  return class Fused extends Base {
    readonly limits: Limits | null;

    constructor(config: Config) {
      // The stock constructor writes its cell into what it is given.
      super({ ...config });
      const limits = config['clipBackprop'];
      this.limits = limits === undefined || limits === null ? null : resolveLimits(limits);
      const reason = unfusable(config);
      if (reason !== undefined) throw new ClippingError('not-fusable', `\`fused${name}({ … })\` ${reason}`);
    }

    /** While the stock constructor makes up a name, the stock class: `lstm_LSTM1` is what checkpoints call it. */
    override getClassName(): string {
      return this.cell === undefined ? name : `Fused${name}`;
    }

    override call(inputs: Tensor | Tensor[], kwargs?: CallArguments): Tensor | Tensor[] {
      return tidy(() => {
        const request = requestOf(this, inputs, kwargs ?? {}, host.states);
        const memory = hostMemory();
        const { activation, recurrentActivation } = this.cell;
        const rows = memory
          ? hostPass(memory, host, request)
          : opsPass(
              ops,
              {
                phi: request.phi,
                sigma: request.sigma,
                applyPhi: (z) => activation.apply(z),
                applySigma: (z) => (recurrentActivation ?? activation).apply(z),
              },
              request,
            );
        const { batch, time, units, sequences, carry } = request;
        const outputs = sequences ? time : 1;
        const row = (at: number): Tensor2D => reshape(slice(rows, [0, at, 0], [-1, 1, -1]), [batch, units]);
        const whole = carry ? slice(rows, [0, 0, 0], [-1, outputs, -1]) : rows;
        const output = sequences ? whole : reshape(whole, [batch, units]);
        if (!this.returnState && !this.stateful) return output;
        const last = sequences ? row(time - 1) : output;
        const states = carry ? [last, row(outputs)] : [last];
        // Nothing of the old states is needed for the way back, so unlike the stock layer none are kept for it.
        if (this.stateful) this.resetStates(states, false);
        return this.returnState ? [output, ...states] : output;
      });
    }

    override getConfig(): serialization.ConfigDict {
      const limits = this.limits ? { clipBackprop: limitsConfig(this.limits) } : {};
      return { ...super.getConfig(), ...limits } as serialization.ConfigDict;
    }
  } as unknown as LayerClass<RecurrentLayer>;
}

/** Why a layer of this configuration cannot be fused, as the end of a sentence; undefined where it can. */
export function unfusable(config: Config): string | undefined {
  for (const key of ['dropout', 'recurrentDropout']) {
    const rate = config[key];
    if (typeof rate === 'number' && rate > 0) {
      return `has no dropout masks; received ${key}: ${rate}. Put a dropout layer before it, or use tf.layers' own.`;
    }
  }
  for (const key of ['activation', 'recurrentActivation']) {
    const given = config[key];
    if (given !== undefined && given !== null && curveOf(activationName(given)) === undefined) {
      return (
        `cannot differentiate ${key}: '${activationName(given)}' from its output; it can ` +
        `${fusableActivations.join(', ')}. Use tf.layers' own layer for others.`
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

function requestOf(
  layer: RecurrentLayer & { limits: Limits | null },
  inputs: Tensor | Tensor[],
  { mask, initialState }: CallArguments,
  states: number,
): Request {
  const { cell, returnSequences, returnState, stateful, goBackwards, limits } = layer;
  const x = cast(Array.isArray(inputs) ? inputs[0]! : inputs, 'float32');
  const [batch, time] = x.shape as [number, number, number];
  const first = Array.isArray(mask) ? mask[0] : mask;
  return {
    batch,
    time,
    units: cell.units,
    phi: curve(cell.activation.getClassName()),
    sigma: curve((cell.recurrentActivation ?? cell.activation).getClassName()),
    projection: projected(x, cell.kernel.read()),
    recurrentKernel: cell.recurrentKernel.read() as Tensor2D,
    bias: (cell.bias?.read() ?? null) as Tensor1D | null,
    initial: statesOf(layer, initialState ?? (stateful ? layer.states : null), states, [batch, cell.units]),
    mask: first ? reshape(cast(cast(first, 'bool'), 'float32'), [batch, time]) : null,
    goBackwards,
    sequences: returnSequences,
    carry: states === 2 && (returnState || stateful),
    limits,
    onGradient: listenerOf(layer, time),
  };
}

function curve(name: string): Curve {
  // The constructor has refused all others.
  return curveOf(name) as Curve;
}

function statesOf(
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
export class FusedSimpleRNN extends fusedLayer('SimpleRNN', hostSimpleRNN, opsSimpleRNN) {
  static override className = 'FusedSimpleRNN';
}

/** tfjs's LSTM as one operation. */
export class FusedLSTM extends fusedLayer('LSTM', hostLSTM, opsLSTM) {
  static override className = 'FusedLSTM';
}

/** tfjs's GRU as one operation. */
export class FusedGRU extends fusedLayer('GRU', hostGRU, opsGRU) {
  static override className = 'FusedGRU';
}
