// The networks of all kinds of models.
import type { ClassifierConfig } from '../models/kinds/classifier/graph.ts'
import { classifierGraph } from '../models/kinds/classifier/graph.ts'
import type { DitConfig } from '../models/kinds/dit/config.ts'
import { ditGraph } from '../models/kinds/dit/graph.ts'
import type { LayerGraph } from '../models/graph/layer.ts'
import type { LayersConfig } from '../models/kinds/layers/graph.ts'
import type { MlpConfig } from '../models/kinds/mlp/graph.ts'
import { mlpGraph } from '../models/kinds/mlp/graph.ts'
import { ownNetwork } from '../models/kinds/defined/network.ts'
import { KindTable } from '../models/kinds/registry.ts'
import type { UnetConfig } from '../models/kinds/unet/config.ts'
import { unetGraph } from '../models/kinds/unet/graph.ts'
import type { KlConfig } from '../models/kinds/vae/klConfig.ts'
import { klFactor, klGraph } from '../models/kinds/vae/klGraph.ts'
import type { TinyConfig } from '../models/kinds/vae/tinyConfig.ts'
import { tinyFactor, tinyGraph } from '../models/kinds/vae/tinyGraph.ts'
import { onnxMessages } from '../messages/onnx.ts'
import { OnnxError } from './error.ts'
import type { OnnxSource } from './source.ts'

/** Height and width of images in pixels. */
export type ImageSize = readonly [height: number, width: number]

/** A network of layers. */
export interface FoundGraph {
  graph: LayerGraph
  /** True if the same layers take images of every size. */
  anySize?: true
}

type FindGraph = (config: never, size: ImageSize | undefined) => FoundGraph | undefined

const ofOneSize =
  (graphOf: (config: never) => LayerGraph): FindGraph =>
  (config, size) => {
    if (size)
      throw new OnnxError(
        onnxMessages.oneSize({ size: size.join(' x ') }),
        onnxMessages.leaveSize(),
      )
    return { graph: graphOf(config) }
  }

const graphs = new KindTable<FindGraph>(
  {
    unet: ofOneSize((config: UnetConfig) => unetGraph(config)),
    dit: ofOneSize((config: DitConfig) => ditGraph(config)),
    mlp: ofOneSize((config: MlpConfig) => mlpGraph(config)),
    classifier: ofOneSize((config: ClassifierConfig) => classifierGraph(config)),
    layers: ofOneSize((config: LayersConfig) => config),
    autoencoder_kl(config: KlConfig, size) {
      const { sample_size: own } = config
      const given = size ?? (typeof own === 'number' ? [own, own] : own)
      checkSize(given, klFactor(config))
      return { graph: klGraph(config, ...given) }
    },
    autoencoder_tiny(config: TinyConfig, size) {
      const factor = tinyFactor(config)
      if (size) {
        checkSize(size, factor)
        return { graph: tinyGraph(config, ...size) }
      }
      // Convolutions alone: the size is that of the input.
      return { graph: tinyGraph(config, factor, factor), anySize: true }
    },
  },
  (definition) => {
    const { graph } = ownNetwork(definition)
    return graph && ofOneSize((config: object) => graph(config))
  },
)

function checkSize(size: ImageSize, multiple: number) {
  if (size.every((side) => side % multiple === 0)) return
  throw new OnnxError(
    onnxMessages.imageSize({ multiple, size: size.join(' x ') }),
    onnxMessages.chooseSize(),
  )
}

/** The network of a model, for images of a size if it takes several; undefined if it has none. */
export const findGraph = (
  { kind, config }: Pick<OnnxSource, 'kind' | 'config'>,
  size?: ImageSize,
): FoundGraph | undefined => graphs.find(kind)?.(config as never, size)
