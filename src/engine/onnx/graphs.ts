// The networks of models, for images of a size.
import { onnxMessages } from '../messages/onnx.ts'
import type { LayerGraph } from '../models/graph/layer.ts'
import type { Configured } from '../models/kinds/configs.ts'
import type { ImageSize } from '../models/kinds/kind.ts'
import { findNetworkKind } from '../models/kinds/registry.ts'
import { OnnxError } from './error.ts'

/** A network of layers. */
export interface FoundGraph {
  graph: LayerGraph
  /** True if the same layers take images of every size. */
  anySize?: true
}

/**
 * The network of a model, for images of a size if it takes several; undefined if it has none. Throws
 * OnnxError for a size that does not fit.
 */
export function findGraph(model: Configured, wanted?: ImageSize): FoundGraph | undefined {
  const { graph, sizes } = findNetworkKind(model) ?? {}
  const { config } = model
  if (!graph) return undefined
  if (wanted && !sizes)
    throw new OnnxError(
      onnxMessages.oneSize({ size: wanted.join(' x ') }),
      onnxMessages.leaveSize(),
    )
  const size = wanted ?? sizes?.own?.(config)
  if (size && sizes) checkSize(size, sizes.multiple(config))
  return { graph: graph(config, size), ...(sizes && !size && { anySize: true }) }
}

function checkSize(size: ImageSize, multiple: number) {
  if (size.every((side) => side % multiple === 0)) return
  throw new OnnxError(
    onnxMessages.imageSize({ multiple, size: size.join(' x ') }),
    onnxMessages.chooseSize(),
  )
}
