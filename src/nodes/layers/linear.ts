// Linear layers and convolutions.
import { NodeError } from '../../engine/messages/fault.ts'
import { downsampleLayers, upsampleLayers } from '../../engine/models/graph/blocks/resample.ts'
import { channelsOf } from '../../engine/models/graph/ops/checks.ts'
import { param, slot } from '../define.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { defineLayer, defineOpLayer } from './defineLayer.ts'

const channels = param.integer(64, { min: 1, max: 65_536 }, 'Output channels')
const biased = param.advanced(param.toggle(true, 'Adds a learned number per output channel'))

export const linear = defineOpLayer('linear', {
  type: 'diffusion/Linear',
  summary: "Linear layer over the channels of each vector, token or pixel (PyTorch's Linear).",
  aliases: [
    'nn.Linear',
    'dense',
    'fully connected',
    'fc',
    'fc layer',
    'affine layer',
    'projection',
  ],
  equation: 'y = x W + b',
  inputs: { x: slot.features('Features') },
  params: { out: channels, bias: biased, name: param.layerName('linear') },
  gives: 'Features with `out` channels',
})

export const conv = defineLayer({
  type: 'diffusion/Conv',
  summary:
    "Convolution of images (PyTorch's Conv2d), or transposed convolution, which enlarges them (ConvTranspose2d).",
  aliases: ['conv2d', 'convolution', 'ConvTranspose2d', 'cnn', 'deconvolution'],
  inputs: { x: slot.features('Images [h, w, c]') },
  params: {
    out: channels,
    kernel: param.integer(3, { min: 1, max: 64 }, 'Height and width of the kernel'),
    stride: param.integer(
      1,
      { min: 1, max: 64 },
      'Step of the kernel, in pixels: 1 or 2, or the kernel size for patches without padding. Factor of enlargement if transposed',
    ),
    padding: param.integer(
      1,
      { min: 0, max: 64 },
      'Zero padding on each side; (kernel - 1) / 2 keeps the size at stride 1. A transposed convolution crops the result by it',
    ),
    groups: param.advanced(
      param.when(
        'transposed',
        'false',
        param.integer(
          1,
          { min: 1, max: 4096 },
          'Groups of channels that are convolved separately; must divide the channels of x and `out`',
        ),
      ),
    ),
    transposed: param.advanced(param.toggle(false, 'Transposed convolution')),
    bias: biased,
    name: param.layerName('conv'),
  },
  gives: 'Images with `out` channels',
  build(b, { x }, { out, kernel, stride, padding, groups, transposed, bias, name }) {
    const pad = stride === 1 && 2 * padding === kernel - 1 ? null : Array<number>(4).fill(padding)
    if (transposed) return b.add('conv_transpose', [x], { out, kernel, stride, pad, bias }, name)
    return b.conv(x, name, out, { kernel, stride, pad, groups, bias })
  },
})

export const downsample = defineLayer({
  type: 'diffusion/Downsample',
  summary:
    'Halves height and width by a 3 x 3 convolution with stride 2, as between the levels of a UNet.',
  aliases: ['strided convolution', 'Downsample2D'],
  inputs: { x: slot.features('Images [h, w, c]') },
  params: {
    out: param.integer(0, { min: 0, max: 65_536 }, 'Output channels; 0: those of x'),
    padding: param.advanced(
      param.choice(['1', '0'], 'Zero padding of the convolution', {
        '1': 'On all sides',
        '0': 'Only right and below',
      }),
    ),
    name: param.layerName('downsample'),
  },
  gives: 'Images of half the height and width',
  build: (b, { x }, { out, padding, name }) =>
    downsampleLayers(b, x, name, out || channelsOf(x.shape), padding === '1' ? 1 : 0),
})

export const upsample = defineLayer({
  type: 'diffusion/Upsample',
  summary:
    'Doubles height and width by nearest-neighbour upsampling, followed by an optional 3 x 3 convolution.',
  aliases: ['nn.Upsample', 'Upsample2D', 'nearest neighbour upsampling'],
  inputs: { x: slot.features('Images [h, w, c]') },
  params: {
    conv: param.toggle(true, 'Convolution after the upsampling, as between the levels of a UNet'),
    out: param.when(
      'conv',
      'true',
      param.integer(0, { min: 0, max: 65_536 }, 'Output channels; 0: those of x'),
    ),
    name: param.when('conv', 'true', param.layerName('upsample')),
  },
  gives: 'Images of twice the height and width',
  build: (b, { x }, { conv, out, name }) =>
    conv ? upsampleLayers(b, x, name, out || channelsOf(x.shape)) : b.add('upsample', [x]),
})

export const scale = defineLayer({
  type: 'diffusion/Scale',
  summary:
    'Multiplies or divides features by a number, or multiplies them by one learned number per channel.',
  equation: 'y = s \\, x + c',
  inputs: { x: slot.features('Features') },
  params: {
    by: param.choice(['factor', 'divisor', 'learned'], 'Scaling of the features', {
      factor: 'Multiplies by `factor`, and adds `shift`',
      divisor: 'Divides by `factor`',
      learned: 'Multiplies by one learned number per channel, which starts at `factor`',
    }),
    factor: param.symbol(
      's',
      param.real(1, { min: -1e6, max: 1e6 }, 'Number to multiply or divide by, or to start at'),
    ),
    shift: param.when(
      'by',
      'factor',
      param.advanced(param.symbol('c', param.real(0, { min: -1e6, max: 1e6 }, 'Number to add'))),
    ),
    name: param.when('by', 'learned', param.layerName('scale')),
  },
  gives: 'Scaled features',
  build(b, { x }, { by, factor, shift, name }) {
    if (by === 'learned') return b.add('channel_scale', [x], { start: factor }, name)
    if (by === 'divisor' && factor === 0)
      throw new NodeError({
        param: 'factor',
        message: layerNodeMessages.zeroDivisor(),
        cure: layerNodeMessages.otherDivisor(),
      })
    if (by === 'divisor') return b.add('divide', [x], { by: factor })
    return b.add('affine', [x], { scale: factor, shift })
  },
})
