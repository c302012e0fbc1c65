// A small network for points.
import { mlp as makeMlp } from '../../engine/models/mlp.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { advanced, choice, defineNode, integer, model, seed } from '../define.ts'
import { learnedVariances, predictionTypes, saidBy } from './predicts.ts'

export const mlp = defineNode({
  type: 'diffusion/MLP',
  title: 'MLP',
  category: 'model',
  summary: 'A new network for points: residual layers that know the timestep and, if there are any, the class.',
  inputs: {},
  outputs: { model: model('untrained') },
  params: {
    hidden: integer(128, { min: 1, max: 4096 }, 'width of the layers'),
    layers: integer(3, { min: 0, max: 64 }, 'residual layers between the first and the last'),
    time_embedding_dim: advanced(integer(64, { min: 2, max: 1024, step: 2 }, 'sines and cosines of t')),
    num_classes: integer(0, { min: 0, max: 100_000 }, 'how many class labels it learns; 0: none'),
    predicts: choice(predictionTypes, 'what its output stands for'),
    learned_variance: advanced(
      choice(
        learnedVariances,
        'whether it says the variance of the step back too: learned_range between those that are fixed (Nichol & Dhariwal 2021), learned its logarithm. Train it with HybridLoss',
      ),
    ),
    activation: advanced(choice(['silu', 'relu', 'tanh'], 'between the layers')),
    fourier_features: advanced(
      integer(3, { min: 0, max: 16 }, 'sines and cosines of 1, 2, 4, ... times the coordinates: for fine structure'),
    ),
    dim: advanced(integer(2, { min: 1, max: 4096 }, 'coordinates of a point')),
    seed: advanced(seed('equal seeds start with equal weights')),
  },
  foresees: (params) => ({ model: saidBy(params) }),
  run: (_, { predicts, learned_variance, seed: _seed, ...config }, { random }) => {
    if (config.time_embedding_dim % 2) {
      throw new NodeError({
        param: 'time_embedding_dim',
        message: `Expected an even number, as many sines as cosines, got ${config.time_embedding_dim}.`,
        cure: `Take ${config.time_embedding_dim + 1}.`,
      })
    }
    if (learned_variance === 'none') return { model: makeMlp(config, predicts, random) }
    return { model: makeMlp({ ...config, out_dim: 2 * config.dim }, predicts, random, learned_variance) }
  },
})
