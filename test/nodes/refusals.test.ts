// Checks before a run: invalid graphs are rejected with the node, the reason and a cure, and
// similar valid graphs are accepted.
import { expect, test } from 'vitest'
import type { Fault } from '../../src/engine/messages/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { wire } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { nodes } from '../../src/nodes/table.ts'
import { node } from './evaluate.ts'
import { closedSampler, openLoop } from './samplingLoop.ts'
import { withoutIds } from '../withoutIds.ts'

type Params = Record<string, unknown>

/** Returns the faults and notices of a graph without running it. */
async function checked(graph: GraphNode[]): Promise<Fault[]> {
  const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
  const faults = session.check({ nodes: graph })
  await session.dispose()
  return faults
}

const faultsOf = async (graph: GraphNode[]) =>
  (await checked(graph)).filter(({ notice }) => !notice)
const noticesOf = async (graph: GraphNode[]) =>
  (await checked(graph)).filter(({ notice }) => notice)
const shown = (value: string) => node('shown', 'Inspect', { value })

const flow = node('schedule', 'FlowSchedule')
const table = (params: Params = {}) => node('schedule', 'NoiseSchedule', {}, params)
const zeroSnr = table({ rescale_betas_zero_snr: true })
const trailing = { timestep_spacing: 'trailing' }
const mlp = (params: Params) => node('model', 'MLP', {}, params)
const noise = node('noise', 'GaussianNoise', {}, { batch_size: 2 })

/** Graph with the closed Sampler. */
const closed = (schedule: GraphNode, model: Params, params: Params = {}) => [
  schedule,
  mlp(model),
  noise,
  closedSampler(params),
  shown('sampler.x_0'),
]

/** Graph with an open sampling loop around a step node. */
const open = (
  schedule: GraphNode,
  model: Params,
  step: string,
  params: Params,
  list: Params,
  asks = false,
) => [
  schedule,
  mlp(model),
  noise,
  node('list', 'Timesteps', { schedule: 'schedule.schedule' }, list),
  ...openLoop(step, params, { asks }),
  shown('end.x_0'),
]

const EPSILON = { predicts: 'epsilon' }

test('rejects an epsilon model if sampling starts from pure noise', async () => {
  expect(withoutIds(await faultsOf(closed(flow, EPSILON)))).toEqual([
    {
      node: 'sampler',
      slot: 'model',
      message:
        'Expected a prediction that depends on the data at t = 1000, where x_t is pure noise, got that noise (epsilon).',
      cure: 'Set `predicts` of the model to flow_prediction. A network has to be trained that way.',
    },
  ])
  expect(withoutIds(await faultsOf(open(zeroSnr, EPSILON, 'DDIMStep', {}, trailing)))).toEqual([
    {
      node: 'step',
      slot: 'prediction',
      message:
        'Expected a prediction that depends on the data at t = 999, where x_t is pure noise, got that noise (epsilon).',
      cure: 'Set `predicts` of the model to v_prediction; a network has to be trained that way. Or start where some signal is left: set timestep_spacing to leading, with fewer steps than timesteps.',
    },
  ])
  expect(await faultsOf(open(zeroSnr, EPSILON, 'HeunStep', {}, trailing, true))).toMatchObject([
    { node: 'step', slot: 'model' },
  ])
  // Another beta schedule whose last timestep has no signal.
  expect(await faultsOf(closed(table({ beta_schedule: 'jsd' }), EPSILON, trailing))).toHaveLength(1)
  // AdaptiveSampler, which is not a choice of the Sampler node.
  const adaptive = { ...closedSampler({}), op: 'diffusion/AdaptiveSampler' }
  expect(await faultsOf([flow, mlp(EPSILON), noise, adaptive, shown('sampler.x_0')])).toMatchObject(
    [{ node: 'sampler', slot: 'model' }],
  )
  const corrected = node('corrected', 'LangevinStep', {
    x_t: 'start.x_t',
    model: 'model.model',
    t: 'start.t',
    schedule: 'schedule.schedule',
  })
  const ahead = open(flow, EPSILON, 'EulerStep', {}, {}).map((one) =>
    one.id === 'predict'
      ? { ...one, inputs: { ...one.inputs, x_t: wire('corrected', 'x_t') } }
      : one,
  )
  expect((await faultsOf([...ahead, corrected])).map(({ node, slot }) => [node, slot])).toEqual([
    ['corrected', 'model'],
    ['step', 'prediction'],
  ])
  const ode = node(
    'bits',
    'BitsPerDim',
    { model: 'model.model', x_0: 'noise.noise', schedule: 'schedule.schedule' },
    { method: 'ode' },
  )
  expect(
    await faultsOf([zeroSnr, mlp(EPSILON), noise, ode, shown('bits.bits_per_dim')]),
  ).toMatchObject([
    { node: 'bits', slot: 'model', message: expect.stringContaining('t = 999') as string },
  ])
})

