import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { type layers } from '@tensorflow/tfjs-layers';
import { secondTfjsError } from '../core/second-tfjs.ts';

/** A configuration in the form tfjs-layers uses in memory: plain values under camel-case names. */
export type Config = Record<string, unknown>;

/** A layer of tfjs-layers. */
export type Layer = InstanceType<typeof layers.Layer>;

/** The arguments that `call` receives in addition to its inputs. */
export interface CallArguments {
  readonly training?: boolean;
  readonly mask?: Tensor | (Tensor | null)[] | null;
  readonly initialState?: Tensor[] | null;
}

/** Computes the penalty of one weight. */
export type RegularizerFn = Layer['losses'][number];

/** A variable of a layer. */
export interface Weight {
  /** Returns the variable itself, not a copy. */
  read(): Tensor;
  readonly originalName: string;
}

/** An activation function of tfjs-layers. */
export interface Activation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** The fields of tfjs's three recurrent cells that this folder uses; tfjs-layers does not type them. */
export interface Cell extends Layer {
  readonly units: number;
  readonly stateSize: number | number[];
  activation: Activation;
  recurrentActivation?: Activation;
  readonly kernel: Weight;
  readonly recurrentKernel: Weight;
  readonly bias: Weight | null;
  readonly dropout: number;
  readonly recurrentDropout: number;
  call(inputs: Tensor[], kwargs: CallArguments): Tensor[];
  getConfig(): serialization.ConfigDict;
}

/** The fields of tfjs's recurrent layers that this folder uses. */
export interface RecurrentLayer extends Layer {
  cell: Cell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly states: (Tensor | null)[];
  call(inputs: Tensor | Tensor[], kwargs?: CallArguments): Tensor | Tensor[];
  resetStates(states?: Tensor | Tensor[], training?: boolean): void;
  getConfig(): serialization.ConfigDict;
}

/** The class of a layer or cell. */
export type LayerClass<Created extends Layer> = (new (config: Config) => Created) & { className: string };

/** The class names of tfjs's three recurrent cells. */
export type CellName = 'SimpleRNNCell' | 'LSTMCell' | 'GRUCell';

/** The class names of tfjs's three recurrent layers. */
export type LayerName = 'SimpleRNN' | 'LSTM' | 'GRU';

/** Returns the class of one of tfjs's cells, which tfjs-layers registers but does not export. */
export function tfjsCellClass(name: CellName): LayerClass<Cell> {
  return registeredClass(name) as unknown as LayerClass<Cell>;
}

/** Returns the class of one of tfjs's recurrent layers, which tfjs-layers registers but does not export. */
export function tfjsLayerClass(name: LayerName): LayerClass<RecurrentLayer> {
  return registeredClass(name) as unknown as LayerClass<RecurrentLayer>;
}

/** Creates a layer or model of the class that is registered under this name. */
export function createFromConfig(className: string, config: Config): Layer {
  const [type, fromConfig] = serialization.SerializationMap.getMap().classNameMap[className] ?? [];
  if (type === undefined || fromConfig === undefined) throw new Error(`No class is registered as ${className}.`);
  return fromConfig(type, config as serialization.ConfigDict) as unknown as Layer;
}

function registeredClass(name: string): serialization.SerializableConstructor<serialization.Serializable> {
  const [type] = serialization.SerializationMap.getMap().classNameMap[name] ?? [];
  // tfjs-layers registers its classes with the copy of tfjs-core that it imports, which may be another one than ours.
  if (type === undefined) throw secondTfjsError('`gradclip/recurrent`: tfjs-layers imports');
  return type;
}
