// The graph of layers of a DiT.
import { ditBlockLayers, ditOutputLayers } from '../../graph/blocks/dit.ts'
import { GraphBuilder } from '../../graph/builder.ts'
import type { Feature, LayerGraph } from '../../graph/layer.ts'
import { memoize } from '../../graph/memoize.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { layersWithWeights } from '../../graph/weights.ts'
import type { DitConfig } from './config.ts'
import { ditGrid, ditImageSize, ditOutputs, ditWidth } from './config.ts'

/** Sines and cosines of t; fixed in diffusers. */
export const WAVES = { width: 256, flip_sin_to_cos: true, freq_shift: 1 }

/** Layers in the order of their evaluation, which is that of diffusers' modules, with its names. */
export const ditGraph = memoize(buildGraph)

function buildGraph(config: DitConfig): LayerGraph {
  const b = new GraphBuilder()
  const { patch_size: size, num_layers } = config
  const [height, width] = ditImageSize(config)
  const x = b.source('x', { shape: [height, width, config.in_channels] })
  const sources = embeddingSources(b)
  const embed = embedding(b, config, sources)
  const blockName = (i: number) => `transformer_blocks.${i}`
  let h = embedPatches(b, x, config)
  const first = embed(blockName(0))
  // The first block and the end of the network read it.
  const active = b.add('silu', [first])
  for (let i = 0; i < num_layers; i++) {
    const name = blockName(i)
    const build = () =>
      ditBlockLayers(b, h, i === 0 ? first : embed(name), name, {
        heads: config.num_attention_heads,
        activation: config.activation_fn === 'gelu' ? 'gelu' : 'gelu_tanh',
        dropout: config.dropout,
        attentionBias: config.attention_bias,
        eps: config.norm_eps,
        affine: config.norm_elementwise_affine,
      })
    h = b.repeat('block', () => b.module('dit_block', name, [h, ...sources], build))
  }
  const patches = ditOutputLayers(b, h, active, size * size * ditOutputs(config))
  return b.graph({ predict: b.add('unpatchify', [patches], { size, height, width }) })
}

/** Patches as tokens with their fixed positions. */
function embedPatches(b: GraphBuilder, x: Feature, config: DitConfig): Feature {
  const { patch_size: size } = config
  const patches = b.conv(x, 'pos_embed.proj', ditWidth(config), {
    kernel: size,
    stride: size,
    pad: [0, 0, 0, 0],
  })
  const [height, width] = ditGrid(config)
  return b.add('grid_embedding', [b.add('to_tokens', [patches])], { height, width })
}

/** Sines and cosines of t, and the labels. */
const embeddingSources = (b: GraphBuilder): [waves: Feature, labels: Feature] => [
  b.add('timestep_embedding', [b.source('time')], WAVES),
  b.source('labels', { per_item: 1 }),
]

/** Adds the embedding of time and label that a block has of its own, by the name of the block. */
function embedding(
  b: GraphBuilder,
  config: DitConfig,
  [waves, labels]: [Feature, Feature],
): (block: string) => Feature {
  const width = ditWidth(config)
  // One row more than classes, for no label.
  const table = { rows: config.num_embeds_ada_norm + 1, width }
  return (block) => {
    const name = `${block}.norm1.emb`
    return b.module('dit_embedding', name, [waves, labels], () => embed(name))
  }

  function embed(name: string): Feature {
    const hidden = b.linear(waves, `${name}.timestep_embedder.linear_1`, width)
    const time = b.linear(b.add('silu', [hidden]), `${name}.timestep_embedder.linear_2`, width)
    const label = b.add(
      'label_embedding',
      [labels],
      table,
      `${name}.class_embedder.embedding_table`,
    )
    return b.add('add', [time, label])
  }
}

/** The layers with weights in the order of diffusers' modules. */
export const ditLayers = (config: DitConfig): LayerWeights[] => layersWithWeights(ditGraph(config))
