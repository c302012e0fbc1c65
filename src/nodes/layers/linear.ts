// Linear layers and convolutions.
import type { Features } from '../../engine/base/values.ts'
import { downsampleLayers, upsampleLayers } from '../../engine/models/graph/blocks/resample.ts'
import {
  advanced,
  choice,
  features,
  integer,
  layerName,
  real,
  symbol,
  toggle,
  when,
} from '../define.ts'
import { defineLayer } from './defineLayer.ts'

const channels = (about = 'Channels of the result') => integer(64, { min: 1, max: 65_536 }, about)
const biased = advanced(toggle(true, 'Adds a learned number per channel'))

export const linear = defineLayer({
  type: 'diffusion/Linear',
  summary: 'Linear layer over the channels of vectors, tokens or pixels.',
  equation: 'y = x W + b',
  inputs: { x: features('Features') },
  params: { out: channels(), bias: biased, name: layerName('linear') },
  gives: 'Features with `out` channels',
  build: (b, { x }, { out, bias, name }) => b.linear(x, name, out, bias),
})

export const conv = defineLayer({
  type: 'diffusion/Conv',
  summary: "Convolution of images (PyTorch's Conv2d), or a transposed one, which enlarges them.",
  inputs: { x: features('Images [h, w, c]') },
  params: {
    out: channels(),
    kernel: integer(3, { min: 1, max: 64 }, 'Height and width of the kernel'),
    stride: integer(
      1,
      { min: 1, max: 64 },
      'Step between the positions of the kernel. A transposed convolution enlarges by it',
    ),
    padding: integer(1, { min: 0, max: 64 }, 'Zeros on each side; (kernel - 1) / 2 keeps the size'),
    groups: advanced(
      when(
        'transposed',
        'false',
        integer(1, { min: 1, max: 4096 }, 'Groups of channels that are convolved apart'),
      ),
    ),
    transposed: advanced(toggle(false, "Transposed convolution (PyTorch's ConvTranspose2d)")),
    bias: biased,
    name: layerName('conv'),
  },
  gives: 'Images with `out` channels',
  build(b, { x }, { out, kernel, stride, padding, groups, transposed, bias, name }) {
    const pad = stride === 1 && 2 * padding === kernel - 1 ? null : Array<number>(4).fill(padding)
    if (transposed) return b.add('conv_transpose', [x], { out, kernel, stride, pad, bias }, name)
    return b.conv(x, name, out, { kernel, stride, pad, groups, bias })
  },
})

/** Channels of the images of features. */
const channelsOf = ({ shape }: Features) => shape.at(-1) as number

export const downsample = defineLayer({
  type: 'diffusion/Downsample',
  summary: 'Halves images: a 3 x 3 convolution with stride 2, as between the levels of a UNet.',
  inputs: { x: features('Images [h, w, c]') },
  params: {
    out: integer(0, { min: 0, max: 65_536 }, 'Channels of the result; 0: those of x'),
    padding: advanced(
      choice(['1', '0'], 'Zero padding', {
        '1': 'On all sides',
        '0': 'Only right and below',
      }),
    ),
    name: layerName('downsample'),
  },
  gives: 'Images of half the size',
  build: (b, { x }, { out, padding, name }) =>
    downsampleLayers(b, x, name, out || channelsOf(x), padding === '1' ? 1 : 0),
})

export const upsample = defineLayer({
  type: 'diffusion/Upsample',
  summary: 'Doubles images by nearest neighbours, and convolves them if `conv` is on.',
  inputs: { x: features('Images [h, w, c]') },
  params: {
    conv: toggle(true, 'A 3 x 3 convolution afterwards, as between the levels of a UNet'),
    out: when(
      'conv',
      'true',
      integer(0, { min: 0, max: 65_536 }, 'Channels of the result; 0: those of x'),
    ),
    name: when('conv', 'true', layerName('upsample')),
  },
  gives: 'Images of twice the size',
  build: (b, { x }, { conv, out, name }) =>
    conv ? upsampleLayers(b, x, name, out || channelsOf(x)) : b.add('upsample', [x]),
})

export const scale = defineLayer({
  type: 'diffusion/Scale',
  summary:
    'Multiplies features by a number and adds another, or multiplies by a learned number per channel.',
  equation: 'y = s \\, x + c',
  inputs: { x: features('Features') },
  params: {
    by: choice(['factor', 'divisor', 'learned'], 'What scales the features', {
      factor: 'A number to multiply with',
      divisor: 'A number to divide by',
      learned: 'One learned number per channel, which begins at `factor`: 0 or 1',
    }),
    factor: symbol('s', real(1, { min: -1e6, max: 1e6 }, 'The number')),
    shift: when(
      'by',
      'factor',
      advanced(symbol('c', real(0, { min: -1e6, max: 1e6 }, 'Number to add'))),
    ),
    name: when('by', 'learned', layerName('scale')),
  },
  gives: 'Scaled features',
  build(b, { x }, { by, factor, shift, name }) {
    if (by === 'learned') return b.add('channel_scale', [x], { start: factor === 0 ? 0 : 1 }, name)
    if (by === 'divisor') return b.add('divide', [x], { by: factor === 0 ? 1 : factor })
    return b.add('affine', [x], { scale: factor, shift })
  },
})
