// Recognises graphs whose training may be large, by their params alone.
import { valueAsText } from '../../engine/base/quote.ts'
import type { Graph, GraphNode } from '../../engine/plan/graph.ts'

/** Parameters of a network from which the engine estimates a training. */
const MANY = 4e6

/**
 * True if a network of the graph may have millions of parameters, so that an estimate of its training
 * is worth waiting for. A checkpoint may hold any.
 */
export const mayBeLarge = ({ nodes }: Graph): boolean => nodes.some(isLargeNode)

function isLargeNode({ op, params }: GraphNode): boolean {
  if (op === 'diffusion/LoadCheckpoint') return true
  const widths = valueAsText(params.block_out_channels).split(',').map(Number)
  // About nine convolutions of c x c channels for each block of a level, 3 x 3 each.
  const unet = 45 * Number(params.layers_per_block ?? 1) * sumOfSquares(widths)
  const width = Number(params.num_attention_heads ?? 0) * Number(params.attention_head_dim ?? 0)
  const transformer = 18 * Number(params.num_layers ?? 1) * width ** 2
  return unet >= MANY || transformer >= MANY
}

const sumOfSquares = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + (Number.isFinite(value) ? value * value : 0), 0)