test('accepts other predictions from pure noise, and epsilon from less noise', async () => {
  for (const predicts of ['v_prediction', 'sample', 'flow_prediction']) {
    expect(await faultsOf(closed(flow, { predicts }))).toEqual([])
    expect(await faultsOf(closed(zeroSnr, { predicts }, trailing))).toEqual([])
  }
  expect(await faultsOf(closed(zeroSnr, EPSILON))).toEqual([])
  expect(await faultsOf(closed(table(), EPSILON, trailing))).toEqual([])
  expect(await faultsOf(closed(node('schedule', 'VPSchedule'), EPSILON))).toEqual([])
  expect(await faultsOf(closed(node('schedule', 'SigmaSchedule'), EPSILON))).toEqual([])
  // The last part of a list starts from noised data.
  const rest = open(zeroSnr, EPSILON, 'DDIMStep', {}, trailing).map((one) =>
    one.id === 'start'
      ? node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'part.rest' })
      : one,
  )
  expect(
    await faultsOf([...rest, node('part', 'SplitTimesteps', { timesteps: 'list.timesteps' })]),
  ).toEqual([])
})

const training = (loss: GraphNode[], model: Params, schedule: GraphNode) => [
  schedule,
  mlp(model),
  node('points', 'Points'),
  node('optimizer', 'Optimizer'),
  node('begin', 'TrainingStart', {
    model: 'model.model',
    dataset: 'points.dataset',
    optimizer: 'optimizer.optimizer',
  }),
  node('t', 'RandomTimesteps', { like: 'begin.x_0', schedule: 'schedule.schedule' }),
  node('z', 'GaussianNoise', { like: 'begin.x_0' }),
  node('noised', 'ForwardNoise', {
    x_0: 'begin.x_0',
    t: 't.t',
    noise: 'z.noise',
    schedule: 'schedule.schedule',
  }),
  node('asked', 'Predict', { model: 'begin.model', x_t: 'noised.x_t', t: 't.t' }),
  node('target', 'Target', {
    model: 'begin.model',
    x_0: 'begin.x_0',
    noise: 'z.noise',
    t: 't.t',
    schedule: 'schedule.schedule',
  }),
  ...loss,
  node('trained', 'TrainingEnd', { loop: 'begin.loop', loss: 'loss.loss' }),
]

const plainLoss = (params: Params = {}) =>
  node(
    'loss',
    'Loss',
    {
      prediction: 'asked.prediction',
      target: 'target.target',
      schedule: 'schedule.schedule',
      t: 't.t',
    },
    params,
  )
const hybrid = node('loss', 'HybridLoss', {
  prediction: 'asked.prediction',
  target: 'target.target',
  x_0: 'begin.x_0',
  x_t: 'noised.x_t',
  t: 't.t',
  schedule: 'schedule.schedule',
})

