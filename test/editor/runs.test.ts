// Runs as they are kept: what is recorded of the events of a run, what falls away, and the order of the table.
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../src/engine/plan/graph.ts'
import type { Declaration } from '../../src/engine/plan/op.ts'
import type { ChartView, ImagesView, NumbersView } from '../../src/engine/plan/view.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { inMemory } from '../../src/editor/library.ts'
import { keepRuns } from '../../src/editor/runs/keep.ts'
import { beyond, thinned, type Run, type RunDetails } from '../../src/editor/runs/record.ts'
import { createRecorder } from '../../src/editor/runs/recorder.ts'
import { filtered, sorted } from '../../src/editor/runs/sorting.ts'
import { emptyWorkflow, type WorkflowFile } from '../../src/nodes/workflow.ts'
import type { JsonObject } from '../../src/nodes/workflow/json.ts'

const number = { kind: 'number', default: 0, min: 0, max: 1, step: 0.1, integer: false, slider: false, about: '' } as const
const seed = { kind: 'seed', default: 0, about: '' } as const
const declared = new Map(
  [
    { type: 'Net', title: 'Network', params: { seed, width: number } },
    { type: 'Optimizer', title: 'Optimizer', params: { lr: number } },
  ].map((each) => [each.type, each as unknown as Declaration]),
)

const graph = ({ lr = 0.1 } = {}): Graph => ({
  nodes: [
    { id: '1', op: 'Net', params: { seed: 7, width: 1 }, inputs: {} },
    { id: '2', op: 'Optimizer', title: 'Fast', params: { lr }, inputs: {} },
  ],
})

/** The file that means it. */
const fileOf = ({ nodes }: Graph): WorkflowFile => ({
  ...emptyWorkflow(),
  nodes: nodes.map(({ id, op, title, params }) => ({
    id: Number(id),
    type: op,
    ...(title && { title }),
    pos: [0, 0],
    size: [200, 100],
    flags: {},
    mode: 0,
    inputs: [],
    outputs: [],
    properties: params as JsonObject,
  })),
})

test('a long line is thinned to few points, with its ends, its highest and its lowest', () => {
  const y = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 500) + (i === 4321 ? 9 : i === 8765 ? -9 : 0))
  y[77] = Number.NaN
  const x = y.map((_, i) => i + 1)
  const few = thinned(x, y, 500)
  expect(few.x.length).toBeLessThanOrEqual(500)
  expect(few.x.length).toBeGreaterThan(400)
  expect([few.x[0], few.x.at(-1)]).toEqual([1, 10_000])
  expect(Math.max(...few.y)).toBe(y[4321])
  expect(Math.min(...few.y)).toBe(y[8765])
  for (const [i, at] of few.x.entries()) expect(few.y[i]).toBe(y[at - 1])
  expect(thinned([1, 2, 3], [5, Number.NaN, 4], 500)).toEqual({
    x: Float64Array.of(1, 2, 3),
    y: Float64Array.of(5, Number.NaN, 4),
  })
  expect(thinned([], [], 500).x).toHaveLength(0)
})

const run = (id: string, more: Partial<Run> = {}): Run => ({
  id,
  when: 0,
  workflow: 'w',
  name: 'Points',
  outcome: 'finished',
  seeds: [],
  seconds: 1,
  metrics: [],
  star: false,
  note: '',
  size: 10,
  ...more,
})
const details = (id: string): RunDetails => ({ id, text: '{}', losses: [], charts: [], pictures: [] })
const stores = () => ({ runs: inMemory(), runDetails: inMemory(), sweeps: inMemory() })

