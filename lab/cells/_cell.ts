import type { layers } from '@tensorflow/tfjs';

/** What a task asks of the cell it trains. */
export interface CellRequest {
  /** Width of the hidden state. */
  readonly units: number;
  /** Seeds the initial weights. */
  readonly seed: number;
  /** Whether every time step is handed on, or only the last. */
  readonly returnSequences: boolean;
  /** `[time, features]`, for the first layer of a model. */
  readonly inputShape?: [number, number];
  /** The layer's name, for models with several; the cell's id where not given. */
  readonly name?: string;
}

/** One kind of recurrent layer. */
export interface Cell {
  /** The name on the command line. */
  readonly id: string;
  /** The name for people. */
  readonly title: string;
  /** Makes the layer, freshly initialised. */
  layer(request: CellRequest): layers.Layer;
}

/** Declares a cell. */
export function defineCell(cell: Cell): Cell {
  return Object.freeze(cell);
}
