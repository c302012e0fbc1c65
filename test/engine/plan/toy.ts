// Toy nodes for tests of the plan: numbers on wires, counting loops, a training with one weight.
import { opTable } from '../../../src/engine/plan/op.ts'
import type { Graph, GraphNode, Wire } from '../../../src/engine/plan/graph.ts'
import { wire } from '../../../src/engine/plan/graph.ts'
import { tf, type Scalar, type Tensor } from '../../../src/engine/base/tf.ts'
import type { Loss, NumberValue } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import type { Value } from '../../../src/engine/plan/slotValues.ts'
import { defineLoop, defineNode, param, slot } from '../../../src/nodes/define.ts'
import { runTidied } from '../../../src/engine/base/memory.ts'

export const toNumberValue = (tensor: Tensor) => ({
  type: 'number' as const,
  tensor: tensor as Scalar,
})

/** Number of runs of each node, by type or label. */
export const ran: string[] = []

const base = { category: 'tools', summary: 'A toy.' } as const

export const constant = defineNode({
  ...base,
  type: 'toy/Constant',
  inputs: {},
  outputs: { value: slot.number() },
  params: { value: param.real(1, {}, 'the number') },
  run: (_, { value }) => {
    ran.push(`constant ${value}`)
    return { value: toNumberValue(tf.scalar(value)) }
  },
})

export const add = defineNode({
  ...base,
  type: 'toy/Add',
  inputs: { a: slot.number(), b: slot.optional(slot.number()) },
  outputs: { sum: slot.number(), difference: slot.number() },
  params: {},
  run: ({ a, b }) => {
    ran.push('add')
    return {
      sum: toNumberValue(b ? a.tensor.add(b.tensor) : a.tensor),
      difference: toNumberValue(b ? a.tensor.sub(b.tensor) : tf.scalar(0)),
    }
  },
})

/** Draws one random number. */
export const draw = defineNode({
  ...base,
  type: 'toy/Draw',
  inputs: { like: slot.optional(slot.any()) },
  outputs: { noise: slot.noise() },
  params: { seed: param.seed() },
  run: (_, __, { random }) => ({
    noise: { type: 'noise', space: 'point', tensor: tf.tensor(random.normal(1), [1, 1]) },
  }),
})

export const shift = defineNode({
  ...base,
  type: 'toy/Shift',
  inputs: { a: slot.number(), noise: slot.noise() },
  outputs: { sum: slot.number() },
  params: {},
  run: ({ a, noise: by }) => ({ sum: toNumberValue(a.tensor.add(by.tensor.reshape([]))) }),
})

/** Sums its inputs since the loop started. */
export const remember = defineNode({
  ...base,
  type: 'toy/Remember',
  inputs: { a: slot.number() },
  outputs: { total: slot.number() },
  params: {},
  stateful: true,
  run: ((
    { a }: { a: { tensor: Scalar } },
    _: unknown,
    __: unknown,
    before: { total: Scalar } | undefined,
  ) => {
    const total = before ? a.tensor.add(before.total) : a.tensor.clone()
    return { outputs: { total: toNumberValue(total) }, state: { total } }
  }) as never,
})

export const show = defineNode({
  ...base,
  type: 'toy/Show',
  inputs: { value: slot.any() },
  outputs: {},
  params: {},
  view: async ({ value }, _, { index, label }) => ({
    kind: 'statistics',
    type: value.type,
    shape: [],
    mean: 'tensor' in value ? ((await value.tensor?.data())?.[0] ?? Number.NaN) : Number.NaN,
    std: 0,
    min: 0,
    max: 0,
    nan: 0,
    histogram: new Float64Array(0),
    notes: [['at', `${index ?? ''} ${label ?? ''}`.trim()]],
  }),
})

export const chart = defineNode({
  ...base,
  type: 'toy/Chart',
  inputs: { values: slot.many(slot.number()) },
  outputs: {},
  params: {},
  collects: 'values',
  view: async (_, __, { series, earlier }) => ({
    kind: 'chart',
    title: '',
    xLabel: '',
    yLabel: '',
    yLog: false,
    lines: [
      ...series.map(({ slot, x, y }) => ({ name: slot, x, y })),
      ...earlier.flat().map(({ slot, x, y }) => ({ name: slot, x, y, kept: true })),
    ],
  }),
})

export const save = defineNode({
  ...base,
  type: 'toy/Save',
  inputs: { value: slot.number() },
  outputs: {},
  params: {},
  files: async ({ value }) => [
    {
      name: 'value.txt',
      mime: 'text/plain',
      bytes: new TextEncoder().encode(String((await value.tensor.data())[0])),
    },
  ],
})

interface Counting {
  x: NumberValue | Loss
}

/** A sampling loop over numbers. */
export const sampling = defineLoop({
  start: {
    ...base,
    type: 'toy/SamplingStart',
    inputs: { x: slot.number(), times: slot.optional(slot.number()) },
    each: { x: slot.like('x'), t: slot.number() },
    params: { steps: param.integer(3, {}, 'iterations') },
  },
  end: {
    ...base,
    type: 'toy/SamplingEnd',
    next: { x: slot.number(), again: slot.optional(slot.number()) },
    done: { x: slot.number(), seen: slot.number() },
    params: {},
  },
  carries: { x: 'x' },
  behaviour: {
    extents: ['steps'],
    samples: true,
    iterations: (_, { start }) => start.steps,
    begin: ({ x }): Counting => ({ x }),
    each: ({ x }, index) => ({ x, t: toNumberValue(tf.scalar(index)) }),
    advance: (_, { x }) => ({ x }),
    done: ({ x }) => ({ x: toNumberValue(x.tensor), seen: toNumberValue(x.tensor) }),
    label: (_, index) => `t = ${index}`,
  },
})

