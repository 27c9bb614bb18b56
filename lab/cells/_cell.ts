import type { layers } from '@tensorflow/tfjs';

/** The layer that a task requests from a cell. */
export interface CellRequest {
  /** Width of the hidden state. */
  readonly units: number;
  /** The seed of the initial weights. */
  readonly seed: number;
  /** Whether the layer returns every time step or only the last. */
  readonly returnSequences: boolean;
  /** `[time, features]`, for the first layer of a model. */
  readonly inputShape?: [number, number];
  /** The layer's name, for models with several cells. Defaults to a name of the cell. */
  readonly name?: string;
}

/** A kind of recurrent layer. */
export interface Cell {
  /** The id on the command line. */
  readonly id: string;
  /** The name in reports. */
  readonly title: string;
  /** Creates a new layer. */
  layer(request: CellRequest): layers.Layer;
}

/** Declares a cell. */
export function defineCell(cell: Cell): Cell {
  return Object.freeze(cell);
}
