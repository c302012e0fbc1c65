// The whole sampling loop as one box.
import { input, wire } from '../../engine/plan/graph.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import { spacings } from '../../engine/timesteps.ts'
import {
  advanced,
  choice,
  condition,
  defineNode,
  integer,
  model,
  optional,
  real,
  samples,
  schedule,
  seed,
  toggle,
  trajectory,
} from '../define.ts'
import { clipParams } from './clip.ts'

export const sampler = defineNode({
  type: 'diffusion/Sampler',
  category: 'sampling',
  summary:
    'Samples with a model, from noise to data. Open it to see the loop inside: it is made of nodes, and gives the same numbers.',
  source: 'Ho et al. 2020, algorithm 2; Song et al. 2021, eq. 12',
  inputs: {
    model: model('trained or exact'),
    x_T: samples('where to start: noise'),
    schedule: schedule('the one the model was trained with'),
    condition: optional(condition('labels, one per item or one for all')),
  },
  outputs: { x_0: samples('what came of it'), trajectory: trajectory('the way there') },
  params: {
    sampler: choice(['ddim', 'ddpm'], 'ddim: good with few steps; ddpm: with many'),
    num_inference_steps: integer(50, { min: 1, max: 100_000 }, 'how many steps'),
    timestep_spacing: advanced(choice(spacings, 'which timesteps: see Timesteps')),
    eta: advanced(real(0, { min: 0, max: 1, step: 0.05, slider: true }, 'for ddim: share of fresh noise')),
    variance: advanced(choice(variances, 'for ddpm: of the noise')),
    ...clipParams,
    rederive: advanced(toggle(true, 'for ddim: after clipping, take the noise that belongs to the clipped x_0')),
    seed: seed(),
    keep_every: advanced(
      integer(1, { min: 1, max: 100_000 }, 'the trajectory keeps every n-th step; where that is more than 64 MB, fewer'),
    ),
  },
  expand: (
    { sampler, num_inference_steps, timestep_spacing, eta, variance, rederive, clip, clip_range, seed, keep_every },
    wired,
  ) => {
    const common = { clip, clip_range, seed }
    const steps = {
      ddim: { op: 'diffusion/DDIMStep', params: { ...common, eta, rederive } },
      ddpm: { op: 'diffusion/DDPMStep', params: { ...common, variance } },
    }
    const nodes: GraphNode[] = [
      {
        id: 'timesteps',
        op: 'diffusion/Timesteps',
        params: { num_inference_steps, timestep_spacing },
        inputs: { schedule: input('schedule') },
      },
      {
        id: 'start',
        op: 'diffusion/SamplingStart',
        params: {},
        inputs: { x_T: input('x_T'), timesteps: wire('timesteps', 'timesteps') },
      },
      {
        id: 'predict',
        op: 'diffusion/Predict',
        params: {},
        inputs: {
          model: input('model'),
          x_t: wire('start', 'x_t'),
          t: wire('start', 't'),
          ...(wired.has('condition') && { condition: input('condition') }),
        },
      },
      {
        id: 'step',
        ...steps[sampler],
        inputs: {
          x_t: wire('start', 'x_t'),
          prediction: wire('predict', 'prediction'),
          t: wire('start', 't'),
          t_prev: wire('start', 't_prev'),
          schedule: input('schedule'),
        },
      },
      {
        id: 'end',
        op: 'diffusion/SamplingEnd',
        params: { keep_every },
        inputs: { loop: wire('start', 'loop'), x_prev: wire('step', 'x_prev') },
      },
    ]
    return { nodes, outputs: { x_0: wire('end', 'x_0'), trajectory: wire('end', 'trajectory') } }
  },
})