test('finds an epsilon model behind training, averages and guidance', async () => {
  const through = (model: GraphNode[], from: string) => [
    ...training([plainLoss()], EPSILON, flow),
    ...model,
    noise,
    {
      ...closedSampler({}),
      inputs: {
        ...closedSampler({}).inputs,
        model: { node: from, slot: from === 'trained' ? 'ema' : 'model' },
      },
    },
    shown('sampler.x_0'),
  ]
  const refused = [{ node: 'sampler', slot: 'model' }]
  expect(await faultsOf(through([], 'trained'))).toMatchObject(refused)
  expect(
    await faultsOf(through([node('guided', 'GuidedModel', { model: 'trained.model' })], 'guided')),
  ).toMatchObject(refused)
  const average = node('average', 'AveragedModel', {
    model: 'trained.model',
    training: 'trained.training',
  })
  expect(await faultsOf(through([average], 'average'))).toMatchObject(refused)
  // A preconditioned model predicts x_0, regardless of the prediction type of its inner network,
  // but requires a finite ratio of noise to signal.
  const edm = node('edm', 'Precondition', { model: 'trained.model', schedule: 'schedule.schedule' })
  expect(withoutIds(await faultsOf(through([edm], 'edm')))).toEqual([
    {
      node: 'sampler',
      slot: 'model',
      message:
        'Expected a finite σ / α for a preconditioned model, got infinity at t = 1000, where no signal is left.',
      cure: 'Use a schedule whose largest σ is finite, such as SigmaSchedule.',
    },
  ])
  const sigmas = through([edm], 'edm').map((one) =>
    one.id === 'schedule' ? node('schedule', 'SigmaSchedule') : one,
  )
  expect(await faultsOf(sigmas)).toEqual([])

  const guided = open(flow, EPSILON, 'EulerStep', {}, {}).map((one) =>
    one.id === 'step'
      ? { ...one, inputs: { ...one.inputs, prediction: { node: 'joined', slot: 'prediction' } } }
      : one,
  )
  const joined = node('joined', 'Guidance', {
    conditional: 'predict.prediction',
    unconditional: 'predict.prediction',
  })
  expect(await faultsOf([...guided, joined])).toMatchObject([{ node: 'step', slot: 'prediction' }])
  const projected = node('joined', 'AdaptiveProjectedGuidance', {
    conditional: 'predict.prediction',
    unconditional: 'predict.prediction',
    x_t: 'start.x_t',
    t: 'start.t',
    schedule: 'schedule.schedule',
  })
  expect(await faultsOf([...guided, projected])).toMatchObject([
    { node: 'joined', slot: 'conditional' },
  ])
})

test('rejects UniPC with bh1 if the timesteps end at clean data', async () => {
  const bh1 = { solver_type: 'bh1' }
  const list = { ...trailing, num_inference_steps: 5 }
  expect(withoutIds(await faultsOf(open(table(), EPSILON, 'UniPCStep', bh1, list)))).toEqual([
    {
      node: 'step',
      param: 'solver_type',
      message:
        'Expected a list of timesteps that ends at some noise for bh1, got clean data, where its B(h) = h is infinite.',
      cure: 'Set solver_type to bh2, or `end` of Timesteps to smallest.',
    },
  ])
  expect(await faultsOf(open(table(), EPSILON, 'UniPCStep', {}, list))).toEqual([])
  expect(
    await faultsOf(open(table(), EPSILON, 'UniPCStep', bh1, { ...list, end: 'smallest' })),
  ).toEqual([])
})

