// BitsPerDim: negative log likelihood of data; opens into its loop.
import type { GraphNode } from '../../engine/plan/graph.ts'
import { input, wire } from '../../engine/plan/graph.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import { defineNode, param, slot } from '../define.ts'
import { batchSizeParam } from './batches.ts'
import { levelsParam } from './levels.ts'

export const bitsPerDim = defineNode({
  type: 'diffusion/BitsPerDim',
  title: 'Bits per Dim',
  category: 'evaluate',
  summary:
    'Negative log-likelihood of data under a model in bits per dimension, by the variational bound or along the probability flow ODE. Open it to see the terms as they are computed.',
  aliases: ['bpd', 'nll', 'negative log-likelihood', 'log-likelihood'],
  equation: '-\\tfrac{1}{d} \\log_2 p_\\theta(x_0)',
  source: 'Ho et al. 2020, eq. 5; Nichol & Dhariwal 2021; Song et al. 2021, eq. 39',
  inputs: {
    model: slot.model('Trained or exact model'),
    x_0: slot.samples('Clean data that the model was not trained on'),
    schedule: slot.schedule('Schedule that the model was trained with'),
    condition: slot.optional(slot.condition('Labels, one per item or one for all')),
  },
  outputs: {
    bits_per_dim: slot.number('Mean over the items; an upper limit if computed by the bound'),
    prior: slot.number('Contribution of the prior at the last timestep'),
    terms: slot.history(
      'Contribution of each step, by t, for Chart. For the bound, the KL divergence of each step, and at t = 0 the negative log-likelihood of the data',
    ),
  },
  params: {
    method: param.choice(['vlb', 'ode'], 'Method of computation', {
      vlb: 'Variational lower bound, over all timesteps',
      ode: 'Density along the probability flow ODE, for any schedule',
    }),
    variance: param.when(
      'method',
      'vlb',
      param.choice(variances, 'Variance of the reverse step', {
        fixed_small: 'Variance of the posterior',
        fixed_large: 'Beta',
        learned: 'Predicted by the model, if it was built for that',
      }),
    ),
    num_inference_steps: param.when(
      'method',
      'ode',
      param.integer(50, { min: 1, max: 100_000 }, 'Number of steps, with two evaluations each'),
    ),
    levels: levelsParam,
    clip: param.when(
      'method',
      'vlb',
      param.advanced(
        param.choice(['auto', 'on', 'off'], 'Clamps the predicted x_0 to [-1, 1]', {
          auto: 'On for images, off otherwise',
          on: 'Always',
          off: 'Never',
        }),
      ),
    ),
    batch_size: batchSizeParam,
    seed: param.advanced(param.seed('Seed of the noise, which is drawn in each step')),
  },
  expand: (params, wired) => {
    const conditional = wired.has('condition')
    return {
      nodes:
        params.method === 'vlb'
          ? createBoundNodes(params, conditional)
          : createOdeNodes(params, conditional),
      outputs: {
        bits_per_dim: wire('end', 'bits_per_dim'),
        prior: wire('end', 'prior'),
        terms: wire('end', 'terms'),
      },
      called: { 'predict.x_t': 'x_0', 'step.x_t': 'x_0', 'term.prediction': 'model' },
    }
  },
})

type Inputs = GraphNode['inputs']

const node = (
  id: string,
  op: string,
  inputs: Inputs,
  params: GraphNode['params'] = {},
): GraphNode => ({
  id,
  op: `diffusion/${op}`,
  params,
  inputs,
})

const transitionWires = {
  t: wire('start', 't'),
  t_prev: wire('start', 't_prev'),
  schedule: input('schedule'),
}

const createStartNode = (inputs: Inputs, batch_size: number, conditional: boolean) =>
  node(
    'start',
    'LikelihoodStart',
    { ...inputs, ...(conditional && { condition: input('condition') }) },
    { batch_size },
  )
const createModelWires = (conditional: boolean): Inputs => ({
  model: input('model'),
  ...(conditional && { condition: wire('start', 'condition') }),
})

interface Common {
  levels: number
  batch_size: number
  seed: number
}

function createBoundNodes(
  { variance, levels, clip, batch_size, seed }: Common & { variance: string; clip: string },
  conditional: boolean,
): GraphNode[] {
  const x_0 = wire('start', 'x_0')
  const x_t = wire('forward', 'x_t')
  return [
    createStartNode({ x_0: input('x_0'), schedule: input('schedule') }, batch_size, conditional),
    node('noise', 'GaussianNoise', { like: x_0 }, { seed }),
    node('forward', 'ForwardNoise', {
      x_0,
      t: transitionWires.t,
      noise: wire('noise', 'noise'),
      schedule: transitionWires.schedule,
    }),
    node('predict', 'Predict', { ...createModelWires(conditional), x_t, t: transitionWires.t }),
    node(
      'term',
      'VLBLoss',
      { prediction: wire('predict', 'prediction'), x_0, x_t, ...transitionWires },
      { variance, levels, clip },
    ),
    node('end', 'LikelihoodEnd', { loop: wire('start', 'loop'), bits: wire('term', 'term') }),
  ]
}

function createOdeNodes(
  { num_inference_steps, levels, batch_size, seed }: Common & { num_inference_steps: number },
  conditional: boolean,
): GraphNode[] {
  const timestepParams = { num_inference_steps, timestep_spacing: 'trailing', end: 'smallest' }
  const dequantizeNodes =
    levels > 0
      ? [
          node(
            'dequantize',
            'Dequantize',
            { x: input('x_0') },
            { levels: Math.max(2, levels), seed },
          ),
        ]
      : []
  const x_0 = levels > 0 ? wire('dequantize', 'x') : input('x_0')
  return [
    node('timesteps', 'Timesteps', { schedule: input('schedule') }, timestepParams),
    node('flip', 'FlipTimesteps', { timesteps: wire('timesteps', 'timesteps') }),
    ...dequantizeNodes,
    createStartNode(
      { x_0, timesteps: wire('flip', 'timesteps'), schedule: input('schedule') },
      batch_size,
      conditional,
    ),
    node(
      'step',
      'LikelihoodStep',
      { ...createModelWires(conditional), x_t: wire('start', 'x_t'), ...transitionWires },
      { seed },
    ),
    node(
      'end',
      'LikelihoodEnd',
      { loop: wire('start', 'loop'), bits: wire('step', 'bits'), x_next: wire('step', 'x_next') },
      { dequantized_levels: levels > 0 ? Math.max(2, levels) : 0 },
    ),
  ]
}
