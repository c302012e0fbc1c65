// A graph of layers as a kind of model: wired by hand, or read from a file.
import { EngineError } from '../../../base/errors.ts'
import { asFileError, withoutRemarks } from '../file.ts'
import { defineNetwork } from '../kind.ts'
import type { LayersConfig } from './config.ts'
import { layersFile } from './file.ts'
import { conditionSpecs, inputShape, parseLayersConfig, placesOf, requirePredict } from './graph.ts'
import { layersRows } from './rows.ts'

export const layersKind = defineNetwork<LayersConfig>({
  differentiableTime: true,
  parse: (json) =>
    asFileError(() => parseLayersConfig(withoutRemarks(json)), undefined, EngineError),
  graph: (config) => config,
  dropoutPlaces: placesOf,
  itemShape: (config) => inputShape(requirePredict(config)),
  conditions: conditionSpecs,
  file: layersFile,
  rows: layersRows,
})
