// Params as inputs: folded into the plan where their values are known, otherwise read when a node or
// loop starts. Wired values give the same keys and bits as typed ones.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/engine/messages/fault.ts'
import { GraphError } from '../../../src/engine/messages/fault.ts'
import { compile, tryCompile } from '../../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../../src/engine/plan/graph.ts'
import { computeKeys } from '../../../src/engine/plan/keys.ts'
import { opTable, type Op, type Param, type RunOp } from '../../../src/engine/plan/op.ts'
import { problemWith } from '../../../src/engine/plan/params.ts'
import type { Step } from '../../../src/engine/plan/steps.ts'
import { paramType } from '../../../src/engine/plan/paramSlots.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { onCpu } from '../../backends.ts'
import { evaluate, node } from '../../nodes/evaluate.ts'
import { closedSampler } from '../../nodes/samplingLoop.ts'
import { withoutIds } from '../../withoutIds.ts'
import { isFull } from '../../families.ts'

const ops = opTable(nodes)

const plan = (graph: GraphNode[]) => compile({ nodes: graph }, undefined, ops)
const faultsOf = (graph: GraphNode[]): Fault[] =>
  tryCompile({ nodes: graph }, undefined, ops).faults
const allSteps = (step: Step): Step[] =>
  step.kind === 'loop' ? [step, ...step.body.flatMap(allSteps)] : [step]
const findStep = (graph: GraphNode[], id: string) =>
  plan(graph)
    .steps.flatMap(allSteps)
    .find((step) => step.id === id)
const keysOf = (graph: GraphNode[]) => {
  const { values, loops } = computeKeys(plan(graph), ops)
  return { values: [...values].sort(), loops: [...loops].sort() }
}

const schedule = node('schedule', 'NoiseSchedule')
const list = (params: Record<string, unknown>, from?: string) =>
  node(
    'list',
    'Timesteps',
    { schedule: 'schedule.schedule', ...(from && { num_inference_steps: from }) },
    params,
  )
const shown = node('shown', 'Inspect', { value: 'list.timesteps' })

describe('values that are known before the run', () => {
  test('give the plan and the keys of typed ones', () => {
    const typed = [schedule, list({ num_inference_steps: 7 }), shown]
    const wired = [
      schedule,
      node('n', 'Number', {}, { value: 7 }),
      list({ num_inference_steps: 3 }, 'n.number'),
      shown,
    ]
    expect(plan(wired).steps).toEqual(plan(typed).steps)
    expect(keysOf(wired)).toEqual(keysOf(typed))
  })

  test('reach choices, switches and closed nodes', () => {
    const sampler = (params: Record<string, unknown>, wires: Record<string, string>) => [
      schedule,
      node('model', 'ExactModel', { schedule: 'schedule.schedule' }),
      node('noise', 'GaussianNoise', {}, { batch_size: 2, seed: 3 }),
      node('which', 'Text', {}, { value: 'dpmsolver' }),
      node('on', 'Boolean', {}, { value: true }),
      {
        ...closedSampler({ num_inference_steps: 3, ...params }),
        inputs: {
          ...closedSampler({}).inputs,
          ...node('', '', wires).inputs,
        },
      },
      node('shown', 'Inspect', { value: 'sampler.x_0' }),
    ]
    const clipped = Object.entries(ops.get('diffusion/Sampler')?.params ?? {}).find(
      ([, { kind }]) => kind === 'boolean',
    )?.[0]
    if (clipped === undefined) throw new Error('Sampler has no switch.')
    const other = 'euler'
    const wired = sampler({}, { sampler: 'which.text', [clipped]: 'on.number' })
    const named = wired.map((each) =>
      each.id === 'which' ? { ...each, params: { value: other } } : each,
    )
    expect(keysOf(named)).toEqual(keysOf(sampler({ sampler: other, [clipped]: true }, {})))
  })

  test('that a param rejects are faults with a cure', () => {
    expect(
      faultsOf([schedule, node('n', 'Number', {}, { value: 2.5 }), list({}, 'n.number'), shown]),
    ).toMatchObject(
      [{ node: 'list', param: 'num_inference_steps', also: ['n'], cure: /Connect a value/ }].map(
        (fault) => ({ ...fault, cure: expect.stringMatching(fault.cure) }),
      ),
    )
  })
})

const forEach = (values: string) => node('each', 'ForEachStart', {}, { list: values })
const collect = (from: string) => [
  node('end', 'ForEachEnd', { loop: 'each.loop', samples_1: from }),
  node('film', 'Inspect', { value: 'end.frames_1' }),
]
const noise = (wires: Record<string, string>, params = {}) =>
  node('noise', 'GaussianNoise', wires, { batch_size: 2, shape: '2', ...params })

