// Size and cost of a DiT, computed from its config without evaluation.
import { viewText } from '../../../base/viewTexts.ts'
import type { ModelOf } from '../../../base/values.ts'
import { FORWARD } from '../../graph/blocks/attention.ts'
import { countParameters } from '../../graph/weights.ts'
import type { Cost, Size } from '../../cost.ts'
import { blockCost, sizeRows, softmaxCost, totalCost } from '../../cost.ts'
import type { DitConfig } from './config.ts'
import { ditGrid, ditOutputs, ditWidth } from './config.ts'
import { ditLayers, WAVES } from './graph.ts'

/** Summarises a config. */
export function ditSize(config: DitConfig): Size {
  const { num_layers, patch_size, in_channels, num_embeds_ada_norm } = config
  const [width, tokens] = [ditWidth(config), countTokens(config)]
  const patch = patch_size ** 2
  const rows = num_embeds_ada_norm + 1
  const { macs, saved, held, again } = totalCost([
    { macs: patch * in_channels * width * tokens, saved: patch * in_channels * tokens },
    { macs: 0, saved: WAVES.width },
    ...Array.from({ length: num_layers }, () => [
      // Two linear layers and a lookup by a product.
      { macs: (WAVES.width + width + rows) * width, saved: 2 * width + rows },
      blockCost(transformerCost(config), (tokens + 1) * width),
    ]).flat(),
    // The vectors that shift and scale, whose input block 0 saves; input and output of the norm, and
    // its modulated output.
    { macs: 2 * width * width, saved: 2 * width + 3 * tokens * width },
    { macs: patch * ditOutputs(config) * width * tokens, saved: 0 },
  ])
  const parameters = countParameters(ditLayers(config))
  return { parameters, flops: 2 * macs, saved, checkpointed: held + again }
}

function transformerCost(config: DitConfig): Cost {
  const [width, tokens] = [ditWidth(config), countTokens(config)]
  const numbers = width * tokens
  return totalCost([
    // The embedding before and after its activation, and the vectors that shift and scale.
    { macs: 6 * width * width, saved: 8 * width },
    // Norm input and output, its modulated output, queries, keys, values, input and output of the
    // last layer.
    { macs: 4 * width * numbers, saved: 8 * numbers },
    softmaxCost(width, config.num_attention_heads, tokens, tokens),
    // The same of the norm; hidden numbers before and after their activation; the output.
    { macs: 2 * FORWARD * width * numbers, saved: (3 + 2 * FORWARD + 1) * numbers },
  ])
}

function countTokens(config: DitConfig): number {
  const [height, width] = ditGrid(config)
  return height * width
}

/** Describes a DiT as rows of name and text. */
export function ditRows({ config }: Pick<ModelOf<'dit'>, 'config'>): [string, string][] {
  const heads = config.num_attention_heads
  return [
    [viewText('tokens'), `${countTokens(config)}, ${viewText('width', ditWidth(config))}`],
    [
      viewText('layers'),
      `${config.num_layers}, ${viewText(heads === 1 ? 'oneHead' : 'heads', heads)}`,
    ],
    ...sizeRows(ditSize(config)),
  ]
}