test('rejects a learned variance in steps, bounds and losses if the model has none', async () => {
  const none = {
    message:
      'Expected a model with a learned variance (two outputs per value), got one output per value.',
    cure: 'Set learned_variance of UNet or MLP to learned_range and train it, or choose a fixed variance.',
  }
  const learned = { sampler: 'ddpm', variance: 'learned' }
  const two = { ...EPSILON, learned_variance: 'learned_range' }
  expect(withoutIds(await faultsOf(closed(table(), EPSILON, learned)))).toEqual([
    { node: 'sampler', slot: 'model', ...none },
  ])
  expect(await faultsOf(closed(table(), two, learned))).toEqual([])
  expect(await faultsOf(closed(table(), EPSILON, { ...learned, variance: 'fixed_large' }))).toEqual(
    [],
  )

  const bound = (model: Params) => [
    table(),
    mlp(model),
    noise,
    node(
      'bits',
      'BitsPerDim',
      { model: 'model.model', x_0: 'noise.noise', schedule: 'schedule.schedule' },
      { variance: 'learned' },
    ),
    shown('bits.bits_per_dim'),
  ]
  expect(withoutIds(await faultsOf(bound(EPSILON)))).toEqual([
    { node: 'bits', slot: 'model', ...none },
  ])
  expect(await faultsOf(bound(two))).toEqual([])

  // The same with a UNet, whose output has as many channels as its input, or twice as many.
  const unet = (params: Params) => [
    table(),
    node('model', 'UNet', {}, params),
    node('noise', 'GaussianNoise', {}, { batch_size: 1, shape: 'image' }),
    closedSampler(learned),
    shown('sampler.x_0'),
  ]
  expect(await faultsOf(unet({}))).toMatchObject([{ node: 'sampler', slot: 'model' }])
  expect(await faultsOf(unet({ learned_variance: 'learned' }))).toEqual([])

  const trained = (model: Params) => [
    ...training([hybrid], model, table()),
    shown('trained.history'),
  ]
  expect(withoutIds(await faultsOf(trained(EPSILON)))).toEqual([
    { node: 'loss', slot: 'prediction', ...none },
  ])
  expect(await faultsOf(trained(two))).toEqual([])
  const edm = node('edm', 'Precondition', { model: 'model.model', schedule: 'schedule.schedule' })
  expect(await faultsOf([table(), mlp(two), edm, shown('edm.model')])).toMatchObject([
    { node: 'edm', slot: 'model' },
  ])
})

test('rejects noise solvers from pure noise, and fresh noise on ascending timesteps', async () => {
  const v = { predicts: 'v_prediction' }
  const inNoise = {
    slot: 't',
    message: expect.stringMatching(
      /^Expected a t with some signal to start from, got 999/,
    ) as string,
  }
  expect(await faultsOf(closed(zeroSnr, v, { ...trailing, sampler: 'deis' }))).toMatchObject([
    { node: 'sampler', param: 'sampler' },
  ])
  expect(await faultsOf(open(zeroSnr, v, 'DEISStep', {}, trailing))).toMatchObject([
    { node: 'step', ...inNoise },
  ])
  const off = { predict_x0: false }
  expect(await faultsOf(open(zeroSnr, v, 'UniPCStep', off, trailing))).toMatchObject([
    { node: 'step', ...inNoise },
  ])
  expect(await faultsOf(open(zeroSnr, v, 'UniPCStep', {}, trailing))).toEqual([])

  const up = (params: Params, step = 'DDIMStep') => [
    ...open(table(), EPSILON, step, params, {}).map((one) =>
      one.id === 'start'
        ? node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'up.timesteps' })
        : one,
    ),
    node('up', 'FlipTimesteps', { timesteps: 'list.timesteps' }),
  ]
  expect(await faultsOf(up({ eta: 1 }))).toMatchObject([{ node: 'step', param: 'eta' }])
  expect(await faultsOf(up({}))).toEqual([])
  for (const step of ['DDPMStep', 'DPMpp2MSDEStep', 'SASolverStep', 'ReverseDiffusionStep']) {
    expect(await faultsOf(up({}, step))).toMatchObject([{ node: 'step', slot: 't_prev' }])
  }
  expect(await faultsOf(up({ tau: 0 }, 'SASolverStep'))).toEqual([])
})

