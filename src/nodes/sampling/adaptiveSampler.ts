// The whole adaptive sampling loop as one box.
import { input, wire } from '../../engine/plan/graph.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import type { Params } from '../../engine/plan/op.ts'
import { condition, defineNode, model, number, optional, samples, schedule, trajectory } from '../define.ts'
import { adaptiveParams, keepEvery } from './adaptive.ts'
import { adaptiveStepParams } from './dpmAdaptiveStep.ts'
import { holdParams } from './hold.ts'

/** `order` of the control is that of the step. */
const { max_steps, h_init, pcoeff, icoeff, dcoeff, accept_safety } = adaptiveParams
const controlParams = { max_steps, h_init, pcoeff, icoeff, dcoeff, accept_safety }

const pick = (params: object, of: object): Params =>
  Object.fromEntries(Object.keys(of).map((name) => [name, (params as Params)[name]]))

export const adaptiveSampler = defineNode({
  type: 'diffusion/AdaptiveSampler',
  category: 'sampling',
  summary:
    'Samples with a model by DPM-Solver, with as many steps as a tolerance needs. Open it to see the loop inside: it is made of nodes, and gives the same numbers.',
  source: 'Lu et al. 2022a, appendix C; k-diffusion, dpm_adaptive',
  inputs: {
    model: model('trained or exact'),
    x_T: samples('where to start: noise'),
    schedule: schedule('the one the model was trained with'),
    condition: optional(condition('labels, one per item or one for all')),
  },
  outputs: {
    x_0: samples('what came of it'),
    trajectory: trajectory('the steps that counted'),
    accepted: number('how many steps counted'),
    tried: number('how many were made in all'),
  },
  params: { ...adaptiveStepParams, ...controlParams, ...holdParams, keep_every: keepEvery },
  expand: (params, wired) => {
    const nodes: GraphNode[] = [
      {
        id: 'timesteps',
        op: 'diffusion/Timesteps',
        // The ends of the schedule, and clean data; of the steps between only one from pure noise counts.
        params: { num_inference_steps: 10, timestep_spacing: 'linspace' },
        inputs: { schedule: input('schedule') },
      },
      {
        id: 'start',
        op: 'diffusion/AdaptiveSamplingStart',
        params: { ...pick(params, controlParams), order: Number(params.solver_order) },
        inputs: { x_T: input('x_T'), timesteps: wire('timesteps', 'timesteps'), schedule: input('schedule') },
      },
      {
        id: 'step',
        op: 'diffusion/DPMAdaptiveStep',
        params: pick(params, { ...adaptiveStepParams, ...holdParams }),
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
    const outputs = Object.fromEntries(['x_0', 'trajectory', 'accepted', 'tried'].map((slot) => [slot, wire('end', slot)]))
    const called = { 'step.x_t': 'x_T', 'step.t': 'schedule', 'step.t_prev': 'schedule', 'start.order': 'solver_order' }
    return { nodes, outputs, called }
  },
})
