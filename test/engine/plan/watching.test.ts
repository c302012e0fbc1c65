// Observation of runs: executed and cached nodes, slow motion, time and memory. None of it changes
// a number.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { createSession, type Session } from '../../../src/engine/plan/session.ts'
import type { StatisticsView } from '../../../src/engine/base/view.ts'
import type { Event, RunRequest } from '../../../src/engine/protocol.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { graph, node, ops } from './toy.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
let session: Session
let listen: (event: Event) => void
beforeEach(() => {
  tensors = tf.memory().numTensors
  listen = () => {}
  session = createSession({ ops, onEvent: (event) => listen(event) })
})
afterEach(async () => {
  await session.dispose()
  expect(tf.memory().numTensors).toBe(tensors)
})

let lastRun = 0
async function run(
  some: Graph,
  more: Partial<RunRequest> = {},
  also: (event: Event) => void = () => {},
) {
  const events: Event[] = []
  listen = (event) => {
    events.push(event)
    also(event)
  }
  await session.run({ type: 'run', run: ++lastRun, graph: some, ...more })
  return events
}

const only = <T extends Event['type']>(events: readonly Event[], type: T) =>
  events.filter((event): event is Extract<Event, { type: T }> => event.type === type)
const finishedNodes = (events: Event[]) => only(events, 'finished')[0].nodes
const lit = (events: Event[]) => only(events, 'at').map(({ node }) => node)
const shown = (events: Event[], id: string) =>
  only(events, 'view').flatMap(({ node, view }) =>
    node === id ? [(view as StatisticsView).mean] : [],
  )

/** Adds `by` to 1 `steps` times, and shows each sum and the last one. */
const counting = (steps: number, by = 2) =>
  graph(
    node('one', 'Constant', {}, { value: 1 }),
    node('by', 'Constant', {}, { value: by }),
    node('start', 'SamplingStart', { x: 'one.value' }, { steps }),
    node('step', 'Add', { a: 'start.x', b: 'by.value' }),
    node('see', 'Show', { value: 'step.sum' }),
    node('end', 'SamplingEnd', { loop: 'start.loop', x: 'step.sum' }),
    node('done', 'Show', { value: 'end.x' }),
    node('first', 'Show', { value: 'one.value' }),
  )

const training = (steps: number) =>
  graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
    node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
    node('goal', 'Constant', {}, { value: 1 }),
    node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, {}),
    node('x', 'Constant', {}, { value: 1 }),
    node('y', 'Apply', { model: 'end.model', x: 'x.value' }),
    node('show', 'Show', { value: 'y.y' }),
  )

describe('executed nodes', () => {
  test('are all nodes at first, then none, then those that a change affects', async () => {
    const all = ['one', 'by', 'start', 'step', 'see', 'end', 'done', 'first']
    const first = finishedNodes(await run(counting(3)))!
    expect([first.computed.toSorted(), first.cached]).toEqual([all.toSorted(), []])
    const again = finishedNodes(await run(counting(3)))!
    expect([again.computed, again.cached.toSorted()]).toEqual([[], all.toSorted()])
    const changed = finishedNodes(await run(counting(3, 3)))!
    expect(changed.computed.toSorted()).toEqual(['by', 'done', 'end', 'see', 'start', 'step'])
    expect(changed.cached.toSorted()).toEqual(['first', 'one'])
  })

  test('include a loop that continues', async () => {
    await run(training(2))
    expect(finishedNodes(await run(training(3)))!.cached).toEqual(['net', 'goal', 'x'])
    expect(finishedNodes(await run(training(3)))!.computed).toEqual([])
  })

  test('are not reported for a stopped run', async () => {
    const events = await run(
      counting(3),
      {},
      (event) => event.type === 'progress' && session.control('stop', lastRun),
    )
    expect(finishedNodes(events)).toBeUndefined()
  })
})