describe('keeping', () => {
  test('beyond the bounds the oldest fall away, but never one with a star', async () => {
    const kept = keepRuns(stores(), { runs: 2, bytes: 1000 })
    await kept.add(run('a', { when: 1, star: true }), details('a'))
    await kept.add(run('b', { when: 2 }), details('b'))
    expect(await kept.add(run('c', { when: 3 }), details('c'))).toEqual([])
    expect((await kept.add(run('d', { when: 4 }), details('d'))).map(({ id }) => id)).toEqual(['b'])
    expect((await kept.list()).runs.map(({ id }) => id)).toEqual(['d', 'c', 'a'])
    expect([await kept.details('b'), (await kept.details('a'))?.id]).toEqual([undefined, 'a'])
  })

  test('so do those that take too much, but the newest is kept whatever it takes', () => {
    const runs = [run('c', { size: 900 }), run('b', { size: 200 }), run('a')]
    expect(beyond(runs, { runs: 9, bytes: 1000 }).map(({ id }) => id)).toEqual(['b', 'a'])
    expect(beyond([run('c', { size: 9000 })], { runs: 9, bytes: 1000 })).toEqual([])
  })

  test('a broken record does not stand in the way of the others, and can be removed', async () => {
    const own = stores()
    const kept = keepRuns(own)
    await kept.add(run('a'), details('a'))
    await own.runs.set('broken', { id: 'broken', when: 'yesterday' })
    await own.runs.set('none', null)
    expect(await kept.list()).toMatchObject({ runs: [{ id: 'a' }], broken: 2 })
    await kept.removeBroken()
    expect(await kept.list()).toMatchObject({ runs: [{ id: 'a' }], broken: 0 })
  })

  test('stars and notes are kept; deleting can be undone, with the details', async () => {
    const kept = keepRuns(stores())
    await kept.add(run('a'), details('a'))
    await kept.change('a', { star: true, note: 'good' })
    const restore = await kept.remove(['a'])
    expect([(await kept.list()).runs, await kept.details('a')]).toEqual([[], undefined])
    await restore()
    expect((await kept.list()).runs).toMatchObject([{ id: 'a', star: true, note: 'good' }])
    expect(await kept.details('a')).toEqual(details('a'))
  })

  test('a sweep is there while one of its runs is, or may still come', async () => {
    let clock = 0
    const kept = keepRuns(stores(), undefined, () => clock)
    const ids = async () => (await kept.sweeps((await kept.list()).runs)).map(({ id }) => id)
    for (const id of ['used', 'unused']) await kept.addSweep({ id, when: 0, workflow: 'w', name: 'Points', text: '{}', axes: [] })
    await kept.add(run('a', { sweep: { id: 'used', at: [0] } }), details('a'))
    expect(await ids()).toEqual(['used', 'unused'])
    clock = 48 * 3600e3
    expect(await ids()).toEqual(['used'])
  })
})

