// ConvMixer (Trockman & Kolter 2022) as a denoiser: patches, mixed by convolutions alone.
import { configSchema, defineModel, defineNode, param, slot } from 'litegraph-diffusion'

const images = {
  size: param.integer(8, { min: 1, max: 256 }, 'Height and width of the images, in pixels'),
  channels: param.integer(1, { min: 1, max: 16 }, 'Channels of the images'),
}
const network = {
  patch: param.integer(2, { min: 1, max: 32 }, 'Side of a patch, in pixels; divides the size'),
  width: param.integer(48, { min: 4, max: 1024, step: 4 }, 'Channels of the features'),
  depth: param.integer(3, { min: 1, max: 64 }, 'Blocks in a row'),
}

/** The kind of model: how its config is read, and its layers. */
export const mixer = defineModel({
  kind: 'conv_mixer',
  config: configSchema({ ...images, ...network }),
  layers({ size, channels, patch, width, depth }, b) {
    const x = b.source('x', { shape: [size, size, channels] })
    const waves = { width, flip_sin_to_cos: true, freq_shift: 0 }
    const time = b.add('timestep_embedding', [b.source('time')], waves)
    const embedded = b.add('silu', [b.linear(time, 'time', width)])
    const squares = { kernel: patch, stride: patch, pad: [0, 0, 0, 0] }
    let h = b.conv(x, 'patches', width, squares)
    for (let i = 0; i < depth; i++) {
      // Each channel on its own, over the patches around; then each patch on its own.
      h = b.add('add', [h, b.linear(embedded, `blocks.${i}.time`, width)])
      const near = b.conv(h, `blocks.${i}.depthwise`, width, { kernel: 3, groups: width })
      h = b.add('add', [h, b.groupNorm(b.add('gelu', [near]), `blocks.${i}.norm1`, 1, 1e-5)])
      const mixed = b.conv(h, `blocks.${i}.pointwise`, width, { kernel: 1 })
      h = b.groupNorm(b.add('gelu', [mixed]), `blocks.${i}.norm2`, 1, 1e-5)
    }
    const tokens = b.linear(b.add('to_tokens', [h]), 'out', channels * patch ** 2)
    const pixels = { size: patch, height: size, width: size }
    return { predict: b.add('unpatchify', [tokens], pixels) }
  },
  startsAtZero: (layer) => layer === 'out',
})

/** The node that creates such a model. */
export const convMixer = defineNode({
  type: 'mine/ConvMixer',
  category: 'mine',
  summary: 'New network for images: a ConvMixer, which mixes patches by convolutions alone.',
  source: 'Trockman & Kolter 2022',
  inputs: { dataset: slot.optional(slot.dataset('Sets size and channels of the images')) },
  outputs: { model: slot.model('Untrained model') },
  params: {
    size: param.unless('dataset', images.size),
    channels: param.unless('dataset', images.channels),
    ...network,
    predicts: param.choice(
      ['epsilon', 'v_prediction', 'sample', 'flow_prediction'],
      'Prediction type',
    ),
    seed: param.seed('Equal seeds start with equal weights'),
  },
  opens: true,
  staticOutputs: ({ predicts }) => ({ model: { type: 'model', predicts, variance: false } }),
  run: ({ dataset }, { predicts, seed: _seed, ...config }, { createModel }) => {
    const [size, , channels] = dataset?.shape ?? [config.size, 0, config.channels]
    return { model: createModel(mixer, { ...config, size, channels }, { predicts }) }
  },
})
