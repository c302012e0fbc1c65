// Config of models of layers.
import type { LayerGraph } from '../../graph/layer.ts'

/** A graph of layers that may have been opened from a model with dropout. */
export interface DropoutGraph extends LayerGraph {
  /**
   * Names of the dropout layers of the model that these layers were opened from: they draw by their
   * place in it, others by their name.
   */
  dropouts?: readonly string[]
}

/**
 * Config of a model of layers. `functions.predict` gives the prediction, if the model makes one; a
 * model may have other functions, each with an input x of its own.
 */
export interface LayersConfig extends DropoutGraph {
  format: 1
}
