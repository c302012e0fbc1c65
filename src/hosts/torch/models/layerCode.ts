// Python of each operation of layers: the module with its weights, and the expression of its result.
//
// Images are `[B, C, H, W]`, unlike in the engine. Results of `reshape`, and of layers that follow
// it, have their channels last until a layer needs them first.
import type { FeatureShape } from '../../../engine/models/graph/layerOp.ts'
import { channelsOf } from '../../../engine/models/graph/ops/checks.ts'
import { paddingOf } from '../../../engine/models/graph/ops/padding.ts'
import type { Attrs, ComputedOpName } from '../../../engine/models/graph/ops/table.ts'
import {
  activations,
  defineAttend,
  defineAttendLinearly,
  fourierEmbedding,
  groupNorm,
  patchify,
  timestepEmbedding,
  unpatchify,
} from './helpers.ts'
import { fourierFeatures, scale } from './layerHelpers.ts'
import type { Parts } from './parts.ts'
import { args, number } from './python.ts'

/** An input or the result of a layer. */
export interface Operand {
  code: string
  /** Shape of an item in the engine's order of axes. */
  shape: FeatureShape
  /** Three axes, of which the last is that of the channels. */
  isLast: boolean
}

export interface LayerCall<A = object> {
  parts: Parts
  inputs: readonly Operand[]
  attrs: A
  shape: FeatureShape
  /** The module of the layer, if it has one. */
  self: string
  /** The buffer or module of a layer without weights. */
  constant: string
  /** An image with the height and width of the result. */
  like?: string | undefined
}

export interface LayerCode<A = object> {
  /** Creates the module of the layer. */
  module?(layer: Pick<LayerCall<A>, 'parts' | 'inputs' | 'attrs' | 'shape'>): string
  /** The result; images have their channels first unless it says so. */
  call(layer: LayerCall<A>): string | Pick<Operand, 'code' | 'isLast'>
}

const hasPixels = ({ length }: FeatureShape) => length === 3

/** With the channels of images before the pixels, as convolutions take them. */
export const withChannelsFirst = ({ code, isLast }: Operand): string =>
  isLast ? `${code}.movedim(-1, 1)` : code

/** With the channels as the last axis, as linear layers take them. */
const withChannelsLast = ({ code, shape, isLast }: Operand): string =>
  hasPixels(shape) && !isLast ? `${code}.movedim(1, -1)` : code

const channelAxis = ({ shape, isLast }: Operand) => (hasPixels(shape) && !isLast ? 1 : -1)

/** A layer that applies a function to each number. */
const elementwise = (apply: (x: string) => string): LayerCode => ({
  call: ({ inputs: [{ code, isLast }] }) => ({ code: apply(code), isLast }),
})

/** A layer over the last axis. */
const overChannels = <A>(
  call: (x: string, layer: LayerCall<A>) => string,
  module?: LayerCode<A>['module'],
): LayerCode<A> => ({
  ...(module && { module }),
  call: (layer) => ({
    code: call(withChannelsLast(layer.inputs[0]), layer),
    isLast: hasPixels(layer.shape),
  }),
})

/** A module of one input. */
const applied = ({ inputs: [x], self }: LayerCall) => `${self}(${withChannelsFirst(x)})`

/** Writes inputs so that they combine by number: channels alone apply to all pixels or tokens. */
function aligned(inputs: readonly Operand[]): { codes: string[]; isLast: boolean } {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length))
  const full = inputs.filter(({ shape }) => shape.length === rank)
  const isLast = rank === 3 && full.every((each) => each.isLast)
  const codes = inputs.map((each) => {
    if (each.shape.length === rank) return isLast ? each.code : withChannelsFirst(each)
    if (rank === 2) return `${each.code}[:, None]`
    return isLast ? `${each.code}[:, None, None]` : `${each.code}[:, :, None, None]`
  })
  return { codes, isLast }
}

const combined = (write: (codes: string[]) => string): LayerCode => ({
  call({ inputs }) {
    const { codes, isLast } = aligned(inputs)
    return { code: write(codes), isLast }
  },
})

const embedding = ({ attrs: { rows, width } }: { attrs: Attrs<'label_embedding'> }) =>
  `nn.Embedding(${rows}, ${width})`

/** Zeros around an image: an argument of the convolution, or a call before it. */
function padded(x: string, attrs: Attrs<'conv'>): { input: string; padding: string | undefined } {
  const { top, left, bottom, right } = paddingOf(attrs)
  if (top !== bottom || left !== right)
    return { input: `F.pad(${x}, (${left}, ${right}, ${top}, ${bottom}))`, padding: undefined }
  if (top === left) return { input: x, padding: top === 0 ? undefined : `padding=${top}` }
  return { input: x, padding: `padding=(${top}, ${left})` }
}

