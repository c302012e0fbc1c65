// Run history: recording of events, storage limits, and the order of the table.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFault } from '../../../src/engine/messages/fault.ts'
import { planMessages } from '../../../src/engine/messages/plan.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import type { Declaration } from '../../../src/engine/plan/op.ts'
import type { ChartView, ImagesView, NumbersView } from '../../../src/engine/base/view.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { createMemoryStore } from '../../../src/editor/storage/stores.ts'
import { createRunStore } from '../../../src/editor/runs/runStore.ts'
import {
  runsToDrop,
  downsampleCurve,
  type Run,
  type RunDetails,
} from '../../../src/editor/runs/record.ts'
import { createRecorder } from '../../../src/editor/runs/recorder.ts'
import { runFault, searchableText } from '../../../src/editor/runs/runText.ts'
import { filterRuns, sortRuns } from '../../../src/editor/runs/sorting.ts'
import { applyLanguage } from '../../../src/editor/texts/texts.ts'
import { emptyWorkflow, type WorkflowFile } from '../../../src/workflow/index.ts'
import type { JsonObject } from '../../../src/workflow/json.ts'

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

const number = {
  kind: 'number',
  default: 0,
  min: 0,
  max: 1,
  step: 0.1,
  integer: false,
  slider: false,
  about: '',
} as const
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

/** Workflow file of a graph. */
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

