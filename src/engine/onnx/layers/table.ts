// Writers of all layers, by operation.
import type { Operation } from '../../models/graph/layer.ts'
import type { LayerOpName } from '../../models/graph/ops/table.ts'
import type { Value } from '../builder.ts'
import { writers as activations } from './activations.ts'
import { writers as arithmetic } from './arithmetic.ts'
import { writers as attention } from './attention.ts'
import { writers as embeddings } from './embeddings.ts'
import type { LayerPlace, LayerWriters } from './layer.ts'
import { writers as linear } from './linear.ts'
import { writers as norms } from './norms.ts'
import { writers as sources } from './sources.ts'
import { writers as spatial } from './spatial.ts'

const writers: LayerWriters = {
  ...activations,
  ...arithmetic,
  ...attention,
  ...embeddings,
  ...linear,
  ...norms,
  ...sources,
  ...spatial,
}

/** Appends the nodes of a layer and returns its value. */
export const writeLayer = <K extends LayerOpName>(
  { op, attrs }: Operation<K>,
  place: LayerPlace,
): Value => writers[op]({ ...place, attrs })