describe('values that are computed during the run', () => {
  test('stay wires; outputs of a Start are never folded', () => {
    const graph = [forEach('1, 2'), noise({ seed: 'each.number' }), ...collect('noise.noise')]
    expect(findStep(graph, 'noise')?.inputs).toEqual({ seed: 'each.number' })
    const timed = [
      schedule,
      list({ num_inference_steps: 1 }),
      node('each', 'ForEachStart', { timesteps: 'list.timesteps' }),
      noise({ seed: 'each.index' }),
      ...collect('noise.noise'),
    ]
    expect(findStep(timed, 'noise')?.inputs).toEqual({ seed: 'each.index' })
  })

  test('have the key of their wire instead of the stored value', () => {
    const graph = (seed: number, values: string) => [
      forEach(values),
      noise({ seed: 'each.number' }, { seed }),
      ...collect('noise.noise'),
    ]
    expect(keysOf(graph(1, '1, 2'))).toEqual(keysOf(graph(2, '1, 2')))
    expect(keysOf(graph(1, '1, 2')).loops).not.toEqual(keysOf(graph(1, '1, 3')).loops)
    const other = [forEach('1, 2'), noise({ seed: 'each.index' }), ...collect('noise.noise')]
    expect(keysOf(other).loops).not.toEqual(keysOf(graph(1, '1, 2')).loops)
  })

  test('of the length of a loop change its results, not the key of the loop', () => {
    const graph = (seed: number) => [
      schedule,
      node('x', 'GaussianNoise', {}, { batch_size: 2, shape: '2', seed }),
      node('model', 'ExactModel', { schedule: 'schedule.schedule' }),
      node('density', 'LogDensity', { model: 'model.model', x_t: 'x.noise' }),
      node('read', 'ReadNumber', { number: 'density.log_density' }),
      node('start', 'RepeatStart', { value_1: 'x.noise', times: 'read.number' }),
      node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'start.value_1' }),
      node('shown', 'Inspect', { value: 'end.value_1' }),
    ]
    const carried = (seed: number) =>
      graph(seed).map((each) =>
        each.id === 'start'
          ? node('start', 'RepeatStart', { value_1: 'model.model', times: 'read.number' })
          : each,
      )
    const keys = (seed: number) => computeKeys(plan(carried(seed)), ops)
    expect(keys(1).loops.get('start')).toBe(keys(2).loops.get('start'))
    expect(keys(1).values.get('end.value_1')).not.toBe(keys(2).values.get('end.value_1'))
  })

  test('are forwarded by a closed node to the inner params with the same value', () => {
    const graph = [
      forEach('2, 3'),
      schedule,
      node('model', 'ExactModel', { schedule: 'schedule.schedule' }),
      node('noise', 'GaussianNoise', {}, { batch_size: 2, seed: 3 }),
      {
        ...closedSampler({}),
        inputs: {
          ...closedSampler({}).inputs,
          ...node('', '', { num_inference_steps: 'each.number', seed: 'each.index' }).inputs,
        },
      },
      ...collect('sampler.x_0'),
    ]
    expect(findStep(graph, 'sampler/timesteps')?.inputs).toMatchObject({
      num_inference_steps: 'each.number',
    })
  })

  test('that change the graph of a closed node are a fault there', () => {
    const sampler = closedSampler({})
    const graph = [
      node('each', 'ForEachStart', {}, { list: 'ddim, euler' }),
      schedule,
      node('model', 'ExactModel', { schedule: 'schedule.schedule' }),
      node('noise', 'GaussianNoise', {}, { batch_size: 2, seed: 3 }),
      {
        ...sampler,
        inputs: { ...sampler.inputs, ...node('', '', { sampler: 'each.text' }).inputs },
      },
      ...collect('sampler.x_0'),
    ]
    expect(withoutIds(faultsOf(graph))).toContainEqual({
      node: 'sampler',
      slot: 'sampler',
      message:
        'Expected a value of sampler that is known before the run, got one that is computed during the run.',
      cure: 'Disconnect sampler and set it, or connect Number, Boolean or Text.',
      also: ['each'],
    })
  })

  test('cannot set params that are read before the run', () => {
    const readers = nodes.filter(
      (op) => 'prepare' in op || ['end', 'observer', 'output'].includes(op.role),
    )
    const places = readers.flatMap((op) =>
      Object.entries(op.params).flatMap(([name, spec]) => {
        const type = paramType(spec)
        return type ? [{ type: op.type, name, from: type === 'text' ? 'text' : 'number' }] : []
      }),
    )
    expect(new Set(places.map(({ type }) => type)).size).toBeGreaterThan(8)
    for (const { type, name, from } of places) {
      const own = node('own', type, { [name]: `each.${from}` })
      const { faults } = tryCompile({ nodes: [forEach('1'), own] }, ['own'], ops)
      expect(withoutIds(faults)).toContainEqual({
        node: 'own',
        slot: name,
        message: `Expected a value of ${name} that is known before the run, got one that is computed during the run.`,
        cure: `Disconnect ${name} and set it, or connect Number, Boolean or Text.`,
        also: ['each'],
      })
    }
  })

  test('on the device are a fault, with the cure that fits the place', () => {
    const fault = (cure: string) => ({
      node: 'noise',
      slot: 'seed',
      message: 'Expected a number that is known on the CPU for seed, got one on the device.',
      cure,
      also: ['loss'],
    })
    const seeded = (wires: Record<string, string>) =>
      noise({ seed: 'loss.loss', ...wires }, { batch_size: 2 })
    const outside = [
      node('x', 'GaussianNoise', {}, { batch_size: 2, shape: '2' }),
      node('loss', 'Loss', { prediction: 'x.noise', target: 'x.noise' }),
      seeded({}),
      node('shown', 'Inspect', { value: 'noise.noise' }),
    ]
    expect(withoutIds(faultsOf(outside))).toContainEqual(fault('Put ReadNumber between the two.'))
    const training = [
      schedule,
      node('data', 'Points', {}, {}),
      node('mlp', 'MLP', {}, {}),
      node('start', 'TrainingStart', {
        model: 'mlp.model',
        dataset: 'data.dataset',
        optimizer: 'optimizer.optimizer',
      }),
      node('optimizer', 'Optimizer'),
      node('t', 'Timestep'),
      node('prediction', 'Predict', { model: 'start.model', x_t: 'start.x_0', t: 't.t' }),
      node('loss', 'Loss', { prediction: 'prediction.prediction', target: 'start.x_0' }),
      seeded({}),
      node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
      node('shown', 'Inspect', { value: 'noise.noise' }),
    ]
    expect(withoutIds(faultsOf(training))).toContainEqual(
      fault(
        'Compute with Formula, which takes it as an input: Training Start cannot read numbers back.',
      ),
    )
  })
})