interface Training {
  weight: Tensor
  loss?: Value
}

const createToyModel = (weight: Tensor): Model => ({
  type: 'model',
  kind: 'toy',
  config: {},
  predicts: 'epsilon',
  weights: { weight },
  children: {},
})

export const net = defineNode({
  ...base,
  type: 'toy/Net',
  inputs: {},
  outputs: { model: slot.model() },
  params: { weight: param.real(0, {}, 'initial weight') },
  run: (_, { weight }) => ({ model: createToyModel(tf.scalar(weight)) }),
})

export const apply = defineNode({
  ...base,
  type: 'toy/Apply',
  inputs: { model: slot.model(), x: slot.number() },
  outputs: { y: slot.number() },
  params: {},
  run: ({ model: { weights }, x }) => ({ y: toNumberValue(weights.weight.mul(x.tensor)) }),
})

export const squaredError = defineNode({
  ...base,
  type: 'toy/SquaredError',
  inputs: { a: slot.number(), b: slot.number() },
  outputs: { loss: slot.loss() },
  params: { broken: param.toggle(false, 'gives NaN') },
  run: ({ a, b }, { broken }) => ({
    loss: {
      type: 'loss',
      tensor: tf.squaredDifference(a.tensor, b.tensor).mul(broken ? Number.NaN : 1) as Scalar,
    },
  }),
})

/** Gradient descent on one weight with random x. */
export const training = defineLoop({
  start: {
    ...base,
    type: 'toy/TrainingStart',
    inputs: { model: slot.model(), lr: slot.optional(slot.number()) },
    each: { x: slot.number(), model: slot.model(), step: slot.number() },
    params: { steps: param.integer(4, {}, 'iterations'), seed: param.seed() },
  },
  end: {
    ...base,
    type: 'toy/TrainingEnd',
    next: { loss: slot.loss() },
    done: { model: slot.model() },
    params: { emit_every: param.integer(0, {}, 'emission') },
  },
  carries: {},
  behaviour: {
    extents: ['steps', 'emit_every'],
    trains: true,
    iterations: (_, { start }) => start.steps,
    emitEvery: ({ end }) => end.emit_every,
    begin: ({ model: initial }): Training => ({ weight: initial.weights.weight }),
    each: ({ weight }, index, _, __, { random }) => {
      ran.push('train')
      return {
        x: toNumberValue(tf.scalar(1 + random.uniform(1)[0])),
        model: createToyModel(weight),
        step: toNumberValue(tf.scalar(index)),
      }
    },
    around: ({ weight }, each, body) => {
      const { value, grads } = runTidied(() =>
        tf
          .engine()
          .gradients(
            () => body({ ...each, model: createToyModel(weight) }).loss.tensor,
            [weight],
            undefined,
            true,
          ),
      )
      return {
        weight: weight.sub(grads[0].mul(0.1)),
        loss: { type: 'loss' as const, tensor: value },
      }
    },
    loss: ({ loss: last }) => last,
    weights: ({ weight }) => [weight],
    done: ({ weight }) => ({ model: createToyModel(weight) }),
  },
})

/** Adds b to a twice; expands to other nodes. */
export const twice = defineNode({
  ...base,
  type: 'toy/Twice',
  inputs: { a: slot.number(), b: slot.number() },
  outputs: { sum: slot.number() },
  params: {},
  expand: () => ({
    nodes: [
      {
        id: 'first',
        op: 'toy/Add',
        params: {},
        inputs: { a: { node: '', slot: 'a' }, b: { node: '', slot: 'b' } },
      },
      {
        id: 'second',
        op: 'toy/Add',
        params: {},
        inputs: { a: wire('first', 'sum'), b: { node: '', slot: 'b' } },
      },
    ],
    outputs: { sum: wire('second', 'sum') },
  }),
})

export const note = defineNode({
  ...base,
  type: 'toy/Note',
  inputs: {},
  outputs: {},
  params: {},
  note: true,
})

export const ops = opTable([
  constant,
  add,
  draw,
  shift,
  remember,
  show,
  chart,
  save,
  ...sampling,
  net,
  apply,
  squaredError,
  ...training,
  twice,
  note,
])

/** Creates a node from id, type, wires ("node.slot") and params. */
export function node(
  id: string,
  op: string,
  inputs: Record<string, string> = {},
  params: Record<string, unknown> = {},
): GraphNode {
  return {
    id,
    op: `toy/${op}`,
    params,
    inputs: Object.fromEntries(Object.entries(inputs).map(([slot, from]) => [slot, at(from)])),
  }
}

export const graph = (...nodes: GraphNode[]): Graph => ({ nodes })

const at = (from: string): Wire => {
  const dot = from.lastIndexOf('.')
  return wire(from.slice(0, dot), from.slice(dot + 1))
}
