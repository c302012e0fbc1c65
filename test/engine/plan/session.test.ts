// Sessions: views, cached results, and the effects of pause, step and stop.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { wire } from '../../../src/engine/plan/graph.ts'
import {
  createSession,
  type Session,
  type SessionOptions,
} from '../../../src/engine/plan/session.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { ChartView, StatisticsView } from '../../../src/engine/base/view.ts'
import type { Event, RunRequest } from '../../../src/engine/protocol.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { graph, node, ops, ran } from './toy.ts'
import { withoutIds } from '../../withoutIds.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
beforeEach(() => {
  tensors = tf.memory().numTensors
  ran.length = 0
})
const sessions: Session[] = []
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.dispose()
  expect(tf.memory().numTensors).toBe(tensors)
})

/** A session with all of its events. */
function start(options: Partial<SessionOptions> = {}) {
  const events: Event[] = []
  const listeners: ((event: Event) => void)[] = []
  const session = createSession({
    ops,
    onEvent: (event) => {
      events.push(event)
      for (const listen of listeners) listen(event)
    },
    ...options,
  })
  sessions.push(session)
  let run = 0
  return {
    session,
    events,
    on: (listen: (event: Event) => void) => listeners.push(listen),
    run: async (some: Graph, more: Partial<RunRequest> = {}) => {
      events.length = 0
      await session.run({ type: 'run', run: ++run, graph: some, ...more })
      return [...events]
    },
  }
}

const shown = (events: Event[], id: string) =>
  events.flatMap((event) =>
    event.type === 'view' && event.node === id ? [event.view as StatisticsView] : [],
  )
const lastShown = (events: Event[], id: string) => shown(events, id).at(-1)!.mean
const saved = (events: Event[]) =>
  events.flatMap((event) =>
    event.type === 'file' ? [new TextDecoder().decode(event.file.bytes)] : [],
  )
const faults = (events: Event[]) =>
  events.flatMap((event) => (event.type === 'faults' ? event.faults : []))
const trainings = () => ran.filter((what) => what === 'train').length

const training = (steps: number, emit = 0, lr = 1) => [
  node('net', 'Net', {}, { weight: 0.5 }),
  node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
  node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
  node('goal', 'Constant', {}, { value: lr }),
  node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: emit }),
  node('x', 'Constant', {}, { value: 1 }),
  node('y', 'Apply', { model: 'end.model', x: 'x.value' }),
  node('save', 'Save', { value: 'y.y' }),
]

const counting = (steps: number) => [
  node('one', 'Constant', {}, { value: 1 }),
  node('start', 'SamplingStart', { x: 'one.value' }, { steps }),
  node('step', 'Add', { a: 'start.x', b: 'one.value' }),
  node('end', 'SamplingEnd', { loop: 'start.loop', x: 'step.sum' }),
  node('done', 'Show', { value: 'end.x' }),
]

