// Properties of the class of a network that its graph of layers lacks, by kind: docstrings, results of
// methods and layers that start at zero.
import { isKeyOf } from '../../../engine/base/records.ts'
import { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { LayerGraph } from '../../../engine/models/graph/layer.ts'
import type { Configured, NetworkConfigs } from '../../../engine/models/kinds/configs.ts'
import { ditImageSize, ditWidth } from '../../../engine/models/kinds/dit/config.ts'
import { builtInKinds, getNetworkKind } from '../../../engine/models/kinds/registry.ts'
import { imageSize } from '../../../engine/models/kinds/unet/config.ts'
import type { Network } from './layers.ts'

/** A network without its weights. A model is one. */
export type ModelDescription = Configured & Initialisation

interface Initialisation {
  /** Param `zero_init` of UNet and DiT: the last layer of each block starts at zero. */
  zeroInit?: boolean
  /** Layers of a graph of layers that start at zero, by name. */
  zeroLayers?: readonly string[]
}

type Form = Omit<Network, 'graph' | 'className'>

/** The form of a network. A kind needs none of its own. */
export function formOf(model: ModelDescription, graph: LayerGraph): Form {
  const { kind, config, zeroInit, zeroLayers } = model
  const count = new GraphView(graph).used.filter(Boolean).length
  const { startsAtZero } = getNetworkKind(model)
  const zeros = new Set(zeroLayers)
  // Defined kinds have no param for it.
  const startsSo = zeroInit === true || !builtInKinds.includes(kind)
  return {
    about: `Network of ${count} layers.`,
    isZero: (layer) => zeros.has(layer) || (startsSo && startsAtZero?.(layer, config) === true),
    ...(isKeyOf(forms, kind) && forms[kind]?.(config as never)),
  }
}

const decoder = { inputNames: { decode: 'z' } } as const

const forms: {
  readonly [K in keyof NetworkConfigs]?: (config: NetworkConfigs[K]) => Partial<Form>
} = {
  unet(config) {
    const source = config.cross_attention_dim ? 'UNet2DConditionModel' : 'UNet2DModel'
    return {
      about: `U-Net of ${imageSize(config).join(' x ')} images with the weights of diffusers' ${source}.`,
    }
  },
  dit: (config) => ({
    about: `Diffusion transformer for ${ditImageSize(config).join(' x ')} images (Peebles & Xie 2023).`,
    width: { name: 'width', value: ditWidth(config) },
    // Its layers read labels, of which all are "none".
    ...(config.num_embeds_ada_norm === 0 && { specs: [] }),
  }),
  mlp: ({ hidden }) => ({
    about: 'Residual network for points; the embedding of t is added in each layer.',
    width: { name: 'hidden', value: hidden },
  }),
  classifier({ height, width, ...config }) {
    const noised = config.time_embedding_dim > 0 ? 'noised ' : ''
    return {
      about: `Classifier of ${noised}${height} x ${width} images, with a level per resolution.`,
      methodTitles: {
        features: `Inputs of the last layer, (B, ${config.block_out_channels.at(-1)}).`,
      },
    }
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
}
