import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { type layers } from '@tensorflow/tfjs-layers';
import { secondTfjsError } from '../core/second-tfjs.ts';

/** A configuration as tfjs-layers keeps it: camel-cased and plain. */
export type Config = Record<string, unknown>;

/** A layer of tfjs-layers. */
export type Layer = InstanceType<typeof layers.Layer>;

/** What `call` receives beside its inputs. */
export interface CallArguments {
  readonly training?: boolean;
  readonly mask?: Tensor | (Tensor | null)[] | null;
  readonly initialState?: Tensor[] | null;
}

/** A variable of a layer. */
export interface Weight {
  /** The value, live: it is the variable itself. */
  read(): Tensor;
  readonly originalName: string;
}

/** An activation function of tfjs-layers. */
export interface Activation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** The fields of tfjs's three recurrent cells that this folder relies on; tfjs-layers types none of them. */
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

/** The fields of tfjs's recurrent layers that this folder relies on. */
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

/** A class that makes layers of one kind. */
export type LayerClass<Made extends Layer> = (new (config: Config) => Made) & { className: string };

/** The names of the three cells. */
export type CellName = 'SimpleRNNCell' | 'LSTMCell' | 'GRUCell';

/** The names of the three layers. */
export type LayerName = 'SimpleRNN' | 'LSTM' | 'GRU';

/** The class that tfjs-layers registered for one of its cells, which it does not export. */
export function tfjsCellClass(name: CellName): LayerClass<Cell> {
  return registeredClass(name) as unknown as LayerClass<Cell>;
}

/** The class that tfjs-layers registered for one of its recurrent layers, which it does not export. */
export function tfjsLayerClass(name: LayerName): LayerClass<RecurrentLayer> {
  return registeredClass(name) as unknown as LayerClass<RecurrentLayer>;
}

/** Makes a layer or model of the class registered under this name. */
export function createFromConfig(className: string, config: Config): Layer {
  const [type, make] = serialization.SerializationMap.getMap().classNameMap[className] ?? [];
  if (type === undefined || make === undefined) throw new Error(`No class is registered as ${className}.`);
  return make(type, config as serialization.ConfigDict) as unknown as Layer;
}

function registeredClass(name: string): serialization.SerializableConstructor<serialization.Serializable> {
  const [type] = serialization.SerializationMap.getMap().classNameMap[name] ?? [];
  // gradclip/recurrent imports tfjs-layers, which tells the copy of tfjs-core that it finds of its classes.
  if (type === undefined) throw secondTfjsError('`gradclip/recurrent`: tfjs-layers stands on');
  return type;
}
