// Evaluation of all layers, by the name of their operation.
import type { Tensor } from '../../../base/tf.ts'
import {
  isSource,
  type Layer,
  type LayerPlace,
  type LayerRun,
  type LayerRuns,
  type LayerValue,
  type NetworkInputs,
  type Operation,
  type SourceReaders,
} from '../layer.ts'
import type { ComputedOpName, SourceName } from '../ops/table.ts'
import { runs as activations } from './activations.ts'
import { runs as arithmetic } from './arithmetic.ts'
import { runs as attention } from './attention.ts'
import { runs as embeddings } from './embeddings.ts'
import { runs as linear } from './linear.ts'
import { runs as norms } from './norms.ts'
import { sources } from './sources.ts'
import { runs as spatial } from './spatial.ts'

const runs: LayerRuns = {
  ...activations,
  ...arithmetic,
  ...attention,
  ...embeddings,
  ...linear,
  ...norms,
  ...spatial,
}

const readers: SourceReaders = sources

/** Evaluates a layer. Its inputs have the kinds that `describeLayer` has checked. */
export function runLayer(layer: Layer, inputs: readonly LayerValue[], place: LayerPlace): Tensor {
  if (isSource(layer)) throw new Error(`The input ${layer.op} of a network is not computed.`)
  return run(layer, inputs, place)
}

const run = <K extends ComputedOpName>(
  { op, attrs }: Operation<K>,
  inputs: readonly LayerValue[],
  place: LayerPlace,
): Tensor => runs[op]({ ...place, inputs: inputs as LayerRun<K>['inputs'], attrs })

/** Reads an input of the network. */
export function readSource(layer: Layer, inputs: NetworkInputs): LayerValue {
  if (!isSource(layer)) throw new Error(`The layer ${layer.op} is not an input of a network.`)
  return read(layer, inputs)
}

const read = <K extends SourceName>({ op, attrs }: Operation<K>, inputs: NetworkInputs) =>
  readers[op](inputs, attrs)
