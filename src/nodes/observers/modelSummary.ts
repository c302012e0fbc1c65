// ModelSummary: parameters, multiply-adds and memory of every layer of a model.
import { viewText } from '../../engine/base/viewTexts.ts'
import { EngineError } from '../../engine/base/errors.ts'
import { modelMessages } from '../../engine/messages/models.ts'
import { inBytes, withUnit } from '../../engine/models/cost.ts'
import { layerCosts, totalCost, type LayerCost } from '../../engine/models/graph/costs.ts'
import { findNetwork } from '../../engine/models/predict.ts'
import type { TableView } from '../../engine/base/view.ts'
import { defineNode, param, slot } from '../define.ts'

export const modelSummary = defineNode({
  type: 'diffusion/ModelSummary',
  category: 'view',
  summary:
    'Table of the layers of a model: operation, output shape, parameters, multiply-adds and activation memory per item. The names are those that FeatureMaps and AttentionMaps take.',
  aliases: [
    'torchinfo',
    'num_parameters',
    'parameter count',
    'param count',
    'flops',
    'macs',
    'number of parameters',
    'summary',
    'layers table',
  ],
  room: { width: 600, height: 320 },
  inputs: { model: slot.model('Model with a network') },
  outputs: {},
  params: {
    depth: param.integer(
      0,
      { min: 0, max: 16 },
      'Adds up the layers whose names start with the same parts, such as down_blocks.0 for 2; 0: each layer',
    ),
    tokens: param.advanced(
      param.integer(
        1,
        { min: 1, max: 65_536 },
        'Tokens of an item, for models that attend to tokens of any number',
      ),
    ),
  },
  view: async ({ model }, { depth, tokens }): Promise<TableView> => {
    const network = findNetwork(model)
    if (!network)
      throw new EngineError(modelMessages.noNetwork, { argument: 'model', kind: model.kind })
    const costs = layerCosts(network.program.view, tokens)
    const rows = depth > 0 ? addUp(costs, depth) : costs.map(toRow)
    const total = sumRow({ name: viewText('allLayers'), costs })
    return {
      kind: 'table',
      columns: [
        viewText('layer'),
        viewText('operation'),
        viewText('outputShape'),
        viewText('parameters'),
        viewText('multiplyAdds'),
        viewText('activationMemory'),
      ],
      rows: [total, ...rows],
    }
  },
})

const numbers = ({ parameters, macs, saved }: Pick<LayerCost, 'parameters' | 'macs' | 'saved'>) => [
  parameters.toLocaleString('en'),
  withUnit(macs, 1000, ['', 'k', 'M', 'G', 'T']),
  inBytes(4 * saved),
]

const toRow = ({ name, op, shape, ...cost }: LayerCost): string[] => [
  name,
  op,
  shape.join(' x '),
  ...numbers(cost),
]

function sumRow({ name, costs }: { name: string; costs: readonly LayerCost[] }): string[] {
  const count = viewText(costs.length === 1 ? 'layerCountOne' : 'layerCount', costs.length)
  return [name, count, '', ...numbers(totalCost(costs))]
}

/** Rows of layers with the same first parts of their names, in the order of their first layers. */
function addUp(costs: readonly LayerCost[], depth: number): string[][] {
  const groups = new Map<string, LayerCost[]>()
  for (const cost of costs) {
    const [path] = cost.name.split(':')
    const name = path.split('.').slice(0, depth).join('.')
    groups.set(name, [...(groups.get(name) ?? []), cost])
  }
  return [...groups].map(([name, costs]) => sumRow({ name, costs }))
}
