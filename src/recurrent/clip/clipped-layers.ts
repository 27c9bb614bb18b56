import {
  tfjsLayerClass,
  type Cell,
  type Config,
  type LayerClass,
  type RecurrentLayer,
  type RegularizerFn,
} from '../tfjs-layers.ts';
import { ClippedGRUCell, ClippedLSTMCell, ClippedSimpleRNNCell } from './clipped-cells.ts';

/** Puts a clipped cell into a layer of tfjs-layers. Everything else, including the configuration, is inherited. */
function createClippedLayer(Base: LayerClass<RecurrentLayer>, CellClass: LayerClass<Cell>): LayerClass<RecurrentLayer> {
  return class extends Base {
    constructor(config: Config) {
      // The constructor of tfjs writes its cell into the configuration it receives.
      super({ ...config });
      this.cell = new CellClass(config);
    }

    /** The penalties of the regularizers, which tfjs's recurrent layers leave in their cells, unused. */
    override get losses(): RegularizerFn[] {
      return this.cell.losses;
    }
  } as unknown as LayerClass<RecurrentLayer>;
}

/** tfjs's SimpleRNN with gradients clipped at each time step. */
export class ClippedSimpleRNN extends createClippedLayer(tfjsLayerClass('SimpleRNN'), ClippedSimpleRNNCell) {
  static override className = 'ClippedSimpleRNN';
}

/** tfjs's LSTM with gradients clipped at each time step. */
export class ClippedLSTM extends createClippedLayer(tfjsLayerClass('LSTM'), ClippedLSTMCell) {
  static override className = 'ClippedLSTM';
}

/** tfjs's GRU with gradients clipped at each time step. */
export class ClippedGRU extends createClippedLayer(tfjsLayerClass('GRU'), ClippedGRUCell) {
  static override className = 'ClippedGRU';
}

/** The classes of the clipped layers. */
export const CLIPPED_LAYERS = [ClippedSimpleRNN, ClippedLSTM, ClippedGRU];