test('rejects steps of RePaint that cannot ascend from clean data', async () => {
  const repaint = (step: string, params: Params, jumps: Params, asks = false) => [
    ...open(table(), EPSILON, step, params, {}, asks).map((one) =>
      one.id === 'start'
        ? node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'way.timesteps' })
        : one,
    ),
    node('way', 'RePaintTimesteps', { timesteps: 'list.timesteps' }, jumps),
  ]
  const jumps = { jump_length: 5, jump_n_sample: 3 }
  expect(await faultsOf(repaint('EulerStep', {}, jumps))).toMatchObject([
    {
      node: 'predict',
      slot: 't',
      message: expect.stringMatching(/^Expected a timestep with some noise/) as string,
    },
  ])
  expect(await faultsOf(repaint('HeunStep', {}, jumps, true))).toMatchObject([
    { node: 'step', slot: 't' },
  ])
  expect(await faultsOf(repaint('EulerStep', {}, { ...jumps, jump_n_sample: 1 }))).toEqual([])
  expect(await faultsOf(repaint('RePaintStep', {}, jumps, true))).toMatchObject([
    { slot: 'x_0', message: 'Required input x_0 is not connected.' },
    { slot: 'mask', message: 'Required input mask is not connected.' },
  ])
})

test('accepts epsilon training at pure noise with a notice, rejects infinite weights', async () => {
  const notices = (schedule: GraphNode, model: Params, loss: Params = {}) =>
    noticesOf([...training([plainLoss(loss)], model, schedule), shown('trained.history')])
  expect(await notices(zeroSnr, EPSILON)).toMatchObject([
    {
      node: 'target',
      message:
        'At t = 999, x_t is pure noise: a model that predicts epsilon only has to copy it, and sampling cannot start there. Models that predict v_prediction learn something.',
    },
  ])
  expect(await notices(zeroSnr, { predicts: 'v_prediction' })).toEqual([])
  expect(await notices(table(), EPSILON)).toEqual([])
  // Random times of a flow exclude its ends.
  expect(await notices(flow, EPSILON)).toEqual([])
  // Without the check, an infinite weight would occur in only a few of the training steps.
  const weighted = (weighting: string) =>
    faultsOf([...training([plainLoss({ weighting })], EPSILON, zeroSnr), shown('trained.history')])
  expect(await weighted('snr_plus_1')).toMatchObject([
    {
      node: 'loss',
      slot: 't',
      message: expect.stringContaining('at t = 999, where no signal is left') as string,
    },
  ])
  expect(await weighted('min_snr')).toEqual([])
  // The target is of another type than the prediction.
  const turned = node(
    'turned',
    'ConvertPrediction',
    { prediction: 'target.target', x_t: 'noised.x_t', t: 't.t', schedule: 'schedule.schedule' },
    { to: 'sample' },
  )
  const against = {
    ...plainLoss(),
    inputs: { ...plainLoss().inputs, target: wire('turned', 'prediction') },
  }
  expect(
    withoutIds(
      await faultsOf([...training([turned, against], EPSILON, table()), shown('trained.history')]),
    ),
  ).toEqual([
    {
      node: 'loss',
      slot: 'target',
      message: 'Expected target of the kind of prediction, epsilon, got sample.',
      cure: 'Make both of one kind, with Target or ConvertPrediction.',
    },
  ])
})

