import { stockLayer, type Cell, type Config, type LayerClass, type RecurrentLayer } from '../tfjs-layers.ts';
import { ClippedGRUCell, ClippedLSTMCell, ClippedSimpleRNNCell } from './cells.ts';

/** The layer of tfjs-layers around a clipped cell; everything else, its configuration included, is the stock layer's. */
function clippedLayer(Base: LayerClass<RecurrentLayer>, CellClass: LayerClass<Cell>): LayerClass<RecurrentLayer> {
  return class extends Base {
    constructor(config: Config) {
      // The stock constructor writes its cell into what it is given.
      super({ ...config });
      this.cell = new CellClass(config);
    }
  } as unknown as LayerClass<RecurrentLayer>;
}

/** tfjs's SimpleRNN with gradients bounded at each time step. */
export class ClippedSimpleRNN extends clippedLayer(stockLayer('SimpleRNN'), ClippedSimpleRNNCell) {
  static override className = 'ClippedSimpleRNN';
}

/** tfjs's LSTM with gradients bounded at each time step. */
export class ClippedLSTM extends clippedLayer(stockLayer('LSTM'), ClippedLSTMCell) {
  static override className = 'ClippedLSTM';
}

/** tfjs's GRU with gradients bounded at each time step. */
export class ClippedGRU extends clippedLayer(stockLayer('GRU'), ClippedGRUCell) {
  static override className = 'ClippedGRU';
}
