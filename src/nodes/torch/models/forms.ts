// What the class of a network has beside its graph of layers, by kind: docstrings, results of methods
// and layers that start at zero.
import type { ClassifierConfig } from '../../../engine/models/classifierGraph.ts'
import type { DitConfig } from '../../../engine/models/dit/config.ts'
import { ditImageSize, ditWidth } from '../../../engine/models/dit/config.ts'
import { isGateOrOutput } from '../../../engine/models/dit/dit.ts'
import { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { LayerGraph } from '../../../engine/models/graph/layer.ts'
import type { MlpConfig } from '../../../engine/models/mlpGraph.ts'
import type { LayersDefinition } from '../../../engine/models/own/definition.ts'
import { KindTable } from '../../../engine/models/registry.ts'
import type { UnetConfig } from '../../../engine/models/unet/config.ts'
import { imageSize } from '../../../engine/models/unet/config.ts'
import { isLastOfBlock } from '../../../engine/models/unet/init.ts'
import type { Network } from './layers.ts'
import type { ModelDescription } from './writeModule.ts'

export type Form = Omit<Network, 'graph' | 'className'>
type WriteForm = (config: never, model: ModelDescription) => Partial<Form>

/** The form of a network. */
export function formOf(model: ModelDescription, graph: LayerGraph): Form {
  const count = new GraphView(graph).used.filter(Boolean).length
  return {
    about: `Network of ${count} layers.`,
    isZero: () => false,
    ...forms.find(model.kind)?.(model.config as never, model),
  }
}

const decoder = { inputNames: { decode: 'z' } } as const

const forms = new KindTable<WriteForm>(
  {
    unet(config: UnetConfig, { zeroInit }) {
      const source = config.cross_attention_dim ? 'UNet2DConditionModel' : 'UNet2DModel'
      return {
        about: `U-Net of ${imageSize(config).join(' x ')} images with the weights of diffusers' ${source}.`,
        isZero: (layer) => zeroInit === true && isLastOfBlock(layer),
      }
    },
    dit: (config: DitConfig, { zeroInit }) => ({
      about: `Diffusion transformer for ${ditImageSize(config).join(' x ')} images (Peebles & Xie 2023).`,
      isZero: (layer) => zeroInit === true && isGateOrOutput(layer),
      width: { name: 'width', value: ditWidth(config) },
      // Its layers read labels, of which all are "none".
      ...(config.num_embeds_ada_norm === 0 && { specs: [] }),
    }),
    mlp: ({ hidden }: MlpConfig) => ({
      about: 'Residual network for points; the embedding of t is added in each layer.',
      width: { name: 'hidden', value: hidden },
    }),
    classifier({ height, width, ...config }: ClassifierConfig) {
      const noised = config.time_embedding_dim > 0 ? 'noised ' : ''
      return {
        about: `Classifier of ${noised}${height} x ${width} images, with a level per resolution.`,
        methodTitles: {
          features: `Inputs of the last layer, (B, ${config.block_out_channels.at(-1)}).`,
        },
      }
    },
    layers(_, { zeroLayers }) {
      const zeros = new Set(zeroLayers)
      return { isZero: (layer) => zeros.has(layer) }
    },
    autoencoder_kl: () => ({
      about: 'Autoencoder with a normal distribution of latents (Rombach et al. 2022).',
      methodTitles: { encode: 'Mean and log-variance of the latents of images.' },
      results: {
        encode: (result) => [
          `mean, log_variance = ${result}.chunk(2, dim=1)`,
          'return mean, log_variance.clamp(-30, 20)',
        ],
      },
      ...decoder,
    }),
    autoencoder_tiny: () => ({ about: 'Small autoencoder of images (TAESD).', ...decoder }),
  },
  (definition) =>
    (_, { config }) => {
      const { startsAtZero } = definition as LayersDefinition<object>
      return { isZero: (layer) => startsAtZero?.(layer, config) ?? false }
    },
)