describe('any graph with wired params', () => {
  const types = [
    'Number',
    'Text',
    'ReadNumber',
    'GaussianNoise',
    'Timestep',
    'Sampler',
    'ForEachStart',
    'ForEachEnd',
    'RepeatStart',
    'RepeatEnd',
    'Formula',
    'Inspect',
    'NoiseSchedule',
  ]
  const value = fc.oneof(
    fc.double(),
    fc.string(),
    fc.constantFrom(NaN, -0, 1e308, null, undefined, 'ddim', '1:2', '__proto__'),
  )
  const slot = fc.constantFrom(
    ...'number text seed batch_size value num_inference_steps sampler list'.split(' '),
    ...'loop a result times index value_1 output t __proto__ x_0'.split(' '),
  )
  const nodesOf = fc.array(
    fc.record({
      type: fc.constantFrom(...types),
      params: fc.array(fc.tuple(slot, value), { maxLength: 3 }),
      wires: fc.array(fc.tuple(slot, fc.nat(7), slot), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 8 },
  )

  test('has a plan or faults, cycles and other damage included', () => {
    fc.assert(
      fc.property(nodesOf, (list) => {
        const graph = list.map(({ type, params, wires }, i): GraphNode => ({
          id: String(i),
          op: `diffusion/${type}`,
          params: Object.fromEntries(params),
          inputs: Object.fromEntries(
            wires.map(([to, from, output]) => [to, { node: String(from), slot: output }]),
          ),
        }))
        const { plan: found, faults } = tryCompile({ nodes: graph }, ['0'], ops)
        expect(Boolean(found) || faults.length > 0).toBe(true)
        if (found) computeKeys(found, ops)
      }),
      { numRuns: process.env.FULL ? 1000 : 300 },
    )
  })
})

// ---- wired = typed

const sources: GraphNode[] = [
  schedule,
  node('x', 'GaussianNoise', {}, { batch_size: 4, shape: '2', seed: 5 }),
  node('y', 'GaussianNoise', {}, { batch_size: 4, shape: '2', seed: 6 }),
  node('t', 'Timestep', {}, { t: 400 }),
  node('times', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 4 }),
  node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'eight_gaussians' }),
  node('prediction', 'Predict', { model: 'model.model', x_t: 'x.noise', t: 't.t' }),
  node('labels', 'Labels', {}, {}),
  node('data', 'Points', {}, {}),
  node('loss', 'Loss', { prediction: 'prediction.prediction', target: 'prediction.prediction' }),
]
const bySlot: Record<string, string> = {
  samples: 'x.noise',
  noise: 'y.noise',
  schedule: 'schedule.schedule',
  timestep: 't.t',
  timesteps: 'times.timesteps',
  model: 'model.model',
  prediction: 'prediction.prediction',
  dataset: 'data.dataset',
  loss: 'loss.loss',
  number: 'loss.loss',
}

