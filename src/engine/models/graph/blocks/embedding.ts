// Embeddings of times: diffusers' Timesteps and TimestepEmbedding.
import type { LayerBuilder } from '../builder.ts'

export type TimeEmbeddingSettings = {
  /** Number of sines and cosines. */
  channels: number
  out: number
  flipSinToCos?: boolean
  freqShift?: number
}

/** Sines and cosines of a time, and two linear layers with SiLU in between. */
export function timeEmbeddingLayers<F>(
  b: LayerBuilder<F>,
  t: F,
  name: string,
  { channels, out, flipSinToCos = true, freqShift = 0 }: TimeEmbeddingSettings,
): F {
  const settings = { name, channels, out, flipSinToCos, freqShift }
  return b.block('time_embedding', { t }, settings, () => {
    const waves = b.add('timestep_embedding', [t], {
      width: channels,
      flip_sin_to_cos: flipSinToCos,
      freq_shift: freqShift,
    })
    const hidden = b.add('silu', [b.linear(waves, `${name}.linear_1`, out)])
    return b.linear(hidden, `${name}.linear_2`, out)
  })
}
