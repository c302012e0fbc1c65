// MLP: a small network for points.
import { mlp as makeMlp } from '../../engine/models/kinds/mlp/mlp.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { learnedVarianceOfPoints, modelFacts, predictsParam } from './predicts.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const mlp = defineNode({
  type: 'diffusion/MLP',
  title: 'MLP',
  category: 'model',
  summary:
    'New network for points: residual layers, conditioned on the timestep and optionally on a class, a number (a second time), a vector or further coordinates.',
  aliases: ['multilayer perceptron', 'feedforward', 'neural network', 'fully connected network'],
  inputs: {},
  outputs: { model: slot.model('Untrained model') },
  params: {
    hidden: param.integer(128, { min: 1, max: 4096 }, 'Width of the layers'),
    layers: param.integer(
      3,
      { min: 0, max: 64 },
      'Residual layers between the first and the last layer',
    ),
    time_embedding_dim: param.advanced(
      param.integer(64, { min: 2, max: 1024, step: 2 }, 'Size of the sinusoidal embedding of t'),
    ),
    num_classes: param.integer(
      0,
      { min: 0, max: 100_000 },
      'Number of classes to condition on; 0: unconditional',
    ),
    predicts: predictsParam,
    learned_variance: learnedVarianceOfPoints,
    activation: param.advanced(
      param.choice(['silu', 'relu', 'tanh'], 'Activation between the layers'),
    ),
    fourier_features: param.advanced(
      param.integer(
        3,
        { min: 0, max: 16 },
        'Fourier features: sines and cosines of 1, 2, 4, ... times the coordinates, for fine structure',
      ),
    ),
    second_time: param.added(
      param.advanced(
        param.toggle(
          false,
          'Takes a number per item as the condition, embedded like t: a second time r, a step size or a noise level',
        ),
      ),
    ),
    vector_dim: param.added(
      param.advanced(
        param.integer(
          0,
          { min: 0, max: 4096 },
          'Width of a vector as the condition; 0: takes none',
        ),
      ),
    ),
    extra_dim: param.added(
      param.advanced(
        param.integer(
          0,
          { min: 0, max: 4096 },
          'Coordinates that are appended to x_t, from JoinConditions; 0: none',
        ),
      ),
    ),
    dim: param.advanced(param.integer(2, { min: 1, max: 4096 }, 'Dimension of a point')),
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  opens: true,
  staticOutputs: (params) => ({ model: modelFacts(params) }),
  run: (
    _,
    { predicts, learned_variance, second_time, vector_dim, extra_dim, seed: _seed, ...sizes },
    { random },
  ) => {
    const config = {
      ...sizes,
      ...(second_time && { second_time }),
      ...(vector_dim > 0 && { vector_dim }),
      ...(extra_dim > 0 && { extra_dim }),
    }
    if (config.time_embedding_dim % 2) {
      throw new NodeError({
        param: 'time_embedding_dim',
        message: modelNodeMessages.evenWidth({ got: config.time_embedding_dim }),
        cure: modelNodeMessages.takeNumber({ number: config.time_embedding_dim + 1 }),
      })
    }
    if (learned_variance === 'none') return { model: makeMlp(config, predicts, random) }
    return {
      model: makeMlp({ ...config, out_dim: 2 * config.dim }, predicts, random, learned_variance),
    }
  },
})