const named = (name: string, value: number, usual: number) => value !== usual && `${name}=${value}`

/** All operations with a result. The type requires each of them. */
const codes: { readonly [K in ComputedOpName]: LayerCode<Attrs<K>> } = {
  linear: overChannels(
    (x, { self }) => `${self}(${x})`,
    ({ inputs: [{ shape }], attrs: { out, bias } }) =>
      `nn.Linear(${args(channelsOf(shape), out, !bias && 'bias=False')})`,
  ),
  conv: {
    module({ inputs: [{ shape }], attrs }) {
      const { out, kernel, stride, groups, bias } = attrs
      return `nn.Conv2d(${args(
        channelsOf(shape),
        out,
        kernel,
        named('stride', stride, 1),
        padded('', attrs).padding,
        named('groups', groups, 1),
        !bias && 'bias=False',
      )})`
    },
    call: ({ inputs: [x], attrs, self }) => `${self}(${padded(withChannelsFirst(x), attrs).input})`,
  },
  conv_transpose: {
    module({ inputs: [{ shape }], attrs }) {
      const { out, kernel, stride, bias } = attrs
      const { top } = paddingOf(attrs)
      return `nn.ConvTranspose2d(${args(
        channelsOf(shape),
        out,
        kernel,
        named('stride', stride, 1),
        named('padding', top, 0),
        !bias && 'bias=False',
      )})`
    },
    call: applied,
  },
  group_norm: {
    module: ({ inputs: [{ shape }], attrs: { groups, eps } }) =>
      groupNorm(groups, channelsOf(shape), eps),
    call: ({ inputs: [x], self, shape }) =>
      shape.length === 2
        ? `${self}(${x.code}.transpose(1, 2)).transpose(1, 2)`
        : `${self}(${withChannelsFirst(x)})`,
  },
  layer_norm: {
    module: ({ inputs: [{ shape }], attrs: { eps } }) =>
      `nn.LayerNorm(${args(channelsOf(shape), eps !== 1e-5 && `eps=${number(eps)}`)})`,
    call({ inputs: [x], attrs: { affine, eps }, self, shape }) {
      const input = withChannelsLast(x)
      const code = affine
        ? `${self}(${input})`
        : `F.layer_norm(${input}, ${input}.shape[-1:], eps=${number(eps)})`
      return { code, isLast: hasPixels(shape) }
    },
  },
  rms_norm: overChannels(
    (x, { self }) => `${self}(${x})`,
    ({ inputs: [{ shape }], attrs: { eps } }) =>
      `nn.RMSNorm(${channelsOf(shape)}, eps=${number(eps)})`,
  ),
  silu: elementwise(activations.silu.call),
  gelu: elementwise(activations.gelu.call),
  gelu_tanh: elementwise(activations.gelu_tanh.call),
  relu: elementwise(activations.relu.call),
  tanh: elementwise(activations.tanh.call),
  mish: elementwise(activations.mish.call),
  softmax: {
    call: ({ inputs: [x] }) => ({
      code: `${x.code}.softmax(dim=${channelAxis(x)})`,
      isLast: x.isLast,
    }),
  },
  add: combined((codes) => codes.join(' + ')),
  multiply: combined((codes) => codes.join(' * ')),
  divide: {
    call: ({ inputs: [{ code, isLast }], attrs: { by } }) => ({
      code: `${code} / ${number(by)}`,
      isLast,
    }),
  },
  quotient: combined(([x, by]) => `${x} / ${by}`),
  affine: {
    call({ inputs: [{ code, isLast }], attrs: { scale, shift } }) {
      const scaled = scale === 1 ? code : `${number(scale)} * ${code}`
      const sign = shift < 0 ? '-' : '+'
      const moved = shift === 0 ? scaled : `${scaled} ${sign} ${number(Math.abs(shift))}`
      return { code: moved, isLast }
    },
  },
  channel_scale: overChannels(
    (x, { self }) => `${self}(${x})`,
    ({ parts, inputs: [{ shape }], attrs: { start } }) =>
      `${scale(parts)}(${channelsOf(shape)}, ${number(start)})`,
  ),
  modulate: combined(([x, scale, shift]) => `${x} * (1 + ${scale}) + ${shift}`),
  concat: {
    call({ inputs }) {
      const { codes, isLast } = aligned(inputs)
      const axis = channelAxis({ ...inputs[0], isLast })
      return { code: `torch.cat([${codes.join(', ')}], dim=${axis})`, isLast }
    },
  },
  split: {
    call: ({ inputs: [x], attrs: { count } }) => ({
      code: `${x.code}.chunk(${count}, dim=${channelAxis(x)})`,
      isLast: x.isLast,
    }),
  },
  dropout: {
    module: ({ attrs: { rate } }) => `nn.Dropout(${number(rate)})`,
    call: ({ inputs: [{ code, isLast }], self }) => ({ code: `${self}(${code})`, isLast }),
  },
  fourier_features: {
    call: ({ parts, inputs: [{ code }], attrs: { count } }) =>
      count === 0 ? code : `${fourierFeatures(parts)}(${code}, ${count})`,
  },
  upsample: { call: ({ inputs: [x] }) => `F.interpolate(${withChannelsFirst(x)}, scale_factor=2)` },
  avg_pool: {
    call: ({ inputs: [x], attrs: { size } }) => `F.avg_pool2d(${withChannelsFirst(x)}, ${size})`,
  },
  mean_pixels: { call: ({ inputs: [x] }) => `${withChannelsFirst(x)}.mean(dim=(2, 3))` },
  to_tokens: {
    call: ({ inputs: [x] }) =>
      x.isLast ? `${x.code}.flatten(1, 2)` : `${x.code}.flatten(2).transpose(1, 2)`,
  },
  to_image: {
    call: ({ inputs: [{ code }], attrs: { height, width }, like }) => ({
      code: `${code}.unflatten(1, ${like ? `${like}.shape[2:]` : `(${height}, ${width})`})`,
      isLast: true,
    }),
  },
  patchify: {
    call: ({ parts, inputs: [x], attrs: { size } }) =>
      `${patchify(parts)}(${withChannelsFirst(x)}, ${size})`,
  },
  unpatchify: {
    call({ parts, inputs: [{ code }], attrs }) {
      const { size, height, width } = attrs
      return `${unpatchify(parts)}(${code}, ${size}, ${height / size}, ${width / size})`
    },
  },
  reshape: {
    call: ({ inputs: [x], shape }) => ({
      code: `${withChannelsLast(x)}.reshape(-1, ${shape.join(', ')})`,
      isLast: hasPixels(shape),
    }),
  },
  timestep_embedding: {
    call({ parts, inputs: [{ code }], attrs: { width, flip_sin_to_cos, freq_shift } }) {
      const waves = { flipSinToCos: flip_sin_to_cos, freqShift: freq_shift }
      return timestepEmbedding(parts, waves, width)(code)
    },
  },
  fourier_time_embedding: {
    module: ({ parts, attrs: { count, scale } }) =>
      `${fourierEmbedding(parts)}(${count}, scale=${number(scale)})`,
    call: ({ inputs: [{ code }], self }) => `${self}(${code})`,
  },
  time_table: {
    module: embedding,
    call: ({ inputs: [{ code }], self }) => `${self}(${code}.long())`,
  },
  time_value: { call: ({ inputs: [{ code }] }) => `${code}[:, None].float()` },
  label_embedding: {
    module: embedding,
    call: ({ inputs: [{ code }], attrs: { rows }, self }) => `${self}(${code} % ${rows})`,
  },
  token_embedding: {
    module: embedding,
    call: ({ inputs: [{ code, shape }], attrs: { rows }, self }) =>
      `${self}(${code}.view(-1, ${shape[0]}) % ${rows})`,
  },
  position_embedding: {
    module: ({ shape: [count, width] }) => `nn.Embedding(${count}, ${width})`,
    call: ({ inputs: [{ code }], self }) => `${code} + ${self}.weight`,
  },
  grid_embedding: { call: ({ inputs: [{ code }], constant }) => `${code} + ${constant}` },
  rotary_embedding: {
    call: ({ inputs: [{ code }], attrs: { heads }, constant }) =>
      `${constant}(${code}, heads=${heads})`,
  },
  attention: { call: (layer) => attention(defineAttend, layer) },
  linear_attention: { call: (layer) => attention(defineAttendLinearly, layer) },
}

const attention = (
  helper: (parts: Parts) => string,
  { parts, inputs, attrs: { heads } }: LayerCall<Attrs<'attention'>>,
) => `${helper(parts)}(${inputs.map(({ code }) => code).join(', ')}, heads=${heads})`

/** The operations by name, for layers whose attributes belong to their operation. */
export const layerCodes: Readonly<Record<string, LayerCode>> = codes
