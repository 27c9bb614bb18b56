import { isModel } from './rebuild-model.ts';
import type { Cell, Layer, RecurrentLayer } from './tfjs-layers.ts';

/** A cell and the layer that unrolls it. */
export interface FoundCell {
  /** The layer's name; with `/0`, `/1` … where a layer unrolls a stack of cells. */
  readonly name: string;
  readonly layer: RecurrentLayer;
  readonly cell: Cell;
}

// Where tfjs keeps the layers within wrappers; none of it is typed.
interface Wrapper {
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly layer?: Layer;
  readonly cell?: Cell & { readonly cells?: Cell[] };
}

/** Every recurrent cell of a model or layer: in wrappers, in nested models and in stacks too, each once. */
export function findRecurrentCells(layer: Layer): FoundCell[] {
  const found = isModel(layer) ? layer.layers.flatMap(findRecurrentCells) : findCellsInLayer(layer);
  return found.filter((each, index) => found.findIndex(({ cell }) => cell === each.cell) === index);
}

function findCellsInLayer(layer: Layer): FoundCell[] {
  const { forwardLayer, backwardLayer, layer: inner, cell } = layer as Layer & Wrapper;
  if (forwardLayer && backwardLayer) return [...findRecurrentCells(forwardLayer), ...findRecurrentCells(backwardLayer)];
  if (cell) {
    const unrolled = layer as unknown as RecurrentLayer;
    if (!cell.cells) return [{ name: layer.name, layer: unrolled, cell }];
    return cell.cells.map((each, index) => ({ name: `${layer.name}/${index}`, layer: unrolled, cell: each }));
  }
  return inner ? findRecurrentCells(inner) : [];
}
