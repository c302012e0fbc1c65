// AdaptiveSampler: the adaptive sampling loop in one node; opens into its loop.
import { input, wire } from '../../engine/plan/graph.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import type { Params } from '../../engine/plan/op.ts'
import { defineNode, slot } from '../define.ts'
import { adaptiveParams, keepEvery } from './adaptive.ts'
import { adaptiveStepParams } from './dpmAdaptiveStep.ts'
import { clippingParams } from './clipping.ts'

/** Params of the step size control without `order`, which is the step's. */
const { max_steps, h_init, pcoeff, icoeff, dcoeff, accept_safety } = adaptiveParams
const controlParams = { max_steps, h_init, pcoeff, icoeff, dcoeff, accept_safety }

const pickParams = (params: object, of: object): Params =>
  Object.fromEntries(Object.keys(of).map((name) => [name, (params as Params)[name]]))

export const adaptiveSampler = defineNode({
  type: 'diffusion/AdaptiveSampler',
  category: 'sampling',
  summary:
    'Samples with DPM-Solver and adaptive step sizes, with as many steps as the tolerance requires. Open it to see the loop inside, which is made of nodes and gives the same numbers.',
  aliases: ['adaptive step size', 'dopri5', 'rk45'],
  source: 'Lu et al. 2022a, appendix C; k-diffusion, dpm_adaptive',
  inputs: {
    model: slot.model('Trained or exact model'),
    x_T: slot.samples('Initial noise'),
    schedule: slot.schedule('Schedule that the model was trained with'),
    condition: slot.optional(slot.condition('Labels, one per item or one for all')),
  },
  outputs: {
    x_0: slot.samples('Samples'),
    trajectory: slot.trajectory('Accepted steps'),
    accepted: slot.onHost(slot.number('Number of accepted steps')),
    tried: slot.onHost(slot.number('Number of all attempted steps')),
  },
  params: { ...adaptiveStepParams, ...controlParams, ...clippingParams, keep_every: keepEvery },
  expand: (params, wired) => ({
    nodes: expandAdaptiveNodes(params, wired),
    outputs: Object.fromEntries(
      ['x_0', 'trajectory', 'accepted', 'tried'].map((slot) => [slot, wire('end', slot)]),
    ),
    called: {
      'step.x_t': 'x_T',
      'step.t': 'schedule',
      'step.t_prev': 'schedule',
      'start.order': 'solver_order',
    },
  }),
})

const expandAdaptiveNodes = (params: Params, wired: ReadonlySet<string>): GraphNode[] => [
  {
    id: 'timesteps',
    op: 'diffusion/Timesteps',
    // Only the ends of the schedule and clean data matter, and the first step from pure noise.
    params: { num_inference_steps: 10, timestep_spacing: 'linspace' },
    inputs: { schedule: input('schedule') },
  },
  {
    id: 'start',
    op: 'diffusion/AdaptiveSamplingStart',
    params: { ...pickParams(params, controlParams), order: Number(params.solver_order) },
    inputs: {
      x_T: input('x_T'),
      timesteps: wire('timesteps', 'timesteps'),
      schedule: input('schedule'),
    },
  },
  {
    id: 'step',
    op: 'diffusion/DPMAdaptiveStep',
    params: pickParams(params, { ...adaptiveStepParams, ...clippingParams }),
    inputs: {
      x_t: wire('start', 'x_t'),
      x_low: wire('start', 'x_low'),
      model: input('model'),
      ...(wired.has('condition') && { condition: input('condition') }),
      t: wire('start', 't'),
      t_prev: wire('start', 't_prev'),
      schedule: input('schedule'),
    },
  },
  {
    id: 'end',
    op: 'diffusion/AdaptiveSamplingEnd',
    params: { keep_every: params.keep_every },
    inputs: {
      loop: wire('start', 'loop'),
      x_prev: wire('step', 'x_prev'),
      x_low: wire('step', 'x_low'),
      error: wire('step', 'error'),
    },
  },
]
