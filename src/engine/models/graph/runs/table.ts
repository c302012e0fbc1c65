// Evaluation of all layers, by the name of their operation.
import type { Tensor } from '../../../base/tf.ts'
import type {
  Layer,
  LayerRun,
  LayerRuns,
  LayerSources,
  LayerValue,
  NetworkInputs,
} from '../layer.ts'
import { runs as activations } from './activations.ts'
import { runs as arithmetic } from './arithmetic.ts'
import { runs as attention } from './attention.ts'
import { runs as embeddings } from './embeddings.ts'
import { runs as linear } from './linear.ts'
import { runs as norms } from './norms.ts'
import { sources } from './sources.ts'
import { runs as spatial } from './spatial.ts'

const runs = new Map<string, LayerRuns[string]>(
  Object.entries({
    ...activations,
    ...arithmetic,
    ...attention,
    ...embeddings,
    ...linear,
    ...norms,
    ...spatial,
  }),
)
const readers = new Map<string, LayerSources[string]>(Object.entries(sources))

/** The function that evaluates a layer. */
export function layerRun({ op }: Pick<Layer, 'op'>): (layer: LayerRun) => Tensor {
  const found = runs.get(op)
  if (!found) throw new Error(`No function evaluates the layer ${op}.`)
  return found
}

/** Reads an input of the network. */
export function readSource({ op, attrs }: Layer, inputs: NetworkInputs): LayerValue {
  const found = readers.get(op)
  if (!found) throw new Error(`No function reads the input ${op}.`)
  return found(inputs, attrs)
}
