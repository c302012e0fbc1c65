// Residual blocks of layers: diffusers' ResnetBlock2D.
import type { Activation } from '../../../layers/activations.ts'
import type { LayerBuilder } from '../builder.ts'
import { divide } from './divide.ts'

export type ResidualSettings = {
  /** Channels of the result. */
  out: number
  groups: number
  eps: number
  activation: Activation
  /** Use of the embedding: added, or as a scale and a shift of the second norm. */
  timeScaleShift: 'default' | 'scale_shift'
  dropout: number
  resample?: 'down' | 'up' | undefined
  /** Divides the sum with the skip connection. */
  divisor?: number
}

/**
 * Twice norm, activation and convolution with a skip connection around them; the embedding enters in
 * between, activated and through a linear layer, if there is one.
 */
export function residualLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  embedding: F | undefined,
  name: string,
  settings: ResidualSettings,
): F {
  const inputs = { x, embedding }
  const all = { name, divisor: 1, ...settings }
  return b.block('residual', inputs, all, () =>
    b.module(
      'residual',
      name,
      [x, embedding],
      () => residual(b, x, embedding, name, settings),
      all,
    ),
  )
}

function residual<F>(
  b: LayerBuilder<F>,
  x: F,
  embedding: F | undefined,
  name: string,
  settings: ResidualSettings,
): F {
  const { out, groups, eps, activation, dropout, resample, divisor = 1 } = settings
  const activate = (h: F) => b.add(activation, [h])
  const resize = (h: F) =>
    resample === 'down'
      ? b.add('avg_pool', [h], { size: 2 })
      : resample === 'up'
        ? b.add('upsample', [h])
        : h
  const first = activate(b.groupNorm(x, `${name}.norm1`, groups, eps))
  const h = b.conv(resize(first), `${name}.conv1`, out)
  const active = activate(withEmbedding(b, h, embedding, name, settings))
  const dropped =
    dropout > 0 ? b.add('dropout', [active], { rate: dropout }, `${name}.dropout`) : active
  const inner = b.conv(dropped, `${name}.conv2`, out)
  const way = resize(x)
  const isSame = b.shapeOf(x).at(-1) === out
  const skip = isSame ? way : b.conv(way, `${name}.conv_shortcut`, out, { kernel: 1 })
  return divide(b, b.add('add', [skip, inner]), divisor)
}

/** The second norm, with the embedding before or after it. */
function withEmbedding<F>(
  b: LayerBuilder<F>,
  h: F,
  embedding: F | undefined,
  name: string,
  { out, groups, eps, activation, timeScaleShift }: ResidualSettings,
): F {
  const norm2 = (h: F) => b.groupNorm(h, `${name}.norm2`, groups, eps)
  if (embedding === undefined) return norm2(h)
  const isShifted = timeScaleShift === 'scale_shift'
  const active = b.add(activation, [embedding])
  const projected = b.linear(active, `${name}.time_emb_proj`, isShifted ? 2 * out : out)
  return isShifted
    ? b.add('modulate', [norm2(h), ...b.split(projected, 2)])
    : norm2(b.add('add', [h, projected]))
}