test('rejects invalid schedules and timesteps, and timesteps of another schedule', async () => {
  const graph = (schedule: GraphNode, params: Params) => [
    schedule,
    node('list', 'Timesteps', { schedule: 'schedule.schedule' }, params),
    shown('list.timesteps'),
  ]
  expect(await faultsOf(graph(zeroSnr, { sigmas: 'karras' }))).toMatchObject([
    { node: 'list', param: 'sigma_max' },
  ])
  expect(await faultsOf(graph(zeroSnr, { num_inference_steps: 2000 }))).toMatchObject([
    { node: 'list', param: 'num_inference_steps' },
  ])
  const backwards = node('schedule', 'SigmaSchedule', {}, { sigma_min: 2, sigma_max: 1 })
  expect(await faultsOf(graph(backwards, {}))).toMatchObject([
    { node: 'schedule', param: 'sigma_max' },
  ])
  // A fault is reported once, at its source, and not by the nodes that use the value.
  expect(
    await faultsOf(graph(node('schedule', 'FlowSchedule', {}, { num_train_timesteps: -1 }), {})),
  ).toMatchObject([{ node: 'schedule', param: 'num_train_timesteps' }])
  expect(await faultsOf(graph(node('schedule', 'GaussianNoise'), {}))).toMatchObject([
    { node: 'list', slot: 'schedule' },
  ])
  const other = open(table({ num_train_timesteps: 100 }), EPSILON, 'DDIMStep', {}, {}).map((one) =>
    one.id === 'list' ? node('list', 'Timesteps', { schedule: 'longer.schedule' }) : one,
  )
  expect(await faultsOf([...other, node('longer', 'NoiseSchedule')])).toMatchObject([
    { node: 'step', slot: 't' },
  ])
})

test('reports a fault inside the Sampler on the Sampler node', async () => {
  const told = async (params: Params, schedule = table()) =>
    (await faultsOf(closed(schedule, EPSILON, params)))[0]
  expect(await told({ num_inference_steps: 2000 })).toMatchObject({
    node: 'sampler',
    param: 'num_inference_steps',
  })
  // Only an inner node has this param, so that the cure names it and how to reach it.
  expect(withoutIds(await told({ sigmas: 'karras' }, zeroSnr))).toEqual({
    node: 'sampler',
    message:
      'Expected a finite σ to start from, got infinity: no signal is left at the last timestep of the schedule.',
    cure: 'Set sigma_max to 80, for example, or set `sigmas` to schedule. To change `sigma_max`, open Sampler.',
  })
  expect(
    (await faultsOf([closedSampler({}), shown('sampler.x_0')])).map(({ node, slot }) => [
      node,
      slot,
    ]),
  ).toEqual(expect.arrayContaining(['model', 'x_T', 'schedule'].map((slot) => ['sampler', slot])))
})

test('checks the contents of a checkpoint after loading, before any computation', async () => {
  const keep = node('keep', 'SaveCheckpoint', {
    model: 'model.model',
    schedule: 'schedule.schedule',
  })
  let file: Uint8Array | undefined
  const saving = createSession({
    ops: opTable(nodes),
    onEvent: (event) => event.type === 'file' && (file = event.file.bytes),
  })
  await saving.run({
    type: 'run',
    run: 1,
    graph: { nodes: [zeroSnr, mlp({ ...EPSILON, hidden: 8 }), keep] },
  })
  await saving.dispose()
  const kept = createStoredFiles(memoryStore())
  const load = node(
    'model',
    'LoadCheckpoint',
    {},
    { checkpoint: await kept.put('zero.zip', file!) },
  )

  const events: Event[] = []
  const session = createSession({
    ops: opTable(nodes),
    assets: createAssets(kept, createStoredFiles(memoryStore()), shippedInNode()),
    onEvent: (event) => events.push(event),
  })
  const from = {
    ...closedSampler(trailing),
    inputs: { ...closedSampler({}).inputs, schedule: wire('model', 'schedule') },
  }
  const graph = { nodes: [load, noise, from, shown('sampler.x_0')] }
  // The contents of the checkpoint are unknown before it is loaded.
  expect(session.check(graph)).toEqual([])
  await session.run({ type: 'run', run: 2, graph })
  await session.dispose()
  expect(events.filter(({ type }) => type === 'busy')).toEqual([])
  expect(events.find(({ type }) => type === 'faults')).toMatchObject({
    faults: [
      {
        node: 'sampler',
        slot: 'model',
        message: expect.stringContaining('at t = 999, where x_t is pure noise') as string,
      },
    ],
  })
})
