import { isModel } from './rebuild-model.ts';
import type { Cell, Layer, RecurrentLayer } from './tfjs-layers.ts';

/** A cell and the layer that unrolls it. */
export interface FoundCell {
  /** The layer's name, followed by `/0`, `/1` … if the layer unrolls a stack of cells. */
  readonly name: string;
  readonly layer: RecurrentLayer;
  readonly cell: Cell;
  /** Whether the model passes the layer, or the bidirectional around it, an initial state. */
  readonly hasInitialState: boolean;
}

// The properties in which tfjs's wrappers store their layers; tfjs-layers does not type them.
interface Wrapper {
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly layer?: Layer;
  readonly cell?: Cell & { readonly cells?: Cell[] };
}

/** Finds every recurrent cell of a model or layer once, including those in wrappers, nested models and stacks. */
export function findRecurrentCells(layer: Layer): FoundCell[] {
  const found = isModel(layer) ? layer.layers.flatMap(findRecurrentCells) : findCellsInLayer(layer);
  return found.filter((each, index) => found.findIndex(({ cell }) => cell === each.cell) === index);
}

function findCellsInLayer(layer: Layer): FoundCell[] {
  const hasInitialState = layer.inboundNodes.some(({ inputTensors }) => inputTensors.length > 1);
  return findCellsInside(layer).map((found) => (hasInitialState ? { ...found, hasInitialState } : found));
}

function findCellsInside(layer: Layer): FoundCell[] {
  const { forwardLayer, backwardLayer, layer: inner, cell } = layer as Layer & Wrapper;
  if (forwardLayer && backwardLayer) return [...findRecurrentCells(forwardLayer), ...findRecurrentCells(backwardLayer)];
  if (cell) {
    const unrolled = layer as unknown as RecurrentLayer;
    if (!cell.cells) return [{ name: layer.name, layer: unrolled, cell, hasInitialState: false }];
    return cell.cells.map((each, index) => ({
      ...{ name: `${layer.name}/${index}`, layer: unrolled, cell: each },
      hasInitialState: false,
    }));
  }
  return inner ? findRecurrentCells(inner) : [];
}
