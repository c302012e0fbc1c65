// ModelOutput: makes a model of layers.
import { toLayerGraph } from '../../engine/models/graph/features.ts'
import {
  checkLayersModel,
  layersModel,
  layersRows,
  reuseWeights,
} from '../../engine/models/layers.ts'
import { choice, advanced, defineNode, features, model, optional, seed } from '../define.ts'
import { learnedVariances, modelFacts, predictionTypes } from '../model/predicts.ts'

export const modelOutput = defineNode({
  type: 'diffusion/ModelOutput',
  category: 'layers',
  summary: 'Model of the layers before it, untrained or with the weights of another model.',
  inputs: {
    x: features('Features of the shape of the input; twice its channels with a learned variance'),
    weights: optional(
      model('A model whose weights are taken where name and shape are the same; others are new'),
    ),
  },
  outputs: { model: model('The model') },
  params: {
    predicts: choice(predictionTypes, 'Prediction type of the model', {
      epsilon: 'Noise ε, as in DDPM',
      v_prediction: 'Velocity v = α ε − σ x₀',
      sample: 'Clean data x₀',
      flow_prediction: 'Flow velocity ε − x₀',
    }),
    learned_variance: advanced(
      choice(
        learnedVariances,
        'Predicts the variance of the reverse step too, with twice the output channels. Train it with HybridLoss',
        {
          none: 'Fixed variance',
          learned_range: 'Interpolates between the two fixed variances (Nichol & Dhariwal 2021)',
          learned: 'Logarithm of the variance',
        },
      ),
    ),
    seed: advanced(seed('Equal seeds start with equal weights')),
  },
  room: { width: 260, height: 130 },
  staticOutputs: (params) => ({ model: modelFacts(params) }),
  check: ({ learned_variance }, { x }) => {
    if (x) checkLayersModel(toLayerGraph({ predict: x }), learned_variance !== 'none')
  },
  run: ({ x, weights }, { predicts, learned_variance }, { random }) => {
    const variance = learned_variance === 'none' ? undefined : learned_variance
    const made = layersModel(toLayerGraph({ predict: x }), predicts, random, variance)
    return { model: weights ? reuseWeights(made, weights) : made }
  },
  show: ({ model }) => model && { kind: 'rows', rows: layersRows(model) },
})
