// Autoencoder: compresses images to latents, diffusers' AutoencoderKL or AutoencoderTiny.
import type { Random } from '../../engine/base/random.ts'
import { autoencoderKl, autoencoderTiny } from '../../engine/models/kinds/vae/autoencoder.ts'
import { countParameters, type LayerWeights } from '../../engine/models/graph/weights.ts'
import { klLayers } from '../../engine/models/kinds/vae/klGraph.ts'
import { tinyLayers } from '../../engine/models/kinds/vae/tinyGraph.ts'
import { parseKlConfig } from '../../engine/models/kinds/vae/klConfig.ts'
import { parseTinyConfig } from '../../engine/models/kinds/vae/tinyConfig.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { datasetImages, type ImageFacts } from './datasetImages.ts'
import { imageChannels, sampleSize } from './imageParams.ts'
import { checkGroups, checkLevels } from './levels.ts'
import { parseIntegers } from './numbers.ts'
import { networkRows } from '../layers/networkRows.ts'

export const autoencoder = defineNode({
  type: 'diffusion/Autoencoder',
  category: 'model',
  summary:
    'New network that compresses images to small latents and decodes them. Diffusion models train faster on the latents of a trained one.',
  aliases: [
    'vae',
    'AutoencoderKL',
    'AutoencoderTiny',
    'VAELoader',
    'taesd',
    'latent diffusion',
    'variational autoencoder',
  ],
  source:
    "Kingma & Welling 2014; Rombach et al. 2022; diffusers' AutoencoderKL; TAESD (Boer Bohan 2023), diffusers' AutoencoderTiny",
  inputs: { dataset: slot.optional(slot.dataset('Sets size and channels of the images')) },
  outputs: { model: slot.model('Untrained autoencoder, for Encode, Decode and TrainingStart') },
  params: {
    kind: param.choice(['kl', 'tiny'], 'Kind of the autoencoder', {
      kl: 'Encodes to a mean and a variance: AutoencoderKL',
      tiny: 'Encodes to latents, with fewer layers: AutoencoderTiny',
    }),
    block_out_channels: param.text(
      '16, 32, 32',
      'Channels of each level, separated by commas; each level halves the resolution. Equal for tiny',
    ),
    latent_channels: param.integer(4, { min: 1, max: 1024 }, 'Channels of a latent'),
    layers_per_block: param.integer(1, { min: 1, max: 8 }, 'Blocks per level'),
    sample_size: sampleSize(28),
    channels: imageChannels,
    norm_num_groups: param.when(
      'kind',
      'kl',
      param.advanced(param.integer(8, { min: 1, max: 4096 }, 'Groups of the group norms')),
    ),
    mid_block_add_attention: param.when(
      'kind',
      'kl',
      param.advanced(param.toggle(true, 'Self-attention at the resolution of the latents')),
    ),
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  room: { width: 250, height: 110 },
  run: ({ dataset }, { kind, seed: _seed, ...params }, { random }) => {
    const images = dataset ? datasetImages(dataset) : params
    const widths = parseIntegers(params.block_out_channels, 'block_out_channels')
    const size = images.sample_size
    const [height, width] = typeof size === 'number' ? [size, size] : size
    checkLevels({ height, width }, widths)
    const make = kind === 'kl' ? makeKl : makeTiny
    return { model: make(images, widths, params, random) }
  },
  show: ({ model }) => model && { kind: 'rows', rows: networkRows(model) ?? [] },
})

interface Params {
  latent_channels: number
  layers_per_block: number
  norm_num_groups: number
  mid_block_add_attention: boolean
}

type Images = Pick<ImageFacts, 'sample_size' | 'channels'>

/** Latents are not scaled before LatentScale has measured them. */
const UNSCALED = 1

function makeKl(images: Images, widths: number[], params: Params, random: Random) {
  checkGroups(widths, params.norm_num_groups)
  const config = parseKlConfig({
    sample_size: images.sample_size,
    in_channels: images.channels,
    out_channels: images.channels,
    latent_channels: params.latent_channels,
    block_out_channels: widths,
    down_block_types: widths.map(() => 'DownEncoderBlock2D'),
    up_block_types: widths.map(() => 'UpDecoderBlock2D'),
    layers_per_block: params.layers_per_block,
    norm_num_groups: params.norm_num_groups,
    mid_block_add_attention: params.mid_block_add_attention,
    scaling_factor: UNSCALED,
  })
  refuseLargeModel(klLayers(config))
  return autoencoderKl(config, random)
}

function makeTiny(images: Images, widths: number[], params: Params, random: Random) {
  if (widths.some((channels) => channels !== widths[0]))
    throw new NodeError({
      param: 'block_out_channels',
      message: modelNodeMessages.equalLevels({ got: widths.join(', ') }),
      cure: modelNodeMessages.takeLevels({ levels: widths.map(() => widths[0]).join(', ') }),
    })
  const counts = widths.map(() => params.layers_per_block)
  const config = parseTinyConfig({
    in_channels: images.channels,
    out_channels: images.channels,
    latent_channels: params.latent_channels,
    encoder_block_out_channels: widths,
    decoder_block_out_channels: widths,
    num_encoder_blocks: counts,
    num_decoder_blocks: counts,
    scaling_factor: UNSCALED,
  })
  refuseLargeModel(tinyLayers(config))
  return autoencoderTiny(config, random)
}

/** Limit on the parameters: 1 GiB of float32. Training takes four times that. */
const MOST_PARAMETERS = 2 ** 28

function refuseLargeModel(layers: readonly LayerWeights[]) {
  const parameters = countParameters(layers)
  if (parameters <= MOST_PARAMETERS) return
  throw new NodeError({
    param: 'block_out_channels',
    message: modelNodeMessages.largeAutoencoder({
      millions: Math.ceil(parameters / 1e6).toLocaleString('en'),
    }),
    cure: modelNodeMessages.smallerAutoencoder({ most: Math.floor(MOST_PARAMETERS / 1e6) }),
  })
}