describe('slow motion', () => {
  test('visits nodes in order and shows each value, with the numbers of a fast run', async () => {
    const events = await run(counting(3), { perSecond: 200 })
    expect(lit(events)).toEqual(
      Array.from({ length: 3 }, () => ['start', 'step', 'see', 'end']).flat(),
    )
    expect(shown(events, 'see')).toEqual([3, 5, 7])
    expect(shown(events, 'done')).toEqual([7])
  })

  test('shows the steps of a cached loop again but does not train', async () => {
    for (const some of [counting(3), training(2)]) await run(some)
    expect(lit(await run(counting(3), { perSecond: 200 }))).toContain('step')
    expect(lit(await run(training(2), { perSecond: 200 }))).toEqual([])
    const events = await run(
      counting(3),
      { paused: true },
      (event) => event.type === 'paused' && session.control('step', lastRun),
    )
    expect(only(events, 'paused')).toHaveLength(3)
  })

  test('has the requested speed', async () => {
    const began = performance.now()
    await run(counting(2), { perSecond: 20 })
    expect(performance.now() - began).toBeGreaterThan(80)
  })

  test('shows the nodes of a training step after it, because a step is one unit', async () => {
    const slow = await run(training(2), { perSecond: 200 })
    expect(lit(slow)).toEqual(['start', 'apply', 'loss', 'end', 'start', 'apply', 'loss', 'end'])
    await session.dispose()
    session = createSession({ ops, onEvent: (event) => listen(event) })
    expect(shown(await run(training(2)), 'show')).toEqual(shown(slow, 'show'))
  })

  test('a stop is immediate', async () => {
    // A node takes hours, which no limit of a test allows.
    const events = await run(
      counting(3),
      { perSecond: 0.0001 },
      (event) => event.type === 'at' && session.control('stop', lastRun),
    )
    expect(events.at(-1)).toMatchObject({ type: 'finished', stopped: true })
  })

  test('can be turned off and on during a run', async () => {
    const events = await run(counting(6), {}, (event) => {
      if (event.type === 'progress' && event.index === 1)
        session.monitor(lastRun, { perSecond: 200 })
      if (event.type === 'at' && event.node === 'end') session.monitor(lastRun, {})
    })
    const from = events.findIndex(({ type }) => type === 'at')
    const to = events.findLastIndex(({ type }) => type === 'at')
    expect(events.slice(0, from).filter(({ type }) => type === 'progress').length).toBeGreaterThan(
      0,
    )
    expect(events[to]).toEqual({ type: 'at', run: lastRun })
    expect(shown(events, 'done')).toEqual([13])
  })
})

describe('time and memory of nodes', () => {
  const measures = (events: Event[]) =>
    new Map(
      only(events, 'measured')
        .at(-1)
        ?.nodes.map((each) => [each.node, each]),
    )

  test('are reported per node: number of runs, time and output size', async () => {
    const events = await run(counting(5), { measure: true })
    expect(only(events, 'measured').at(-1)!.timing).toBe('direct')
    const of = measures(events)
    expect(Object.fromEntries([...of].map(([id, { calls }]) => [id, calls]))).toEqual({
      one: 1,
      by: 1,
      start: 5,
      step: 5,
      end: 5,
    })
    expect([...of.values()].every(({ seconds }) => seconds! >= 0)).toBe(true)
    expect(of.get('step')!.bytes).toBeGreaterThanOrEqual(4)
  })

  test('of a training: forward pass by node, backward pass and optimizer on End, within the total time', async () => {
    const events = await run(training(4), { measure: true })
    const of = measures(events)
    expect(['start', 'apply', 'loss', 'end'].map((id) => of.get(id)!.calls)).toEqual([4, 4, 4, 4])
    const sum = [...of.values()].reduce((all, { seconds }) => all + seconds!, 0)
    expect(of.get('end')!.seconds).toBeGreaterThan(0)
    expect(sum).toBeLessThanOrEqual(only(events, 'finished')[0].seconds)
  })

  test('are zero for cached nodes and reported only on request', async () => {
    await run(counting(5))
    expect([...measures(await run(counting(5), { measure: true })).keys()]).toEqual([])
    expect(only(await run(counting(4)), 'measured')).toEqual([])
  })
})
