// ClassifierOutput: creates a classifier from layers.
import { parseOrigin } from '../../engine/checkpoint/origin.ts'
import { classifierRows } from '../../engine/models/kinds/classifier/classifier.ts'
import { toLayerGraph, type Features } from '../../engine/models/graph/features.ts'
import { reuseWeights } from '../../engine/models/kinds/layers/layers.ts'
import { checkLayersModel } from '../../engine/models/kinds/layers/graph.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkVector } from './checks.ts'
import { networkRows } from './networkRows.ts'
import { createModel, originParam } from './output.ts'

/** The graph of a classifier. Throws EngineError unless both are vectors of one input x. */
function classifierOfLayers(results: { features: Features; logits: Features }) {
  checkVector(results.features, 'features')
  checkVector(results.logits, 'logits')
  const graph = toLayerGraph(results)
  checkLayersModel(graph)
  return graph
}

export const classifierOutput = defineNode({
  type: 'diffusion/ClassifierOutput',
  category: 'layers',
  summary:
    'Creates a classifier from the layers that lead to its logits and features, untrained or with weights of another model.',
  aliases: ['classification head'],
  inputs: {
    logits: slot.features(
      'A vector with a number per class, the logarithm of its probability up to a constant',
    ),
    features: slot.features('A vector that metrics compare, usually the input of the last layer'),
    weights: slot.optional(
      slot.model(
        'Model whose weights are reused by layers of equal name and shape; other layers start new',
      ),
    ),
  },
  outputs: { model: slot.model('Classifier, for Classify and TrainingStart') },
  params: {
    origin: originParam,
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  room: { width: 260, height: 150 },
  check: ({ origin }, { features, logits }) => {
    parseOrigin(origin)
    if (features && logits) classifierOfLayers({ features, logits })
  },
  run: ({ logits, features, weights }, { origin: text }, { random }) => {
    const graph = classifierOfLayers({ features, logits })
    const made = createModel(graph, {
      predicts: 'sample',
      variance: undefined,
      random,
      origin: parseOrigin(text),
    })
    return { model: weights ? reuseWeights(made, weights) : made }
  },
  show: ({ model }) =>
    model && {
      kind: 'rows',
      rows: networkRows(model) ?? classifierRows(model),
    },
})
