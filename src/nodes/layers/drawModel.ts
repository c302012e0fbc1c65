// Draws the diagram of a model.
import { describeNetwork } from '../../engine/models/kinds/files.ts'
import { networkDiagram, type DiagramOptions } from '../../engine/models/diagram/networkDiagram.ts'
import { modelMessages } from '../../engine/messages/models.ts'
import { findNetwork } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Model } from '../../engine/models/model.ts'
import { modelCures } from '../../messages/cures.ts'

/**
 * The diagram of the first network of a model, as an SVG document with its description as title.
 * Throws NodeError for a model without a network of layers.
 */
export function drawModel(model: Model, theme: DiagramOptions['theme'] = 'auto'): string {
  const network = findNetwork(model)
  if (!network)
    throw new NodeError({
      message: modelMessages.noNetwork({ kind: model.kind }),
      cure: modelCures.noNetwork(),
    })
  const { view, outputs } = network.program
  const functions = Object.fromEntries(outputs.map((layer, i) => [String(i), layer]))
  return networkDiagram(
    { layers: view.layers, functions },
    { title: describeNetwork(network.model), theme },
  )
}
