// TokenOutput: creates a model of tokens from layers.
import { toLayerGraph, type Features } from '../../engine/models/graph/features.ts'
import { layersModel, reuseWeights } from '../../engine/models/kinds/layers/layers.ts'
import { checkLayersModel } from '../../engine/models/kinds/layers/graph.ts'
import { checkTokenGraph, TOKENS } from '../../engine/models/kinds/layers/tokenModel.ts'
import { networkRows } from './networkRows.ts'
import { defineNode, param, slot } from '../define.ts'

/** The graph of a model of tokens. Throws EngineError, at `x`, if shapes do not fit. */
function tokenGraph(x: Features) {
  const graph = toLayerGraph({ [TOKENS]: x })
  checkLayersModel(graph)
  checkTokenGraph(graph)
  return graph
}

export const tokenOutput = defineNode({
  type: 'diffusion/TokenOutput',
  category: 'layers',
  summary:
    'Creates a model of tokens from the layers that lead to x. ModelInput gives each token as a one-hot vector, the last number for a masked place.',
  inputs: {
    x: slot.features('Logits [places, tokens]: one number less per place than x of ModelInput has'),
    weights: slot.optional(
      slot.model(
        'Model whose weights are reused by layers of equal name and shape; other layers start new',
      ),
    ),
  },
  outputs: { model: slot.model('Model, for PredictTokens and TrainingStart') },
  params: { seed: param.advanced(param.seed('Equal seeds start with equal weights')) },
  room: { width: 260, height: 120 },
  check: (_, { x }) => void (x && tokenGraph(x)),
  run: ({ x, weights }, _, { random }) => {
    const made = layersModel(tokenGraph(x), 'sample', random)
    return { model: weights ? reuseWeights(made, weights) : made }
  },
  show: ({ model }) => model && { kind: 'rows', rows: networkRows(model) ?? [] },
})