describe('running', () => {
  test('runs only the nodes that lead to observers', async () => {
    const { run } = start()
    const events = await run(graph(...counting(5), node('unused', 'Constant', {}, { value: 99 })))
    expect(lastShown(events, 'done')).toBe(6)
    expect(ran).not.toContain('constant 99')
    expect(events.map(({ type }) => type).filter((type) => type !== 'progress'))
      .toMatchInlineSnapshot(`
      [
        "started",
        "busy",
        "busy",
        "view",
        "finished",
      ]
    `)
  })

  test('runs to a node, inspects its value and runs nothing else', async () => {
    const { run } = start()
    const events = await run(graph(...counting(2), node('save', 'Save', { value: 'end.x' })), {
      targets: ['save'],
    })
    expect(saved(events)).toEqual(['3'])
    expect(shown(events, 'done')).toEqual([])
  })

  test('rejects targets without outputs and missing targets', async () => {
    const { run } = start()
    const note = node('note', 'Note')
    expect(
      withoutIds(faults(await run(graph(...counting(2), note), { targets: ['note', 'gone'] }))),
    ).toEqual([
      {
        node: 'note',
        message: 'Note computes nothing, so the graph cannot be run to it.',
        cure: 'Choose another node.',
      },
      {
        node: '',
        message: 'There is no node gone to run to.',
        cure: 'Choose a node of this graph.',
      },
    ])
  })

  test('faults end a run before any node', async () => {
    const { run } = start()
    const events = await run(graph(node('sum', 'Add'), node('show', 'Show', { value: 'sum.sum' })))
    expect(faults(events)).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'finished', stopped: true })
  })

  test('an error during a run names its node', async () => {
    const { run } = start()
    const some = graph(
      node('one', 'Constant'),
      node('noise', 'Draw'),
      node('bad', 'Add', { a: 'one.value', b: 'end.x' }),
      node('start', 'SamplingStart', { x: 'one.value' }, { steps: 1 }),
      node('end', 'SamplingEnd', { loop: 'start.loop', x: 'end2.x' }),
      node('start2', 'SamplingStart', { x: 'start.x', times: 'one.value' }),
      node('end2', 'SamplingEnd', { loop: 'start2.loop', x: 'start2.x' }),
      node('show', 'Show', { value: 'bad.sum' }),
    )
    const events = await run(some)
    expect(faults(events)).toEqual([])
    expect(lastShown(events, 'show')).toBe(2)
  })

  test('observers in a body may show every value and always show the last one', async () => {
    const { run } = start({ now: () => 0 })
    const events = await run(graph(...counting(5), node('inside', 'Show', { value: 'step.sum' })))
    const views = shown(events, 'inside')
    expect(views.at(-1)).toMatchObject({ mean: 6, notes: [['at', '4 t = 4']] })
    expect(views.length).toBeLessThan(5)
  })

  test('an observer that collects misses no iteration', async () => {
    const { run, events } = start({ now: () => 0 })
    await run(graph(...counting(150), node('chart', 'Chart', { values_1: 'step.sum' })))
    const view = events
      .filter((event) => event.type === 'view' && event.node === 'chart')
      .at(-1) as { view: ChartView }
    expect([...view.view.lines[0].y]).toEqual(Array.from({ length: 150 }, (_, i) => i + 2))
    expect([...view.view.lines[0].x]).toEqual(Array.from({ length: 150 }, (_, i) => i))
  })

  test('a different computation starts a new line and keeps the old one', async () => {
    const { run, events } = start()
    const chart = node('chart', 'Chart', { values_1: 'step.sum' })
    await run(graph(...counting(3), chart))
    await run(
      graph(
        ...counting(3).map((it) => (it.id === 'one' ? { ...it, params: { value: 2 } } : it)),
        chart,
      ),
    )
    const view = events
      .filter((event) => event.type === 'view' && event.node === 'chart')
      .at(-1) as { view: ChartView }
    expect(view.view.lines.map(({ y, kept }) => [[...y], kept])).toEqual([
      [[4, 6, 8], undefined],
      [[2, 3, 4], true],
    ])
  })

  test('a workflow never shows the lines of another one, and finds its own again', async () => {
    const { run, events } = start()
    const runIn = async (workflow: string, value: number) => {
      const from = counting(3).map((it) => (it.id === 'one' ? { ...it, params: { value } } : it))
      await run(graph(...from, node('chart', 'Chart', { values_1: 'step.sum' })), { workflow })
      const { view } = events.findLast(
        (event) => event.type === 'view' && event.node === 'chart',
      ) as { view: ChartView }
      return view.lines.map(({ y, kept }) => [[...y], kept])
    }
    expect(await runIn('first', 1)).toEqual([[[2, 3, 4], undefined]])
    expect(await runIn('second', 2)).toEqual([[[4, 6, 8], undefined]])
    expect(await runIn('first', 3)).toEqual([
      [[6, 9, 12], undefined],
      [[2, 3, 4], true],
    ])
  })

  describe('an observer in a body shows values of the current run', () => {
    const inside = node('inside', 'Show', { value: 'start.x' })
    const from = (value: number, steps = 3) =>
      graph(
        ...counting(steps).map((it) => (it.id === 'one' ? { ...it, params: { value } } : it)),
        inside,
      )

    test('after a change and after undoing it', async () => {
      const { run } = start()
      expect(lastShown(await run(from(1)), 'inside')).toBe(3)
      expect(lastShown(await run(from(2)), 'inside')).toBe(6)
      expect(lastShown(await run(from(1)), 'inside')).toBe(3)
    })

    test('with more steps and with fewer', async () => {
      const { run } = start()
      expect(lastShown(await run(from(1, 3)), 'inside')).toBe(3)
      expect(lastShown(await run(from(1, 5)), 'inside')).toBe(5)
      expect(lastShown(await run(from(1, 3)), 'inside')).toBe(3)
    })

    test('a chart of a loop with another start value starts a new line', async () => {
      const { run, events } = start()
      const chart = node('chart', 'Chart', { values_1: 'start.x' })
      await run({ nodes: [...from(1).nodes, chart] })
      await run({ nodes: [...from(2).nodes, chart] })
      const { view } = events.findLast(
        (event) => event.type === 'view' && event.node === 'chart',
      ) as { view: ChartView }
      expect(view.lines.map(({ y, kept }) => [[...y], kept])).toEqual([
        [[2, 4, 6], undefined],
        [[1, 2, 3], true],
      ])
    })
  })

  test('a loop runs while `again` is positive', async () => {
    const { run } = start()
    const some = [
      ...counting(10),
      node('limit', 'Constant', {}, { value: 4 }),
      node('left', 'Add', { a: 'limit.value', b: 'step.sum' }),
    ]
    const events = await run(
      graph(
        ...some.map((it) =>
          it.id === 'end'
            ? { ...it, inputs: { ...it.inputs, again: wire('left', 'difference') } }
            : it,
        ),
      ),
    )
    expect(lastShown(events, 'done')).toBe(4)
  })

  test('a multistep solver has its history within its loop and restarts with it', async () => {
    const { run } = start()
    const some = [
      ...counting(3).filter(({ id }) => id !== 'end'),
      node('total', 'Remember', { a: 'step.sum' }),
      node('end', 'SamplingEnd', { loop: 'start.loop', x: 'total.total' }),
    ]
    // x: 1 -> 2 -> (2+1)+2 = 5 -> (5+1)+5 = 11
    expect(lastShown(await run(graph(...some)), 'done')).toBe(11)
    expect(
      lastShown(
        await run(
          graph(
            ...some.map((it) =>
              it.id === 'total'
                ? { ...it, id: 'renamed' }
                : it.id === 'end'
                  ? { ...it, inputs: { ...it.inputs, x: wire('renamed', 'total') } }
                  : it,
            ),
          ),
        ),
        'done',
      ),
    ).toBe(11)
  })

  test('a multistep solver that only an observer reads misses no iteration, also with two of them', async () => {
    const { run } = start({ now: () => 0 })
    const some = [
      ...counting(5),
      node('total', 'Remember', { a: 'step.sum' }),
      node('again', 'Remember', { a: 'step.sum' }),
      node('showTotal', 'Show', { value: 'total.total' }),
      node('showAgain', 'Show', { value: 'again.total' }),
    ]
    const events = await run(graph(...some))
    expect([lastShown(events, 'showTotal'), lastShown(events, 'showAgain')]).toEqual([20, 20])
  })

  test('noise without `like` is equal in all iterations; with it, each draws again', async () => {
    const some = (like?: string) =>
      graph(
        ...counting(4).map((it) =>
          it.id === 'step' ? node('step', 'Shift', { a: 'start.x', noise: 'noise.noise' }) : it,
        ),
        node('noise', 'Draw', like ? { like } : {}, { seed: 3 }),
        node('chart', 'Chart', { values_1: 'step.sum' }),
      )
    const { run, events } = start()
    const increments = () => {
      const { lines } = (
        events.filter((event) => event.type === 'view' && event.node === 'chart').at(-1) as {
          view: ChartView
        }
      ).view
      return [...lines[0].y].map((y, i, all) => (y - (i ? all[i - 1] : 1)).toFixed(4))
    }
    await run(some())
    expect(new Set(increments()).size).toBe(1)
    await run(some('start.x'))
    expect(new Set(increments()).size).toBe(4)
  })
})