/** Wires required inputs to cheap sources; undefined if there is none for some input. */
function wireInputs(op: Op): Record<string, string> | undefined {
  const wires: Record<string, string> = {}
  for (const [slot, { accepts, optional, many }] of Object.entries(op.inputs)) {
    const type = accepts === 'any' ? 'samples' : accepts.find((each) => bySlot[each])
    if (type === undefined && !optional) return undefined
    if (type !== undefined && !optional) wires[many ? `${slot}_1` : slot] = bySlot[type]
  }
  return wires
}

/** Returns a valid value that is not the default. */
function otherValue(spec: Param): number | string | boolean | undefined {
  if (spec.kind === 'choice') return spec.choices.at(-1)
  if (spec.kind === 'boolean') return !spec.default
  if (spec.kind === 'seed') return 7
  if (spec.kind !== 'number') return undefined
  return [spec.default + (spec.integer ? 1 : 0.25), spec.default - 1, spec.min, 1].find(
    (value) => value !== spec.default && problemWith(value, spec) === undefined,
  )
}

const isCheap = (op: Op): op is RunOp =>
  'run' in op && !op.prepare && !op.reads && !op.stateful && !['unet', 'UNet'].includes(op.title)

const cases = nodes.filter(isCheap).flatMap((op) => {
  const wires = wireInputs(op)
  if (!wires) return []
  return Object.entries(op.params).flatMap(([name, spec]) => {
    const value = otherValue(spec)
    return paramType(spec) && value !== undefined ? [{ op, wires, name, spec, value }] : []
  })
})

/** All in the complete tests, otherwise every third. */
const chosenCases = cases.filter((_, i) => process.env.FULL || i % 3 === 0)

// Each param of each node is run twice.
if (isFull)
  onCpu(() => {
    test('every wired param gives the bits and keys of the typed value', async () => {
      const compared: string[] = []
      const others: string[] = []
      for (const { op, wires, name, spec, value } of chosenCases) {
        const output = Object.keys(op.outputs)[0]
        const typed = [...sources, node('own', op.type, wires, { [name]: value })]
        const show = node('shown', 'Inspect', { value: `own.${output}` })
        if (op.outputs[output].many || faultsOf([...typed, show]).length) continue
        const expected = await evaluate(typed, { own: `own.${output}` }).catch((error: unknown) => {
          if (error instanceof GraphError) return undefined
          throw error
        })
        if (!expected) continue
        const constant =
          spec.kind === 'choice'
            ? node('constant', 'Text', {}, { value })
            : spec.kind === 'boolean'
              ? node('constant', 'Boolean', {}, { value })
              : node('constant', 'Number', {}, { value })
        const from = (id: string) => (spec.kind === 'choice' ? `${id}.text` : `${id}.number`)
        const known = [
          ...sources,
          constant,
          node('own', op.type, { ...wires, [name]: from('constant') }),
        ]
        expect(keysOf([...known, show]), `${op.title}.${name}`).toEqual(keysOf([...typed, show]))
        const text = typeof value === 'boolean' ? String(Number(value)) : String(value)
        const looped = [
          ...sources,
          node('each', 'ForEachStart', {}, { list: text }),
          node('own', op.type, { ...wires, [name]: from('each') }),
          node('end', 'ForEachEnd', { loop: 'each.loop' }),
        ]
        const got = await evaluate(looped, { own: `own.${output}` })
        compared.push(`${op.title}.${name}`)
        if (JSON.stringify(got.own, plain) !== JSON.stringify(expected.own, plain))
          others.push(`${op.title}.${name}`)
      }
      expect(others).toEqual([])
      expect(compared.length).toBeGreaterThan(process.env.FULL ? 250 : 83)
    })
  })

const plain = (_: string, value: unknown) =>
  ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value
