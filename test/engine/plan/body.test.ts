// Loops that run their bodies themselves: several calls of a body, errors, and loops inside.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tf, type Scalar } from '../../../src/engine/base/tf.ts'
import { tryCompile } from '../../../src/engine/plan/compile.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import type { StatisticsView } from '../../../src/engine/base/view.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { defineLoop, slot } from '../../../src/nodes/define.ts'
import { graph, node, ops, ran, toNumberValue } from './toy.ts'

/** Symmetric difference f(x + 1) - f(x - 1) of the body, and f(x) itself: three calls. */
const [differenceStart, differenceEnd] = defineLoop({
  start: {
    type: 'toy/DifferenceStart',
    category: 'tools',
    summary: 'A toy.',
    inputs: { x: slot.number() },
    each: { x: slot.number() },
    params: {},
  },
  end: {
    type: 'toy/DifferenceEnd',
    category: 'tools',
    summary: 'A toy.',
    next: { value: slot.number() },
    done: { value: slot.number(), difference: slot.number() },
    params: {},
  },
  carries: {},
  behaviour: {
    extents: [],
    samePath: true,
    iterations: () => 1,
    begin: (): { value?: Scalar; difference?: Scalar } => ({}),
    each: (_, __, { x }) => ({ x: toNumberValue(x.tensor.clone()) }),
    around(_, each, body, __, { x }) {
      const { value } = body(each)
      const shifted = [1, -1].map((by) => body({ x: toNumberValue(x.tensor.add(by)) }))
      // The arguments and results of all calls are still there.
      const [after, before] = shifted.map((next) => next.value.tensor)
      return { value: value.tensor as Scalar, difference: after.sub(before) as Scalar }
    },
    done: ({ value, difference }) => ({
      ...(value && { value: toNumberValue(value) }),
      ...(difference && { difference: toNumberValue(difference) }),
    }),
  },
})

/** A loop with an error in its own code. */
const [brokenStart, brokenEnd] = defineLoop({
  start: {
    type: 'toy/BrokenStart',
    category: 'tools',
    summary: 'A toy.',
    inputs: { x: slot.number() },
    each: { x: slot.number() },
    params: {},
  },
  end: {
    type: 'toy/BrokenEnd',
    category: 'tools',
    summary: 'A toy.',
    next: { value: slot.number() },
    done: { value: slot.like('value') },
    params: {},
  },
  carries: {},
  behaviour: {
    extents: [],
    iterations: () => 1,
    begin: () => ({}),
    each: (_, __, { x }) => ({ x: toNumberValue(x.tensor) }),
    around() {
      throw new TypeError('x is not a function')
    },
    done: () => ({}),
  },
})

const all = opTable([...ops.values(), differenceStart, differenceEnd, brokenStart, brokenEnd])

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
beforeEach(() => {
  tensors = tf.memory().numTensors
  ran.length = 0
})
afterEach(() => expect(tf.memory().numTensors).toBe(tensors))

async function runGraph(some: Parameters<typeof graph>) {
  const events: Event[] = []
  const session = createSession({ ops: all, onEvent: (event) => events.push(event) })
  await session.run({ type: 'run', run: 1, graph: graph(...some) })
  await session.dispose()
  return events
}

const shownBy = (events: readonly Event[], id: string) =>
  events.flatMap((event) =>
    event.type === 'view' && event.node === id ? [(event.view as StatisticsView).mean] : [],
  )

const faultsOf = (events: readonly Event[]) =>
  events.flatMap((event) =>
    event.type === 'faults'
      ? event.faults.map(({ node: id, message, cure }) => `${id}: ${message} ${cure}`)
      : [],
  )