test('a long curve is downsampled, with its ends and extremes', () => {
  const y = Float64Array.from(
    { length: 10_000 },
    (_, i) => Math.sin(i / 500) + (i === 4321 ? 9 : i === 8765 ? -9 : 0),
  )
  y[77] = Number.NaN
  const x = y.map((_, i) => i + 1)
  const few = downsampleCurve(x, y, 500)
  expect(few.x.length).toBeLessThanOrEqual(500)
  expect(few.x.length).toBeGreaterThan(400)
  expect([few.x[0], few.x.at(-1)]).toEqual([1, 10_000])
  expect(Math.max(...few.y)).toBe(y[4321])
  expect(Math.min(...few.y)).toBe(y[8765])
  for (const [i, at] of few.x.entries()) expect(few.y[i]).toBe(y[at - 1])
  expect(downsampleCurve([1, 2, 3], [5, Number.NaN, 4], 500)).toEqual({
    x: Float64Array.of(1, 2, 3),
    y: Float64Array.of(5, Number.NaN, 4),
  })
  expect(downsampleCurve([], [], 500).x).toHaveLength(0)
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
const details = (id: string): RunDetails => ({
  id,
  text: '{}',
  losses: [],
  charts: [],
  pictures: [],
})
const stores = () => ({
  runs: createMemoryStore(),
  runDetails: createMemoryStore(),
  sweeps: createMemoryStore(),
})

/** A record as the editor stored it before messages had ids. */
const recordedRun: Run = {
  id: 'l1x7',
  when: 1764576000000,
  order: 1764576000000,
  workflow: 'train-points',
  name: 'Train on points',
  outcome: 'failed',
  seeds: [{ node: '4', title: 'Network', param: 'seed', value: 7 }],
  seconds: 0.412,
  metrics: [],
  star: false,
  note: '',
  size: 5120,
  target: '9',
  to: 'Sampler',
  fault: 'Required input model is not connected.',
  backend: 'wasm',
}

describe('the store', () => {
  test('drops the oldest runs above the limits, but never one with a star', async () => {
    const store = createRunStore(stores(), { runs: 2, bytes: 1000 })
    await store.add(run('a', { when: 1, star: true }), details('a'))
    await store.add(run('b', { when: 2 }), details('b'))
    expect(await store.add(run('c', { when: 3 }), details('c'))).toEqual([])
    expect((await store.add(run('d', { when: 4 }), details('d'))).map(({ id }) => id)).toEqual([
      'b',
    ])
    expect((await store.list()).runs.map(({ id }) => id)).toEqual(['d', 'c', 'a'])
    expect([await store.details('b'), (await store.details('a'))?.id]).toEqual([undefined, 'a'])
  })

  test('drops runs above the size limit, but never the newest', () => {
    const runs = [run('c', { size: 900 }), run('b', { size: 200 }), run('a')]
    expect(runsToDrop(runs, { runs: 9, bytes: 1000 }).map(({ id }) => id)).toEqual(['b', 'a'])
    expect(runsToDrop([run('c', { size: 9000 })], { runs: 9, bytes: 1000 })).toEqual([])
  })

  test('lists runs beside a broken record, which can be removed', async () => {
    const own = stores()
    const store = createRunStore(own)
    await store.add(run('a'), details('a'))
    await own.runs.set('broken', { id: 'broken', when: 'yesterday' })
    await own.runs.set('none', null)
    expect(await store.list()).toMatchObject({ runs: [{ id: 'a' }], broken: 2 })
    await store.removeBroken()
    expect(await store.list()).toMatchObject({ runs: [{ id: 'a' }], broken: 0 })
  })

  test('opens runs of versions that stored the message in English only', async () => {
    const own = stores()
    await own.runs.set('l1x7', recordedRun)
    const [found] = (await createRunStore(own).list()).runs
    expect(found).toEqual(recordedRun)
    for (const language of ['en', 'ko'] as const) {
      await applyLanguage(language)
      expect(runFault(found)).toBe('Required input model is not connected.')
      expect(filterRuns([found], { text: 'input model', starred: false }, searchableText)).toEqual([
        found,
      ])
    }
  })

  test('stores stars and notes, and restores deleted runs with their details', async () => {
    const store = createRunStore(stores())
    await store.add(run('a'), details('a'))
    await store.change('a', { star: true, note: 'good' })
    const restore = await store.remove(['a'])
    expect([(await store.list()).runs, await store.details('a')]).toEqual([[], undefined])
    await restore()
    expect((await store.list()).runs).toMatchObject([{ id: 'a', star: true, note: 'good' }])
    expect(await store.details('a')).toEqual(details('a'))
  })

  test('keeps a sweep while it has runs or may still receive one', async () => {
    let clock = 0
    const own = stores()
    const store = createRunStore(own, undefined, () => clock)
    const later = createRunStore(own, undefined, () => clock)
    const ids = async () => (await later.sweeps((await later.list()).runs)).map(({ id }) => id)
    for (const id of ['used', 'unused'])
      await store.addSweep({ id, when: 0, workflow: 'w', name: 'Points', text: '{}', axes: [] })
    await store.add(run('a', { sweep: { id: 'used', at: [0] } }), details('a'))
    expect(await ids()).toEqual(['unused', 'used'])
    clock = 48 * 3600e3
    expect((await store.sweeps([])).map(({ id }) => id)).toEqual(['unused', 'used'])
    expect(await ids()).toEqual(['used'])
  })

  test('orders runs by their end, and drops the oldest, when the clock is set back', async () => {
    const store = createRunStore(stores(), { runs: 2, bytes: 1000 })
    const day = 24 * 3600e3
    const dropped: string[] = []
    for (const [id, when] of Object.entries({ a: 400 * day, b: 3 * day, c: 2 * day, d: day }))
      dropped.push(...(await store.add(run(id, { when }), details(id))).map(({ id }) => id))
    const { runs } = await store.list()
    expect(runs.map(({ id }) => id)).toEqual(['d', 'c'])
    expect(runs.map(({ when }) => when)).toEqual([day, 2 * day])
    expect(dropped).toEqual(['a', 'b'])
  })
})

describe('the record of a run', () => {
  function begin() {
    let send: (event: Event) => void = () => {}
    const store = createRunStore(stores())
    const errors: string[] = []
    let ids = 0
    const recorder = createRecorder({
      port: {
        listen: (listener) => {
          send = listener
          return () => {}
        },
      },
      store,
      declared,
      parseFile: (text) => fileOf(JSON.parse(text) as Graph),
      backend: () => 'cpu',
      paint: async ({ kind }, width) => new Blob([`${kind} ${width}`]),
      newId: () => `run ${++ids}`,
      now: () => 1000 * ids,
      onStored: () => {},
      onError: (error) => errors.push(String(error)),
    })
    const record = (run: number, graph: Graph, more = {}) =>
      recorder.record({
        run,
        workflow: 'w',
        name: 'Points',
        text: JSON.stringify(graph),
        graph,
        ...more,
      })
    const sendAll = async (...events: Event[]) => {
      events.forEach(send)
      await recorder.whenStored()
      expect(errors).toEqual([])
    }
    return { record, sendAll, store }
  }
  const started = (run: number): Event => ({ type: 'started', run, nodes: [] })
  const finished = (run: number, stopped = false): Event => ({
    type: 'finished',
    run,
    seconds: 2,
    stopped,
  })
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

  test('contains iterations, losses, metrics, curves and samples', async () => {
    const { record, sendAll, store } = begin()
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
    record(1, graph(), { target: '5:2', to: 'Block › Fast' })
    await sendAll(
      started(1),
      progress(1, 4, 0.5),
      progress(1, 9, 1),
      progress(1, 3), // Sampling follows the training.
      {
        type: 'view',
        run: 1,
        node: '2',
        view: chart([{ name: 'loss', x, y: Float64Array.from(losses) }]),
      },
      { type: 'view', run: 1, node: '2', view: numbers },
      { type: 'view', run: 1, node: '1', view: images },
      { type: 'view', run: 1, node: '3', view: chart([{ name: 'distance', x, y: x }]) },
      { type: 'losses', run: 1, node: '1', index: 9, losses },
      finished(1),
    )
    const [first] = (await store.list()).runs
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
    expect(first.changed).toBeUndefined()
    expect(await first.thumbnail!.text()).toBe('images 144')
    const { losses: curves, charts, pictures } = (await store.details(first.id))!
    expect(curves).toEqual([
      {
        node: '1',
        title: 'Network',
        name: 'loss',
        x: Float64Array.of(7, 8, 9),
        y: Float64Array.of(3, 2, 1),
      },
    ])
    expect(charts.map(({ name }) => name)).toEqual(['distance'])
    expect(pictures.map(({ node, width }) => [node, width])).toEqual([['1', 400]])
  })

  test('lists the changes since the previous run of the workflow', async () => {
    const { record, sendAll, store } = begin()
    record(1, graph())
    record(2, graph({ lr: 0.2 }), { workflow: 'other', name: 'Other' })
    record(3, graph({ lr: 0.3 }))
    await sendAll(started(1), finished(1))
    await sendAll(started(2), finished(2))
    await sendAll(started(3), finished(3, true))
    expect(
      (await store.list()).runs.map(({ outcome, changed }) => [outcome, changed?.length]),
    ).toEqual([
      ['stopped', 1],
      ['finished', undefined],
      ['finished', undefined],
    ])
  })

  test('is stored for failed runs, but not for refused ones', async () => {
    const { record, sendAll, store } = begin()
    const fault: Event = {
      type: 'faults',
      run: 1,
      faults: [{ node: '1', message: 'Too wide.', cure: '' }],
    }
    record(1, graph())
    await sendAll(fault, finished(1, true))
    record(2, graph())
    await sendAll(started(2), { ...fault, run: 2 }, finished(2, true))
    record(3, graph())
    await sendAll(started(3), { type: 'broken', message: 'The engine is gone.' })
    expect((await store.list()).runs.map(({ outcome, fault: why }) => [outcome, why])).toEqual([
      ['failed', 'The engine is gone.'],
      ['failed', 'Too wide.'],
    ])
  })

  test('has the message of a failed run by id, for other languages', async () => {
    const { record, sendAll, store } = begin()
    const message = planMessages.notConnected({ slot: 'model' })
    record(1, graph())
    await sendAll(started(1), {
      type: 'faults',
      run: 1,
      faults: [createFault({ node: '1', message, cure: '' })],
    })
    await sendAll(finished(1, true))
    const [failed] = (await store.list()).runs
    expect(failed).toMatchObject({
      fault: 'Required input model is not connected.',
      messages: { fault: { id: 'plan.notConnected', values: { slot: 'model' } } },
    })
    await applyLanguage('ko')
    expect(runFault(failed)).toBe('필수 입력 model이 연결되지 않았습니다.')
    expect(searchableText(failed)).toContain('Required input model')
  })

  test('covers only the last of consecutive live runs', async () => {
    const { record, sendAll, store } = begin()
    record(1, graph())
    await sendAll(started(1), finished(1))
    for (const [i, lr] of [0.2, 0.3, 0.4].entries()) {
      record(i + 2, graph({ lr }), { automatic: true })
      await sendAll(started(i + 2), finished(i + 2))
    }
    const { runs } = await store.list()
    expect(runs).toHaveLength(2)
    expect(JSON.parse((await store.details(runs[0].id))!.text)).toEqual(graph({ lr: 0.4 }))
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

  test('is sorted by any column, with missing values last in both directions', () => {
    const by = (column: Parameters<typeof sortRuns>[1]['column'], down: boolean) =>
      ids(sortRuns(runs, { column, down }, () => ''))
    expect([by('when', true), by('when', false)]).toEqual(['cba', 'abc'])
    expect([by('loss', false), by('loss', true)]).toEqual(['abc', 'bac'])
    expect([by('name', false), by('seconds', true)]).toEqual(['abc', 'cba'])
    expect(by('seed', true)).toBe('cba')
  })

  test('is filtered by workflow, words and stars', () => {
    const by = (filter: Partial<Parameters<typeof filterRuns>[1]>) =>
      ids(filterRuns(runs, { text: '', starred: false, ...filter }, words))
    expect(by({})).toBe('cba')
    expect(by({ workflow: { id: 'v', name: '' } })).toBe('a')
    expect(by({ workflow: { id: '', name: 'Points' } })).toBe('c')
    expect(by({ text: 'FI b' })).toBe('b')
    expect(by({ starred: true })).toBe('b')
  })
})
