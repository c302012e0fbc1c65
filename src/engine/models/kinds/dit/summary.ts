// Describes a DiT as rows of name and text.
import { viewText } from '../../../base/viewTexts.ts'
import type { ModelOf } from '../../model.ts'
import { sizeRows } from '../../cost.ts'
import { networkSize } from '../../graph/networkSize.ts'
import { ditGrid, ditWidth } from './config.ts'
import { ditGraph } from './graph.ts'

/** Tokens, layers, size and cost. */
export function ditRows({ config }: Pick<ModelOf<'dit'>, 'config'>): [string, string][] {
  const heads = config.num_attention_heads
  const [height, width] = ditGrid(config)
  return [
    [viewText('tokens'), `${height * width}, ${viewText('width', ditWidth(config))}`],
    [
      viewText('layers'),
      `${config.num_layers}, ${viewText(heads === 1 ? 'oneHead' : 'heads', heads)}`,
    ],
    ...sizeRows(networkSize(ditGraph(config))),
  ]
}
