// File format of a defined kind of model: its config as it is, and weights with PyTorch's layouts.
import { EngineError } from '../../../base/errors.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import type { ModelDefinition } from './definition.ts'
import { getClassName } from './definition.ts'
import { ownNetwork, parseOwnConfig } from './network.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'

/** Key of the kind beside the config, for hosts that do not know it. Readers ignore such keys. */
export const OWN_KIND = '_kind'

/** The format of a definition. */
export function ownFormat(definition: ModelDefinition): Format {
  const network = ownNetwork(definition)
  const className = getClassName(definition)
  const itemText = (config: object) => network.itemShape(config).join(' x ')
  const isOfPoints = (config: object) => network.itemShape(config).length === 1
  return {
    folder: 'model',
    classNames: [className],
    refusal: () => checkpointMessages.noOwnKind({ name: className }),
    write: (config) => ({
      className: ['litegraph_diffusion', className],
      config: { ...config, [OWN_KIND]: definition.kind },
    }),
    read(json) {
      try {
        return { config: parseOwnConfig(definition, json) }
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        throw new CheckpointError(error.message)
      }
    },
    predictsVariance: (config) => network.hasVariance(config),
    layers: (config) => [...network.layers(config)],
    describe: (config) => viewText('ownModel', className, itemText(config)),
    item: (config) => [viewText(isOfPoints(config) ? 'points' : 'images'), itemText(config)],
    isOfPoints,
    classes: (config) =>
      network
        .conditions(config)
        .reduce((most, spec) => (spec.kind === 'labels' ? spec.classes : most), 0),
  }
}
