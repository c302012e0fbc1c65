// File format of a model of layers: its list of layers, and weights with PyTorch's names and layouts.
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import type { ModelFile } from '../file.ts'
import type { LayersConfig } from './config.ts'
import { inputShape } from './graph.ts'

export const layersFile: ModelFile<LayersConfig> = {
  folder: 'layers',
  classNames: ['LayerModel'],
  refusal: () => checkpointMessages.noLayers(),
  describe: ({ layers }, item) => viewText('layersModel', layers.length, item),
  itemShape: (config) => inputShape(config),
}
