// JiT: a transformer on raw patches that predicts clean data (Li & He 2025, "Back to Basics: Let
// Denoising Generative Models Denoise").
//
// Differences from the paper: no tokens of the class inside the blocks, and rotary positions that
// pair the channels of a head by halves instead of neighbours, which is the same up to their order.
import { MessageError } from '../../../base/errors.ts'
import { paramMessages, paramWords } from '../../../messages/params.ts'
import { jitBlockLayers, jitOutputLayers } from '../../graph/blocks/jit.ts'
import type { Feature } from '../../graph/layer.ts'
import type { LayerBuilder } from '../../graph/builder.ts'
import { defineModel } from './definition.ts'

export type JitConfig = {
  /** Height of the images in pixels. */
  height: number
  width: number
  channels: number
  /** Side of a patch in pixels. */
  patch_size: number
  /** Width between the two linear layers that embed a patch. */
  bottleneck: number
  num_layers: number
  num_heads: number
  /** Channels per head, a multiple of 4; the width of the tokens is that of all heads. */
  head_dim: number
  /** Number of classes; 0 for an unconditional model. */
  num_classes: number
}

/** Least and largest value of each key. */
const limits: { readonly [K in keyof JitConfig]: readonly [min: number, max: number] } = {
  height: [1, 4096],
  width: [1, 4096],
  channels: [1, 1024],
  patch_size: [1, 256],
  bottleneck: [1, 4096],
  num_layers: [1, 128],
  num_heads: [1, 256],
  head_dim: [4, 1024],
  num_classes: [0, 100_000],
}

function parseJitConfig(json: Readonly<Record<string, unknown>>): JitConfig {
  const other = Object.keys(json).find((key) => !Object.hasOwn(limits, key))
  if (other !== undefined)
    throw new MessageError(
      paramMessages.unknownKey({ keys: Object.keys(limits).join(', '), got: other.slice(0, 60) }),
    )
  for (const [param, [min, max]] of Object.entries(limits)) {
    const value = json[param]
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) continue
    const expected = paramWords.integerBetween({ min, max })
    const got = JSON.stringify(value)?.slice(0, 60) ?? 'nothing'
    throw new MessageError(paramMessages.wrongValue({ param, expected, got }))
  }
  return json as JitConfig
}

/** Width of the sines and cosines of t, as in DiT. */
const WAVES = { width: 256, flip_sin_to_cos: true, freq_shift: 0 }

export const jit = defineModel<JitConfig>({
  kind: 'jit',
  className: 'JiT',
  config: parseJitConfig,
  layers(config, b) {
    const { height, width, channels, patch_size: size, num_layers, num_heads } = config
    const wide = num_heads * config.head_dim
    const grid = { height: height / size, width: width / size }
    // Two thirds of four times the width: as many parameters as without a gate.
    const settings = { heads: num_heads, hidden: Math.floor((8 * wide) / 3), ...grid }
    const active = b.add('silu', [embedCondition(b, wide, config.num_classes)])
    const x = b.source('x', { shape: [height, width, channels] })
    const patches = b.linear(
      b.add('patchify', [x], { size }),
      'x_embedder.proj1',
      config.bottleneck,
      false,
    )
    let h = b.add('grid_embedding', [b.linear(patches, 'x_embedder.proj2', wide)], grid)
    for (let i = 0; i < num_layers; i++)
      h = b.repeat('block', () => jitBlockLayers(b, h, active, `blocks.${i}`, settings))
    const out = jitOutputLayers(b, h, active, size * size * channels)
    return { predict: b.add('unpatchify', [out], { size, height, width }) }
  },
  startsAtZero: (layer) => layer.endsWith('adaLN_modulation') || layer === 'final_layer.linear',
})

/** Sum of the embeddings of time and class. */
function embedCondition(b: LayerBuilder<Feature>, width: number, classes: number): Feature {
  const waves = b.add('timestep_embedding', [b.source('time')], WAVES)
  const hidden = b.add('silu', [b.linear(waves, 't_embedder.linear_1', width)])
  const time = b.linear(hidden, 't_embedder.linear_2', width)
  if (classes === 0) return time
  const rows = { rows: classes + 1, width }
  const labels = b.source('labels', { per_item: 1 })
  return b.add('add', [time, b.add('label_embedding', [labels], rows, 'y_embedder.table')])
}