describe('the record of a run', () => {
  function begin() {
    let hear: (event: Event) => void = () => {}
    const kept = keepRuns(stores())
    const said: string[] = []
    let ids = 0
    const recorder = createRecorder({
      port: {
        listen: (listener) => {
          hear = listener
          return () => {}
        },
      },
      kept,
      declared,
      fileOf: (text) => fileOf(JSON.parse(text) as Graph),
      backend: () => 'cpu',
      paint: async ({ kind }, width) => new Blob([`${kind} ${width}`]),
      newId: () => `run ${++ids}`,
      now: () => 1000 * ids,
      onKept: () => {},
      onError: (error) => said.push(String(error)),
    })
    const ask = (run: number, graph: Graph, more = {}) =>
      recorder.asked({ run, workflow: 'w', name: 'Points', text: JSON.stringify(graph), graph, ...more })
    const tell = async (...events: Event[]) => {
      events.forEach(hear)
      await recorder.settled()
      expect(said).toEqual([])
    }
    return { ask, tell, kept }
  }
  const started = (run: number): Event => ({ type: 'started', run, nodes: [] })
  const finished = (run: number, stopped = false): Event => ({ type: 'finished', run, seconds: 2, stopped })
  const progress = (run: number, index: number, loss?: number): Event => ({
    type: 'progress',
    run,
    node: '1',
    end: '2',
    index,
    count: 9,
    rate: 1,
    secondsLeft: 0,
    ...(loss !== undefined && { loss }),
  })

  test('holds what was said: iterations, losses, numbers, curves, samples', async () => {
    const { ask, tell, kept } = begin()
    const losses = Float32Array.of(3, 2, 1)
    const chart = (lines: ChartView['lines']): ChartView => ({
      kind: 'chart',
      title: '',
      xLabel: '',
      yLabel: '',
      yLog: false,
      lines,
    })
    const images: ImagesView = { kind: 'images', groups: [], columns: 0 }
    const numbers: NumbersView = { kind: 'numbers', rows: [{ name: 'MMD', value: 0.25 }] }
    const x = Float64Array.of(1, 2, 3)
    ask(1, graph(), { target: '5:2', to: 'Block › Fast' })
    await tell(
      started(1),
      progress(1, 4, 0.5),
      progress(1, 9, 1),
      progress(1, 3), // of the sampling after the training
      { type: 'view', run: 1, node: '2', view: chart([{ name: 'loss', x, y: Float64Array.from(losses) }]) },
      { type: 'view', run: 1, node: '2', view: numbers },
      { type: 'view', run: 1, node: '1', view: images },
      { type: 'view', run: 1, node: '3', view: chart([{ name: 'distance', x, y: x }]) },
      { type: 'losses', run: 1, node: '1', index: 9, losses },
      finished(1),
    )
    const [first] = (await kept.list()).runs
    expect(first).toMatchObject({
      outcome: 'finished',
      target: '5:2',
      to: 'Block › Fast',
      iterations: { done: 9, of: 9 },
      loss: 1,
      seconds: 2,
      backend: 'cpu',
      seeds: [{ title: 'Network', param: 'seed', value: 7 }],
      metrics: [{ title: 'Fast', name: 'MMD', value: 0.25 }],
    })
    expect(first!.changed).toBeUndefined()
    expect(await first!.thumbnail!.text()).toBe('images 144')
    const { losses: curves, charts, pictures } = (await kept.details(first!.id))!
    expect(curves).toEqual([
      { node: '1', title: 'Network', name: 'loss', x: Float64Array.of(7, 8, 9), y: Float64Array.of(3, 2, 1) },
    ])
    expect(charts.map(({ name }) => name)).toEqual(['distance'])
    expect(pictures.map(({ node, width }) => [node, width])).toEqual([['1', 400]])
  })

  test('says what changed since the run of that workflow before it', async () => {
    const { ask, tell, kept } = begin()
    ask(1, graph())
    ask(2, graph({ lr: 0.2 }), { workflow: 'other', name: 'Other' })
    ask(3, graph({ lr: 0.3 }))
    await tell(started(1), finished(1))
    await tell(started(2), finished(2))
    await tell(started(3), finished(3, true))
    expect((await kept.list()).runs.map(({ outcome, changed }) => [outcome, changed?.length])).toEqual([
      ['stopped', 1],
      ['finished', undefined],
      ['finished', undefined],
    ])
  })

  test('what was refused before it ran is no run; what broke on the way is one', async () => {
    const { ask, tell, kept } = begin()
    const fault: Event = { type: 'faults', run: 1, faults: [{ node: '1', message: 'Too wide.', cure: '' }] }
    ask(1, graph())
    await tell(fault, finished(1, true))
    ask(2, graph())
    await tell(started(2), { ...fault, run: 2 }, finished(2, true))
    ask(3, graph())
    await tell(started(3), { type: 'broken', message: 'The engine is gone.' })
    expect((await kept.list()).runs.map(({ outcome, fault: why }) => [outcome, why])).toEqual([
      ['failed', 'The engine is gone.'],
      ['failed', 'Too wide.'],
    ])
  })

  test('runs that a slider began are one, the last', async () => {
    const { ask, tell, kept } = begin()
    ask(1, graph())
    await tell(started(1), finished(1))
    for (const [i, lr] of [0.2, 0.3, 0.4].entries()) {
      ask(i + 2, graph({ lr }), { byItself: true })
      await tell(started(i + 2), finished(i + 2))
    }
    const { runs } = await kept.list()
    expect(runs).toHaveLength(2)
    expect(JSON.parse((await kept.details(runs[0]!.id))!.text)).toEqual(graph({ lr: 0.4 }))
  })
})

describe('the table', () => {
  const runs = [
    run('c', { when: 3, loss: Number.NaN, seconds: 5 }),
    run('b', { when: 2, loss: 0.5, star: true, note: 'fine', name: 'B' }),
    run('a', { when: 1, loss: 0.25, workflow: 'v', name: 'A' }),
  ]
  const ids = (some: readonly Run[]) => some.map(({ id }) => id).join('')
  const words = ({ name, note }: Run) => `${name} ${note}`

  test('is sorted by any column; what is missing comes last both ways', () => {
    const by = (column: Parameters<typeof sorted>[1]['column'], down: boolean) => ids(sorted(runs, { column, down }, () => ''))
    expect([by('when', true), by('when', false)]).toEqual(['cba', 'abc'])
    expect([by('loss', false), by('loss', true)]).toEqual(['abc', 'bac'])
    expect([by('name', false), by('seconds', true)]).toEqual(['abc', 'cba'])
    expect(by('seed', true)).toBe('cba')
  })

  test('is filtered by workflow, words and stars', () => {
    const by = (filter: Partial<Parameters<typeof filtered>[1]>) =>
      ids(filtered(runs, { text: '', starred: false, ...filter }, words))
    expect(by({})).toBe('cba')
    expect(by({ workflow: { id: 'v', name: '' } })).toBe('a')
    expect(by({ workflow: { id: '', name: 'Points' } })).toBe('c')
    expect(by({ text: 'FI b' })).toBe('b')
    expect(by({ starred: true })).toBe('b')
  })
})
