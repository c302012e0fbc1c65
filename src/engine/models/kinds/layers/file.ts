// File format of a model of layers: its list of layers, and weights with PyTorch's names and layouts.
import { EngineError } from '../../../base/errors.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { layersWithWeights } from '../../graph/weights.ts'
import type { LayersConfig } from './graph.ts'
import { hasVarianceOutput, inputShape, labelClasses, parseLayersConfig } from './graph.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'

const asLayersConfig = (config: Record<string, unknown>) => config as unknown as LayersConfig

const itemText = (config: LayersConfig) => inputShape(config).join(' x ')

export const layersFormat: Format = {
  folder: 'layers',
  classNames: ['LayerModel'],
  refusal: () => checkpointMessages.noLayers(),
  write: (config) => ({ className: ['litegraph_diffusion', 'LayerModel'], config: { ...config } }),
  read(json) {
    try {
      const own = Object.entries(json).filter(([key]) => !key.startsWith('_'))
      return { config: { ...parseLayersConfig(Object.fromEntries(own)) } }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      throw new CheckpointError(error.message)
    }
  },
  predictsVariance: (config) => hasVarianceOutput(asLayersConfig(config)),
  layers: (config) => layersWithWeights(asLayersConfig(config)),
  describe: (config) =>
    viewText('layersModel', asLayersConfig(config).layers.length, itemText(asLayersConfig(config))),
  item: (config) => [
    viewText(inputShape(asLayersConfig(config)).length === 1 ? 'points' : 'images'),
    itemText(asLayersConfig(config)),
  ],
  itemShape: (config) => inputShape(asLayersConfig(config)),
  isOfPoints: (config) => inputShape(asLayersConfig(config)).length === 1,
  classes: (config) => labelClasses(asLayersConfig(config)),
}
