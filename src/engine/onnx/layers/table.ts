// Writers of all layers, by operation. The type requires one for each.
import type { LayerOpName } from '../../models/graph/ops/table.ts'
import * as activations from './activations.ts'
import * as arithmetic from './arithmetic.ts'
import * as attention from './attention.ts'
import * as embeddings from './embeddings.ts'
import * as linear from './linear.ts'
import * as norms from './norms.ts'
import * as sources from './sources.ts'
import * as spatial from './spatial.ts'
import type { WriteLayer } from './layer.ts'

export const layerWriters: { readonly [K in LayerOpName]: WriteLayer } = {
  ...activations,
  ...arithmetic,
  ...attention,
  ...embeddings,
  ...linear,
  ...norms,
  ...sources,
  ...spatial,
}