describe('a body that is called several times', () => {
  const difference = [
    node('x', 'Constant', {}, { value: 3 }),
    node('start', 'DifferenceStart', { x: 'x.value' }),
    // (x + n) + x for one draw n
    node('draw', 'Draw', { like: 'start.x' }, { seed: 4 }),
    node('shift', 'Shift', { a: 'start.x', noise: 'draw.noise' }),
    node('twice', 'Add', { a: 'shift.sum', b: 'start.x' }),
    node('end', 'DifferenceEnd', { loop: 'start.loop', value: 'twice.sum' }),
    node('inside', 'Show', { value: 'twice.sum' }),
    node('value', 'Show', { value: 'end.value' }),
    node('difference', 'Show', { value: 'end.difference' }),
  ]

  test('draws the same numbers in every call, and shows only the first', async () => {
    const events = await runGraph(difference)
    expect(faultsOf(events)).toEqual([])
    const [value] = shownBy(events, 'value')
    expect(shownBy(events, 'difference')[0]).toBeCloseTo(4, 5)
    expect(shownBy(events, 'inside')).toEqual([value])
    expect(ran.filter((name) => name === 'add')).toHaveLength(3)
  })

  test('draws the numbers that its nodes draw outside', async () => {
    const [inside] = shownBy(await runGraph(difference), 'value')
    const outside = [
      node('x', 'Constant', {}, { value: 3 }),
      node('draw', 'Draw', { like: 'x.value' }, { seed: 4 }),
      node('shift', 'Shift', { a: 'x.value', noise: 'draw.noise' }),
      node('twice', 'Add', { a: 'shift.sum', b: 'x.value' }),
      node('value', 'Show', { value: 'twice.sum' }),
    ]
    expect(shownBy(await runGraph(outside), 'value')).toEqual([inside])
  })

  test('may be inside a loop, a training, and a zone of its kind', async () => {
    const counting = [
      node('one', 'Constant', {}, { value: 1 }),
      node('start', 'SamplingStart', { x: 'one.value' }, { steps: 3 }),
      node('from', 'DifferenceStart', { x: 'start.x' }),
      node('twice', 'Add', { a: 'from.x', b: 'from.x' }),
      node('innerFrom', 'DifferenceStart', { x: 'twice.sum' }),
      node('again', 'Add', { a: 'innerFrom.x', b: 'innerFrom.x' }),
      node('innerTo', 'DifferenceEnd', { loop: 'innerFrom.loop', value: 'again.sum' }),
      node('to', 'DifferenceEnd', { loop: 'from.loop', value: 'innerTo.value' }),
      node('next', 'Add', { a: 'start.x', b: 'to.difference' }),
      node('end', 'SamplingEnd', { loop: 'start.loop', x: 'next.sum' }),
      node('show', 'Show', { value: 'end.x' }),
    ]
    // 4 (x + 1) - 4 (x - 1) = 8 in each of three iterations
    expect(shownBy(await runGraph(counting), 'show').at(-1)).toBe(25)
  })
})

test('an error in the code of a loop is reported as one, not as one of the graph', async () => {
  const events = await runGraph([
    node('x', 'Constant', {}, { value: 3 }),
    node('start', 'BrokenStart', { x: 'x.value' }),
    node('end', 'BrokenEnd', { loop: 'start.loop', value: 'start.x' }),
    node('show', 'Show', { value: 'end.value' }),
  ])
  expect(faultsOf(events)).toMatchInlineSnapshot(`
    [
      "end: x is not a function This is an error in the code of the loop, not in the graph: correct its function \`around\`, or report it to its author.",
    ]
  `)
})

test('a training inside a training is refused, for what it is', () => {
  const { faults } = tryCompile(
    graph(
      node('net', 'Net', {}, { weight: 0.5 }),
      node('start', 'TrainingStart', { model: 'net.model' }, { steps: 1 }),
      node('inner', 'TrainingStart', { model: 'start.model' }, { steps: 1 }),
      node('apply', 'Apply', { model: 'inner.model', x: 'inner.x' }),
      node('innerLoss', 'SquaredError', { a: 'apply.y', b: 'inner.x' }),
      node('innerEnd', 'TrainingEnd', { loop: 'inner.loop', loss: 'innerLoss.loss' }),
      node('applied', 'Apply', { model: 'innerEnd.model', x: 'start.x' }),
      node('loss', 'SquaredError', { a: 'applied.y', b: 'start.x' }),
      node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
      node('show', 'Show', { value: 'end.model' }),
    ),
    undefined,
    all,
  )
  expect(faults.map(({ node: id, message, cure }) => `${id}: ${message} ${cure}`))
    .toMatchInlineSnapshot(`
      [
        "inner: A training cannot run inside Training Start: the gradient of Training Start would not pass through its steps. Train both models in one loop, as model and model_2, or in turn in the rounds of a Repeat.",
      ]
    `)
})

test('trainings that need values of each other are one fault', () => {
  const training = (id: string, loss: string) => [
    node(`${id}Start`, 'TrainingStart', { model: 'net.model' }, { steps: 1 }),
    node(`${id}Apply`, 'Apply', { model: `${id}Start.model`, x: `${id}Start.x` }),
    node(`${id}End`, 'TrainingEnd', { loop: `${id}Start.loop`, loss }),
    node(`${id}Show`, 'Show', { value: `${id}End.model` }),
  ]
  const { faults } = tryCompile(
    graph(
      node('net', 'Net', {}, { weight: 0.5 }),
      ...training('a', 'both.loss'),
      ...training('b', 'both.loss'),
      node('both', 'SquaredError', { a: 'aApply.y', b: 'bApply.y' }),
    ),
    undefined,
    all,
  )
  expect(faults.map(({ message }) => message)).toEqual([
    expect.stringMatching(/each need a value from the iterations of the other/),
  ])
})
