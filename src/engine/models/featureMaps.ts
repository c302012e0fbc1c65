// Outputs of single layers of a model, for display.
import { EngineError } from '../base/errors.ts'
import type { Tensor } from '../base/tf.ts'
import type { Conditioning } from '../base/values.ts'
import type { Model } from './model.ts'
import { modelMessages } from '../messages/models.ts'
import type { Times } from '../process/schedule.ts'
import type { GraphView } from './graph/analysis.ts'
import { imageAround } from './graph/images.ts'
import type { FeatureShape } from './graph/layerOp.ts'
import { runLayerByLayer, withoutTraining } from './graph/layerByLayer.ts'
import { layerOps } from './graph/ops/table.ts'
import { layerTitles } from './graph/titles.ts'
import { findNetwork, inspectNetwork } from './predict.ts'

/** Number of names that an error lists. */
const MOST_NAMES = 8

/** Output of a layer. */
export interface LayerFeatures {
  /** `[b, h, w, c]`, `[b, n, c]` or `[b, c]`. */
  tensor: Tensor
  /** Height and width of the image whose pixels or patches are the tokens, if they are such. */
  image: readonly [height: number, width: number] | undefined
}

/** Names and shapes, of an item, of all layers of the first network of a model. */
export function featureLayers(model: Model): { name: string; shape: FeatureShape }[] {
  const view = findNetwork(model)?.program.view
  return view
    ? featurePositions(view).map((i) => ({ name: layerTitles(view)[i], shape: view.shapes[i] }))
    : []
}

const featurePositions = ({ layers, used }: GraphView): number[] =>
  layers.flatMap(({ op }, i) =>
    used[i] && (layerOps[op].gives ?? 'features') === 'features' ? [i] : [],
  )

/**
 * The output of the layer `name`, see {@link featureLayers}. The network is evaluated again, layer
 * by layer, without replay and dropout: last bits may differ from those of a prediction. Throws
 * EngineError as `predict` does, for a model without a network, and for an unknown layer.
 */
export function layerFeatures(
  model: Model,
  name: string,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
): LayerFeatures {
  let found: LayerFeatures | undefined
  inspectNetwork(model, x, t, condition, (program, network, inputs) => {
    const { view } = program
    const wanted = featurePositions(view).find((i) => layerTitles(view)[i] === name)
    if (wanted === undefined) throw unknownLayer(model, name)
    const image = view.shapes[wanted].length === 2 ? imageAround(view, wanted) : undefined
    const [output] = runLayerByLayer(program, withoutTraining(network), inputs, {
      leave: (i, value) => {
        if (i === wanted) found = { tensor: (value as Tensor).clone(), image }
      },
    })
    return output
  })
  return found!
}

/** Lists names that contain the wanted one, or else the first ones. */
function unknownLayer(model: Model, layer: string): EngineError {
  const all = featureLayers(model).map(({ name }) => name)
  const similar = all.filter((name) => name.includes(layer))
  const layers = (similar.length > 0 ? similar : all).slice(0, MOST_NAMES).join(', ')
  return new EngineError(modelMessages.layerName, { argument: 'layer', layers, layer })
}