describe('training', () => {
  test('learns', async () => {
    const { run } = start()
    const events = await run(graph(...training(60)))
    const [value] = saved(events)
    expect(Number(value)).toBeCloseTo(0.66, 1)
  })

  test('has equal bits with and without emissions', async () => {
    const first = start()
    const without = saved(await first.run(graph(...training(9))))
    const second = start()
    const events = await second.run(
      graph(...training(9, 2), node('show', 'Show', { value: 'y.y' })),
    )
    expect(saved(events)).toEqual(without)
    expect(shown(events, 'show').length).toBeGreaterThan(1)
  })

  test('more steps continue from the cached state, with the result of one run', async () => {
    const { run } = start()
    const inOne = saved(await start().run(graph(...training(12))))
    ran.length = 0
    await run(graph(...training(5)))
    expect(trainings()).toBe(5)
    const events = await run(graph(...training(12)))
    expect(trainings()).toBe(12)
    expect(saved(events)).toEqual(inOne)
  })

  test('fewer steps use a stored step or train again', async () => {
    const { run } = start()
    await run(graph(...training(4)))
    await run(graph(...training(9)))
    await run(graph(...training(4)))
    expect(trainings()).toBe(9)
    await run(graph(...training(2)))
    expect(trainings()).toBe(11)
  })

  test('unrelated edits and new names do not retrain', async () => {
    const { run } = start()
    await run(graph(...training(5)))
    const events = await run(
      graph(
        ...training(5).map((it) => (it.id === 'x' ? { ...it, params: { value: 3 } } : it)),
        node('more', 'Show', { value: 'y.y' }),
      ),
    )
    expect(trainings()).toBe(5)
    expect(events).toContainEqual(expect.objectContaining({ type: 'cached', node: 'start' }))
    const renamed = JSON.parse(
      JSON.stringify(training(5))
        .replaceAll('"apply"', '"predict"')
        .replaceAll('"start"', '"begin"'),
    ) as Graph['nodes']
    await run(graph(...renamed))
    expect(trainings()).toBe(5)
  })

  test('relevant edits retrain', async () => {
    const { run } = start()
    await run(graph(...training(5)))
    await run(graph(...training(5, 0, 2)))
    expect(trainings()).toBe(10)
  })

  test('a stop keeps the reached state, and the next run continues from it', async () => {
    const inOne = saved(await start().run(graph(...training(30))))
    const { run, session, on } = start()
    let at = 0
    on((event) => {
      if (event.type === 'progress' && !at) {
        at = event.index
        session.control('stop', event.run)
      }
    })
    ran.length = 0
    const stopped = await run(graph(...training(30)))
    expect(stopped.at(-1)).toMatchObject({ type: 'finished', stopped: true })
    expect(trainings()).toBe(at)
    const events = await run(graph(...training(30)))
    expect(saved(events)).toEqual(inOne)
    expect(trainings()).toBe(30)
  })

  test('a NaN loss is a fault on End and preserves earlier states', async () => {
    const { run } = start()
    await run(graph(...training(3)))
    const broken = training(50).map((it) =>
      it.id === 'loss' ? { ...it, params: { broken: true } } : it,
    )
    expect(faults(await run(graph(...broken)))).toMatchInlineSnapshot(`
      [
        {
          "cure": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1.",
          "message": "Expected a finite loss, got NaN at step 1.",
          "messages": {
            "cure": {
              "id": "plan.lowerRate",
              "text": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1.",
            },
            "message": {
              "id": "plan.lossNotFinite",
              "text": "Expected a finite loss, got NaN at step 1.",
              "values": {
                "step": "1",
                "value": "NaN",
              },
            },
          },
          "node": "end",
          "slot": "loss",
        },
      ]
    `)
    await run(graph(...training(3)))
    expect(trainings()).toBeLessThan(3 + 12)
  })

  test('another session continues from storage with the same bits', async () => {
    const inOne = saved(await start().run(graph(...training(10))))
    const store = memoryStore()
    await start({ store }).run(graph(...training(4)))
    ran.length = 0
    const events = await start({ store }).run(graph(...training(10)))
    expect(trainings()).toBe(6)
    expect(saved(events)).toEqual(inOne)
  })

  test('failing storage is reported once, and training continues', async () => {
    let puts = 0
    const put = () => Promise.reject(new Error(`The disk is full: ${++puts} MiB do not fit.`))
    const events = await start({ store: { ...memoryStore(), put } }).run(graph(...training(4)))
    expect(puts).toBeGreaterThan(1)
    expect(events.filter(({ type }) => type === 'storage')).toEqual([
      { type: 'storage', message: 'The disk is full: 1 MiB do not fit.' },
    ])
    expect(saved(events)).toHaveLength(1)
  })

  describe('before discarding a long training', () => {
    /** A clock that advances two seconds per reading. */
    const slow = () => {
      let time = 0
      return () => (time += 2000)
    }
    const changed = () => graph(...training(12, 0, 2))

    async function answered(answer: 'restart' | 'continue' | 'cancel') {
      const { run, session, on } = start({ now: slow() })
      await run(graph(...training(12)))
      const before = trainings()
      on((event) => event.type === 'question' && session.answer(event.run, answer))
      const events = await run(changed())
      return {
        events,
        more: trainings() - before,
        again: async () => (await run(changed()), trainings() - before),
      }
    }

    test('the session asks; restart trains again', async () => {
      const { events, more } = await answered('restart')
      expect(events.filter(({ type }) => type === 'question')).toMatchObject([{ node: 'start' }])
      expect(saved(events)).toEqual(saved(await start().run(changed())))
      expect(more).toBe(12)
    })

    test('continue starts from the existing weights, also in later runs', async () => {
      const { events, more, again } = await answered('continue')
      expect(saved(events)).not.toEqual(saved(await start().run(changed())))
      expect(more).toBe(12)
      expect(await again()).toBe(more + 12) // the run of the comparison above
    })

    test('another workflow with equal node ids discards nothing', async () => {
      const { run, session, on } = start({ now: slow() })
      const questions: string[] = []
      on((event) => {
        if (event.type !== 'question') return
        questions.push(event.node)
        session.answer(event.run, 'restart')
      })
      await run(graph(...training(12)), { workflow: 'old' })
      await run(changed(), { workflow: 'dropped' })
      expect(questions).toEqual([])
      // The training of the first one is still the one that its own change discards.
      await run(graph(...training(12, 0, 3)), { workflow: 'old' })
      expect(questions).toEqual(['start'])
    })

    test('cancel runs nothing', async () => {
      const { events, more } = await answered('cancel')
      expect(more).toBe(0)
      expect(events.at(-1)).toMatchObject({ type: 'finished', stopped: true })
    })
  })
})

