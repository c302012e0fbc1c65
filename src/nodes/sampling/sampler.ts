// Sampler: the complete sampling loop in one node; opens into its loop.
import { input, wire } from '../../engine/plan/graph.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import type { Param, Params } from '../../engine/plan/op.ts'
import { spacings } from '../../engine/process/timesteps.ts'
import { defineNode, param, slot } from '../define.ts'
import type { OfferedSampler, StepOp } from './defineStep.ts'
import { clippingParams } from './clipping.ts'
import * as index from './steps/index.ts'
import { sigmasParam } from './timesteps.ts'

const rankSampler = ({ name }: OfferedSampler) => ['ddim', 'ddpm', name].indexOf(name)

/** All sampler steps. DDIM comes first, as the default. */
const samplers = Object.values(index)
  .flatMap((op: StepOp) => op.samplers.map((sampler) => ({ ...sampler, op })))
  .sort((a, b) => rankSampler(a) - rankSampler(b) || a.name.localeCompare(b.name))

type ListedSampler = (typeof samplers)[number]

const groupSamplers = () =>
  Object.fromEntries(
    (['deterministic', 'freshNoise', 'distilled'] as const).map((group) => [
      group,
      samplers.filter((each) => (each.group ?? 'deterministic') === group).map(({ name }) => name),
    ]),
  )

/** Returns the params of all steps, each with its samplers. A shared name has a shared meaning. */
function collectStepParams(): Record<string, Param> {
  const params: Record<string, Param> = {}
  const named = samplers.map((sampler) => ({
    sampler: sampler.name,
    params: Object.entries(sampler.params).map(
      ([name, spec]) => [nameInSampler(sampler, name), spec] as const,
    ),
  }))
  for (const [name, spec] of named.flatMap((each) => each.params)) {
    const users = named
      .filter((each) => each.params.some(([other]) => other === name))
      .map(({ sampler }) => sampler)
    params[name] ??= param.when('sampler', users, param.advanced(spec))
  }
  return params
}

const nameInSampler = ({ names }: OfferedSampler, param: string) => names?.[param] ?? param

/**
 * Maps slots and params inside the loop to those of Sampler. A param fixed by a sampler's name maps
 * to `sampler`.
 */
const outerNames = (
  { op, fixed = {}, ...choice }: OfferedSampler & { op: StepOp },
  wired: ReadonlySet<string>,
): Record<string, string> => ({
  'predict.x_t': 'x_T',
  'predict.t': wired.has('timesteps') ? 'timesteps' : 'schedule',
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
    'Samples with a model, from noise to data. Open it to see the loop inside, which is made of nodes and gives the same numbers.',
  aliases: [
    'ksampler',
    'KSamplerAdvanced',
    'SamplerCustom',
    'pipeline',
    'DiffusionPipeline',
    'generate',
    'sample',
    'sampling',
    'inference',
    'p_sample_loop',
  ],
  source: 'Ho et al. 2020, algorithm 2; Song et al. 2021, eq. 12',
  inputs: {
    model: slot.model('Trained or exact model'),
    x_T: slot.samples('Initial noise'),
    schedule: slot.schedule('Schedule that the model was trained with'),
    condition: slot.optional(slot.condition('Labels, one per item or one for all')),
    timesteps: slot.optional(slot.timesteps('Timesteps to visit, instead of those of the params')),
  },
  outputs: { x_0: slot.samples('Samples'), trajectory: slot.trajectory('Intermediate steps') },
  params: {
    sampler: param.choice(
      samplers.map(({ name }) => name),
      'Sampling method',
      Object.fromEntries(samplers.map(({ name, about }) => [name, about])),
      groupSamplers(),
    ),
    num_inference_steps: param.unless(
      'timesteps',
      param.integer(50, { min: 1, max: 100_000 }, 'Number of steps'),
    ),
    timestep_spacing: param.unless(
      'timesteps',
      param.advanced(param.choice(spacings, 'Selection of timesteps: see Timesteps')),
    ),
    sigmas: param.unless('timesteps', param.advanced(sigmasParam)),
    ...collectStepParams(),
    ...clippingParams,
    seed: param.seed(),
    keep_every: param.advanced(
      param.integer(
        1,
        { min: 1, max: 100_000 },
        'Stores every n-th step in the trajectory; fewer if it would exceed 64 MB',
      ),
    ),
  },
  expand: (params, wired) => {
    const choice = samplers.find(({ name }) => name === params.sampler)
    if (!choice) throw new Error(`No sampler ${params.sampler}`)
    return {
      nodes: expandNodes(choice, params, wired),
      outputs: { x_0: wire('end', 'x_0'), trajectory: wire('end', 'trajectory') },
      called: outerNames(choice, wired),
    }
  },
})

/** Returns the params of the step of a sampler, from those of Sampler. */
const selectStepParams = (choice: ListedSampler, params: Params): Params => ({
  ...Object.fromEntries(
    Object.keys(choice.op.params).map((name) => [name, params[nameInSampler(choice, name)]]),
  ),
  ...choice.fixed,
})

const pickTimestepParams = (
  { list }: ListedSampler,
  { num_inference_steps, timestep_spacing, sigmas }: Params,
): Params => ({
  num_inference_steps,
  timestep_spacing,
  sigmas,
  ...list,
})

function expandNodes(
  choice: ListedSampler,
  params: Params,
  wired: ReadonlySet<string>,
): GraphNode[] {
  const modelWires = {
    model: input('model'),
    ...(wired.has('condition') && { condition: input('condition') }),
  }
  const predict: GraphNode = {
    id: 'predict',
    op: 'diffusion/Predict',
    params: {},
    inputs: { ...modelWires, x_t: wire('start', 'x_t'), t: wire('start', 't') },
  }
  const list: GraphNode = {
    id: 'timesteps',
    op: 'diffusion/Timesteps',
    params: pickTimestepParams(choice, params),
    inputs: { schedule: input('schedule') },
  }
  const ownList = wired.has('timesteps')
  return [
    ...(ownList ? [] : [list]),
    {
      id: 'start',
      op: 'diffusion/SamplingStart',
      params: {},
      inputs: {
        x_T: input('x_T'),
        timesteps: ownList ? input('timesteps') : wire('timesteps', 'timesteps'),
      },
    },
    ...(choice.usesModel ? [] : [predict]),
    {
      id: 'step',
      op: choice.op.type,
      params: selectStepParams(choice, params),
      inputs: {
        x_t: wire('start', 'x_t'),
        ...(choice.usesModel ? modelWires : { prediction: wire('predict', 'prediction') }),
        t: wire('start', 't'),
        t_prev: wire('start', 't_prev'),
        schedule: input('schedule'),
      },
    },
    {
      id: 'end',
      op: 'diffusion/SamplingEnd',
      params: { keep_every: params.keep_every },
      inputs: { loop: wire('start', 'loop'), x_prev: wire('step', 'x_prev') },
    },
  ]
}
