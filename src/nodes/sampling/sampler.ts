// The whole sampling loop as one box.
import { input, wire } from '../../engine/plan/graph.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import type { Param, Params } from '../../engine/plan/op.ts'
import { spacings } from '../../engine/timesteps.ts'
import {
  advanced,
  choice,
  condition,
  defineNode,
  integer,
  model,
  optional,
  samples,
  schedule,
  seed,
  trajectory,
  when,
} from '../define.ts'
import type { OfferedSampler, StepOp } from './defineStep.ts'
import { holdParams } from './hold.ts'
import * as index from './steps/index.ts'
import { sigmasParam } from './timesteps.ts'

const rank = ({ name }: OfferedSampler) => ['ddim', 'ddpm', name].indexOf(name)

/** DDIM first: it is the default. */
const samplers = Object.values(index)
  .flatMap((op: StepOp) => op.samplers.map((sampler) => ({ ...sampler, op })))
  .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))

/** The params of all steps, each with the samplers it is for; steps that share one mean the same by it. */
function paramsOfSteps(): Record<string, Param> {
  const params: Record<string, Param> = {}
  const named = samplers.map((sampler) => ({
    sampler: sampler.name,
    params: Object.entries(sampler.params).map(([name, param]) => [nameInSampler(sampler, name), param] as const),
  }))
  for (const [name, param] of named.flatMap((each) => each.params)) {
    const those = named.filter((each) => each.params.some(([other]) => other === name)).map(({ sampler }) => sampler)
    params[name] ??= when('sampler', those, advanced(param))
  }
  return params
}

const nameInSampler = ({ names }: OfferedSampler, param: string) => names?.[param] ?? param

/** What slots and params inside the loop are on the Sampler. What a name of a sampler fixes is changed by another one. */
const calledIn = ({ op, fixed = {}, ...choice }: OfferedSampler & { op: StepOp }): Record<string, string> => ({
  'predict.x_t': 'x_T',
  'predict.t': 'schedule',
  'step.x_t': 'x_T',
  'step.prediction': 'model',
  'step.t': 'sampler',
  'step.t_prev': 'sampler',
  ...Object.fromEntries(
    Object.keys(op.params).map((name) => [
      `step.${name}`,
      name in fixed ? 'sampler' : nameInSampler(choice as OfferedSampler, name),
    ]),
  ),
})

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
    sampler: choice(
      samplers.map(({ name }) => name),
      'how a step is made',
      Object.fromEntries(samplers.map(({ name, about }) => [name, about])),
    ),
    num_inference_steps: integer(50, { min: 1, max: 100_000 }, 'how many steps'),
    timestep_spacing: advanced(choice(spacings, 'which timesteps: see Timesteps')),
    sigmas: advanced(sigmasParam),
    ...paramsOfSteps(),
    ...holdParams,
    seed: seed(),
    keep_every: advanced(
      integer(1, { min: 1, max: 100_000 }, 'the trajectory keeps every n-th step; where that is more than 64 MB, fewer'),
    ),
  },
  expand: (params, wired) => {
    const { sampler, num_inference_steps, timestep_spacing, sigmas, keep_every } = params
    const choice = samplers.find(({ name }) => name === sampler)!
    const { asks } = choice
    const chosen = Object.keys(choice.op.params).map((name) => [name, (params as Params)[nameInSampler(choice, name)]])
    const own = { ...Object.fromEntries(chosen), ...choice.fixed }
    const asked = { model: input('model'), ...(wired.has('condition') && { condition: input('condition') }) }
    const nodes: GraphNode[] = [
      {
        id: 'timesteps',
        op: 'diffusion/Timesteps',
        params: { num_inference_steps, timestep_spacing, sigmas },
        inputs: { schedule: input('schedule') },
      },
      {
        id: 'start',
        op: 'diffusion/SamplingStart',
        params: {},
        inputs: { x_T: input('x_T'), timesteps: wire('timesteps', 'timesteps') },
      },
      ...(asks
        ? []
        : [
            {
              id: 'predict',
              op: 'diffusion/Predict',
              params: {},
              inputs: { ...asked, x_t: wire('start', 'x_t'), t: wire('start', 't') },
            },
          ]),
      {
        id: 'step',
        op: choice.op.type,
        params: own,
        inputs: {
          x_t: wire('start', 'x_t'),
          ...(asks ? asked : { prediction: wire('predict', 'prediction') }),
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
    return { nodes, outputs: { x_0: wire('end', 'x_0'), trajectory: wire('end', 'trajectory') }, called: calledIn(choice) }
  },
})
