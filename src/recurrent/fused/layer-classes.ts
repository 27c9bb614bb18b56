import {
  cast,
  reshape,
  type serialization,
  slice,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { ClippingError, formatValue } from '../../core/errors.ts';
import { toClipConfig, parseClipOptions, type ClipSettings } from '../clip/clip-options.ts';
import { openListener } from '../flow/listeners.ts';
import {
  tfjsLayerClass,
  type CallArguments,
  type Cell,
  type Config,
  type LayerClass,
  type LayerName,
  type RecurrentLayer,
  type RegularizerFn,
} from '../tfjs-layers.ts';
import { findActivation, fusableActivationNames, type FusableActivation } from '../activations.ts';
import type { HostCell } from './host/cell.ts';
import { hostGRU } from './host/gru.ts';
import { hostLSTM } from './host/lstm.ts';
import { hostBuffers } from './host/buffers.ts';
import { runLayerOnHost } from './host/run-layer.ts';
import { hostSimpleRNN } from './host/simple-rnn.ts';
import type { CellActivations, OpsCell } from './ops/cell.ts';
import { opsGRU, opsLSTM, opsSimpleRNN } from './ops/cells.ts';
import { runLayerWithOps } from './ops/run-layer.ts';
import { projectInputs } from './project-inputs.ts';
import { isEmpty, runEmptyLayer } from './empty-layer.ts';
import type { LayerCall } from './layer-call.ts';
import { findPassMemory } from './wasm/find-memory.ts';
import { isSupported, runLayerInWasm } from './wasm/run-layer.ts';

/**
 * Creates a subclass of a tfjs layer that replaces `call`. Weights, states, masks, configuration and shapes are inherited.
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

    /** The penalties of the regularizers, which tfjs's recurrent layers leave in their cells, unused. */
    override get losses(): RegularizerFn[] {
      return this.cell.losses;
    }

    override call(inputs: Tensor | Tensor[], kwargs?: CallArguments): Tensor | Tensor[] {
      return tidy(() => {
        const call = toLayerCall(this, inputs, kwargs ?? {}, host.states);
        const withStates = this.returnState || this.stateful;
        const [output, ...states] = isEmpty(call)
          ? runEmptyLayer(call, host.states)
          : sliceResult(runLayer(this.cell, host, ops, call), call, withStates);
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

function runLayer(cell: Cell, host: HostCell, ops: OpsCell, call: LayerCall): Tensor3D {
  const memory = findPassMemory();
  const pass = memory && { memory, gates: host.gates, call };
  if (pass && isSupported(pass)) return runLayerInWasm(pass);
  const projected = { ...call, projection: projectInputs(call.x, call.kernel) };
  const buffers = hostBuffers();
  if (buffers) return runLayerOnHost(buffers, host, projected);
  const { activation, recurrentActivation = activation } = cell;
  const activations: CellActivations = {
    phi: call.phi,
    sigma: call.sigma,
    applyPhi: (z) => activation.apply(z),
    applySigma: (z) => recurrentActivation.apply(z),
  };
  return runLayerWithOps(ops, activations, projected);
}

/** Slices the result into the output and, on request, the final states. */
function sliceResult(rows: Tensor3D, call: LayerCall, withStates: boolean): [Tensor, ...Tensor[]] {
  const output = sliceOutput(rows, call);
  return withStates ? [output, ...sliceFinalStates(rows, output, call)] : [output];
}

/** [batch, time, units] if the layer returns sequences, otherwise [batch, units]. */
function sliceOutput(rows: Tensor3D, { batch, time, units, returnSequences, returnCarry }: LayerCall): Tensor {
  const outputs = returnCarry ? slice(rows, [0, 0, 0], [-1, returnSequences ? time : 1, -1]) : rows;
  return returnSequences ? outputs : reshape(outputs, [batch, units]);
}

/** The final h and, if the call returns it, the final carry; [batch, units] each. */
function sliceFinalStates(rows: Tensor3D, output: Tensor, call: LayerCall): Tensor[] {
  const { batch, time, units, returnSequences, returnCarry } = call;
  const row = (index: number): Tensor => reshape(slice(rows, [0, index, 0], [-1, 1, -1]), [batch, units]);
  const h = returnSequences ? row(time - 1) : output;
  return returnCarry ? [h, row(returnSequences ? time : 1)] : [h];
}

/** Returns why a layer of this configuration cannot be fused, as the end of a sentence; undefined if it can. */
export function reasonNotFusable(config: Config): string | undefined {
  if (config['activityRegularizer'] != null) {
    return (
      `does not support activityRegularizer; received ${formatValue(config['activityRegularizer'])}. ` +
      'Add the penalty to the loss, or use kernelRegularizer, recurrentRegularizer or biasRegularizer.'
    );
  }
  for (const key of ['dropout', 'recurrentDropout']) {
    const rate = config[key];
    if (typeof rate === 'number' && rate > 0) {
      return `does not support dropout; received ${key}: ${rate}. Put a dropout layer before it, or use tf.layers' own layer.`;
    }
  }
  for (const key of ['activation', 'recurrentActivation']) {
    const activation = config[key];
    if (activation === undefined || activation === null) continue;
    const activationClass = activationName(activation);
    if (findActivation(activationClass) === undefined) {
      return (
        `supports only ${fusableActivationNames.join(', ')} as ${key}, whose slopes can be computed from their outputs; ` +
        `received '${activationClass}'. Use tf.layers' own layer for other activations.`
      );
    }
  }
  return undefined;
}

// An activation can be a name, a tfjs object or the configuration of one.
function activationName(activation: unknown): string {
  if (typeof activation === 'string') return activation;
  const { getClassName, className } = activation as { getClassName?: () => string; className?: string };
  return typeof getClassName === 'function' ? getClassName.call(activation) : String(className);
}

function toLayerCall(
  layer: RecurrentLayer & { clipping: ClipSettings | null },
  inputs: Tensor | Tensor[],
  { mask, initialState }: CallArguments,
  stateCount: number,
): LayerCall {
  const { cell, returnSequences, returnState, stateful, goBackwards, clipping } = layer;
  const x = cast(Array.isArray(inputs) ? inputs[0]! : inputs, 'float32') as Tensor3D;
  const [batch, time] = x.shape;
  const kernel = cell.kernel.read() as Tensor2D;
  const inputMask = Array.isArray(mask) ? mask[0] : mask;
  return {
    batch,
    time,
    features: kernel.shape[0],
    units: cell.units,
    phi: fusableActivation(cell.activation.getClassName()),
    sigma: fusableActivation((cell.recurrentActivation ?? cell.activation).getClassName()),
    x,
    kernel,
    recurrentKernel: cell.recurrentKernel.read() as Tensor2D,
    bias: (cell.bias?.read() ?? null) as Tensor1D | null,
    initialStates: parseInitialStates(layer, initialState ?? (stateful ? layer.states : null), stateCount, [
      batch,
      cell.units,
    ]),
    mask: inputMask ? reshape(cast(cast(inputMask, 'bool'), 'float32'), [batch, time]) : null,
    goBackwards,
    returnSequences,
    returnCarry: stateCount === 2 && (returnState || stateful),
    clipping,
    onGradient: openListener(layer),
  };
}

function fusableActivation(name: string): FusableActivation {
  // The constructor has rejected all other activations.
  return findActivation(name) as FusableActivation;
}

function parseInitialStates(
  layer: RecurrentLayer,
  states: readonly (Tensor | null)[] | null,
  count: number,
  shape: [number, number],
): Tensor2D[] | null {
  if (states === null) return null;
  const isValid = states.length === count && states.every((state) => state?.shape.join() === shape.join());
  if (isValid) return states.map((state) => cast(state as Tensor, 'float32') as Tensor2D);
  const shapes = states.map((state) => (state ? `[${state.shape.join(', ')}]` : 'null')).join(' and ');
  throw new ClippingError(
    'bad-state',
    `${layer.name} needs ${count === 1 ? 'one initial state' : `${count} initial states (h and c)`} of shape ` +
      `[batch, units] = [${shape.join(', ')}]; received ${states.length === 0 ? 'none' : shapes}.`,
  );
}

/** tfjs's SimpleRNN, computed as one operation. */
export class FusedSimpleRNN extends createFusedLayer('SimpleRNN', hostSimpleRNN, opsSimpleRNN) {
  static override className = 'FusedSimpleRNN';
}

/** tfjs's LSTM, computed as one operation. */
export class FusedLSTM extends createFusedLayer('LSTM', hostLSTM, opsLSTM) {
  static override className = 'FusedLSTM';
}

/** tfjs's GRU, computed as one operation. */
export class FusedGRU extends createFusedLayer('GRU', hostGRU, opsGRU) {
  static override className = 'FusedGRU';
}

/** The classes of the fused layers. */
export const FUSED_LAYERS = [FusedSimpleRNN, FusedLSTM, FusedGRU];