describe('pause and step', () => {
  test('a step is one iteration; resume runs to the end', async () => {
    const { run, session, on } = start()
    const seen: number[] = []
    let pauses = 0
    on((event) => {
      if (event.type === 'progress') seen.push(event.index)
      if (event.type === 'paused') session.control(++pauses < 3 ? 'step' : 'resume', event.run)
    })
    const events = await run(graph(...counting(6)), { paused: true })
    expect(pauses).toBe(3)
    expect(seen.slice(0, 3)).toEqual([1, 2, 3])
    expect(lastShown(events, 'done')).toBe(7)
    expect(events.some(({ type }) => type === 'resumed')).toBe(true)
  })

  test('a step inside a training is one training iteration', async () => {
    const { run, session, on } = start()
    let pauses = 0
    on((event) => {
      if (event.type === 'paused') {
        pauses++
        expect(trainings()).toBe(pauses)
        session.control(pauses < 4 ? 'step' : 'resume', event.run)
      }
    })
    await run(graph(...training(6)), { paused: true })
    expect(pauses).toBe(4)
  })

  test('an emission can be stopped within one of its steps', async () => {
    const { run, session, on } = start()
    on((event) => event.type === 'progress' && event.emission && session.control('stop', event.run))
    const sampling = [
      node('sStart', 'SamplingStart', { x: 'x.value' }, { steps: 1000 }),
      node('sStep', 'Apply', { model: 'end.model', x: 'sStart.x' }),
      node('sEnd', 'SamplingEnd', { loop: 'sStart.loop', x: 'sStep.y' }),
      node('show', 'Show', { value: 'sEnd.x' }),
    ]
    const events = await run(graph(...training(8, 2), ...sampling))
    expect(events.at(-1)).toMatchObject({ type: 'finished', stopped: true })
    expect(trainings()).toBe(2)
    expect(shown(events, 'show')).toEqual([])
  })
})
