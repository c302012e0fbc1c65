// How unlikely data are to a model, in one box; what is in it can be opened.
import type { GraphNode } from '../../engine/plan/graph.ts'
import { input, wire } from '../../engine/plan/graph.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import {
  advanced,
  choice,
  condition,
  defineNode,
  history,
  integer,
  model,
  number,
  optional,
  samples,
  schedule,
  seed,
  when,
} from '../define.ts'
import { batchSizeParam } from './batches.ts'
import { levelsParam } from './levels.ts'

export const bitsPerDim = defineNode({
  type: 'diffusion/BitsPerDim',
  title: 'Bits per Dim',
  category: 'evaluate',
  summary:
    'How unlikely data are to a model: negative log-likelihood in bits for each number, by the variational bound or along the ODE. Open it to see the terms while they come.',
  equation: '-\\tfrac{1}{d} \\log_2 p_\\theta(x_0)',
  source: 'Ho et al. 2020, eq. 5; Nichol & Dhariwal 2021; Song et al. 2021, eq. 39',
  inputs: {
    model: model('trained or exact'),
    x_0: samples('clean data that it has not learned from'),
    schedule: schedule('the one the model was trained with'),
    condition: optional(condition('labels, one per item or one for all')),
  },
  outputs: {
    bits_per_dim: number('the mean over the items; by the bound: at most so much'),
    prior: number('the part of the noise at the end'),
    terms: history(
      'what each step adds, by t, for Chart; of the bound the KL of each step, and at t = 0 how unlikely the data are to the last',
    ),
  },
  params: {
    method: choice(
      ['vlb', 'ode'],
      'vlb: the variational bound, over all timesteps; ode: the density along the ODE, for any schedule',
    ),
    variance: when(
      'method',
      'vlb',
      choice(variances, 'of the step back: fixed_small, fixed_large, or learned: what the model says, if it was made to'),
    ),
    num_inference_steps: when('method', 'ode', integer(50, { min: 1, max: 100_000 }, 'how many steps, of two evaluations each')),
    levels: levelsParam,
    clip: when(
      'method',
      'vlb',
      advanced(
        choice(['auto', 'on', 'off'], 'hold the predicted x_0 in [-1, 1]; auto: for images only, which alone are known to be'),
      ),
    ),
    batch_size: batchSizeParam,
    seed: advanced(seed('of the noise, drawn afresh in each step')),
  },
  expand: (params, wired) => {
    const conditional = wired.has('condition')
    return {
      nodes: params.method === 'vlb' ? bound(params, conditional) : alongOde(params, conditional),
      outputs: { bits_per_dim: wire('end', 'bits_per_dim'), prior: wire('end', 'prior'), terms: wire('end', 'terms') },
      called: { 'predict.x_t': 'x_0', 'step.x_t': 'x_0', 'term.prediction': 'model' },
    }
  },
})

type Inputs = GraphNode['inputs']

const node = (id: string, op: string, inputs: Inputs, params: GraphNode['params'] = {}): GraphNode => ({
  id,
  op: `diffusion/${op}`,
  params,
  inputs,
})

const at = { t: wire('start', 't'), t_prev: wire('start', 't_prev'), schedule: input('schedule') }

const start = (inputs: Inputs, batch_size: number, conditional: boolean) =>
  node('start', 'LikelihoodStart', { ...inputs, ...(conditional && { condition: input('condition') }) }, { batch_size })
const asked = (conditional: boolean): Inputs => ({
  model: input('model'),
  ...(conditional && { condition: wire('start', 'condition') }),
})

interface Common {
  levels: number
  batch_size: number
  seed: number
}

function bound(
  { variance, levels, clip, batch_size, seed }: Common & { variance: string; clip: string },
  conditional: boolean,
): GraphNode[] {
  const x_0 = wire('start', 'x_0')
  const x_t = wire('forward', 'x_t')
  return [
    start({ x_0: input('x_0'), schedule: input('schedule') }, batch_size, conditional),
    node('noise', 'GaussianNoise', { like: x_0 }, { seed }),
    node('forward', 'ForwardNoise', { x_0, t: at.t, noise: wire('noise', 'noise'), schedule: at.schedule }),
    node('predict', 'Predict', { ...asked(conditional), x_t, t: at.t }),
    node('term', 'VLBLoss', { prediction: wire('predict', 'prediction'), x_0, x_t, ...at }, { variance, levels, clip }),
    node('end', 'LikelihoodEnd', { loop: wire('start', 'loop'), bits: wire('term', 'term') }),
  ]
}

function alongOde(
  { num_inference_steps, levels, batch_size, seed }: Common & { num_inference_steps: number },
  conditional: boolean,
): GraphNode[] {
  const down = { num_inference_steps, timestep_spacing: 'trailing', end: 'smallest' }
  const moved = levels > 0 ? [node('dequantize', 'Dequantize', { x: input('x_0') }, { levels: Math.max(2, levels), seed })] : []
  const x_0 = levels > 0 ? wire('dequantize', 'x') : input('x_0')
  return [
    node('timesteps', 'Timesteps', { schedule: input('schedule') }, down),
    node('flip', 'FlipTimesteps', { timesteps: wire('timesteps', 'timesteps') }),
    ...moved,
    start({ x_0, timesteps: wire('flip', 'timesteps'), schedule: input('schedule') }, batch_size, conditional),
    node('step', 'LikelihoodStep', { ...asked(conditional), x_t: wire('start', 'x_t'), ...at }, { seed }),
    node(
      'end',
      'LikelihoodEnd',
      { loop: wire('start', 'loop'), bits: wire('step', 'bits'), x_next: wire('step', 'x_next') },
      { dequantized_levels: levels > 0 ? Math.max(2, levels) : 0 },
    ),
  ]
}
