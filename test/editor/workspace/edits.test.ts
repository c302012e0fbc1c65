// Edits as transactions: number of serialisations and changes for each kind of edit.
import { LiteGraph, type LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStoredViews } from '../../../src/editor/running/storedViews.ts'
import { createMemoryStore } from '../../../src/editor/storage/stores.ts'
import { followShapes } from '../../../src/editor/running/featureShapes.ts'
import { createRunner } from '../../../src/editor/running/runner.ts'
import type { Runner, StartedRun } from '../../../src/editor/running/runnerTypes.ts'
import { changeSettings } from '../../../src/editor/storage/settings.ts'
import { followActivity } from '../../../src/editor/workspace/activity.ts'
import type { Draft } from '../../../src/editor/workspace/library.ts'
import { undoable } from '../../../src/editor/workspace/state.ts'
import type { WorkflowChange } from '../../../src/editor/workspace/workflowChange.ts'
import type { Fault } from '../../../src/engine/messages/fault.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import type { RunEvent } from '../../../src/hosts/worker/clientTypes.ts'
import { workspaceOnGraph, type WorkspaceOnGraph } from '../workspaceOnGraph.ts'

/** Numbers of conversions of the graph to a file, of files to text, and of flattened files. */
const counts = { reads: 0, texts: 0, flattened: 0 }

vi.mock('../../../src/workflow/index.ts', async (original) => {
  const module = await original<typeof import('../../../src/workflow/index.ts')>()
  const stringifyWorkflow: typeof module.stringifyWorkflow = (file) => {
    counts.texts++
    return module.stringifyWorkflow(file)
  }
  return { ...module, stringifyWorkflow }
})

vi.mock('../../../src/workflow/flatten.ts', async (original) => {
  const module = await original<typeof import('../../../src/workflow/flatten.ts')>()
  const flattenSubgraphs: typeof module.flattenSubgraphs = (file) => {
    counts.flattened++
    return module.flattenSubgraphs(file)
  }
  return { ...module, flattenSubgraphs }
})

let opened: WorkspaceOnGraph
let changes: WorkflowChange[]

/** Waits until the transaction has ended and a draft is stored. */
const later = () => vi.advanceTimersByTimeAsync(1000)

const kinds = () => changes.map(({ kind }) => kind)

function forget() {
  changes = []
  Object.assign(counts, { reads: 0, texts: 0, flattened: 0 })
}

function addNode(type: string): LGraphNode {
  const node = LiteGraph.createNode(`diffusion/${type}`)!
  opened.graph.add(node)
  return node
}

const valueIn = ({ file }: WorkflowChange['after'], { id }: LGraphNode, name: string) =>
  file.nodes.find((node) => node.id === id)?.properties[name]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  // The runner shows its progress in the title of the page.
  vi.stubGlobal('document', { title: '' })
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('removeEventListener', () => {})
  const opening = workspaceOnGraph({ read: () => counts.reads++ })
  await later()
  opened = await opening
  opened.workspace.subscribe((change) => changes.push(change))
  changes = []
})
afterEach(() => {
  vi.useRealTimers()
  opened.close()
})

describe('a param edit', () => {
  test('is serialised and reported once to history, draft and subscribers', async () => {
    const node = addNode('GaussianNoise')
    await later()
    const other = vi.fn()
    opened.workspace.subscribe(other)
    forget()
    opened.workspace.setParam(node, 'seed', 7)
    await later()
    expect(counts).toEqual({ reads: 1, texts: 1, flattened: 0 })
    expect(kinds()).toEqual(['edit'])
    expect(other.mock.calls).toEqual([[changes[0]]])
    const [{ before, after }] = changes
    expect(valueIn(before, node, 'seed')).not.toBe(7)
    expect(valueIn(after, node, 'seed')).toBe(7)
    expect(opened.workspace.present).toBe(after)
    const [draft] = await opened.drafts.all<Draft>()
    expect(draft.text).toBe(after.text)
    expect(counts.texts).toBe(1)
  })

  test('is not reported if it changes nothing', async () => {
    const node = addNode('GaussianNoise')
    await later()
    const { seed } = node.properties
    forget()
    opened.workspace.setParam(node, 'seed', seed)
    await later()
    expect(kinds()).toEqual([])
  })

  test('is committed before an undo, a save or a run reads the workflow', async () => {
    const node = addNode('GaussianNoise')
    await later()
    forget()
    opened.workspace.setParam(node, 'seed', 7)
    expect(valueIn(opened.workspace.capture(), node, 'seed')).toBe(7)
    expect(kinds()).toEqual(['edit'])
    opened.workspace.undo()
    await later()
    expect(valueIn(opened.workspace.present, node, 'seed')).not.toBe(7)
    expect(kinds()).toEqual(['edit', 'undo'])
  })
})

describe('a param edit with a runner', () => {
  let runner: Runner
  let node: LGraphNode
  let started: StartedRun[]
  let checked: Graph[]
  let send: (event: RunEvent) => void
  const findTrainings = vi.fn(() => Promise.resolve([]))

  /** Creates a runner with an engine that only records requests. */
  function connectRunner(): Runner {
    started = []
    checked = []
    const finished = new Promise<never>(() => {})
    const control = { pause() {}, resume() {}, step() {}, stop() {}, answer() {}, monitor() {} }
    return createRunner({
      stage: opened.stage,
      workspace: opened.workspace,
      onStart: (run) => started.push(run),
      client: {
        start(_graph, { onEvent = () => {} } = {}) {
          send = onEvent
          return { ...control, id: 1, finished }
        },
        check: (graph) => {
          checked.push(graph)
          return Promise.resolve([])
        },
        listen: () => () => {},
        inspect: () => Promise.resolve(undefined),
        setVisible() {},
        keepLast() {},
        findTrainings,
        estimateTrainings: () => Promise.resolve([]),
      },
      storedViews: createStoredViews(createMemoryStore()),
    })
  }

  const finish = () => send({ type: 'finished', run: 1, seconds: 1, stopped: false } as RunEvent)
  const seedIn = ({ nodes }: Graph) => nodes.find(({ id }) => id === `${node.id}`)?.params.seed

  async function setSeed(seed: number) {
    forget()
    opened.workspace.setParam(node, 'seed', seed)
    await later()
    expect(counts).toEqual({ reads: 1, texts: 1, flattened: 1 })
    expect(kinds()).toEqual(['edit'])
  }

  beforeEach(async () => {
    changeSettings({ live: true })
    node = addNode('GaussianNoise')
    opened.workspace.setTitle('Edited')
    runner = connectRunner()
    await later()
  })
  afterEach(finish)

  test('is serialised and reported once when it starts a live run', async () => {
    runner.run()
    finish()
    await setSeed(7)
    expect(started).toHaveLength(2)
    const { item, isLive } = started[1]
    expect(isLive).toBe(true)
    expect(seedIn(item.graph)).toBe(7)
    expect(item.text).toBe(changes[0].after.text)
  })

  test('is serialised and reported once when its graph is checked for faults', async () => {
    changeSettings({ live: false })
    runner.run()
    const fault = { node: `${node.id}`, message: '', cure: '' } as Partial<Fault> as Fault
    send({ type: 'faults', run: 1, faults: [fault] })
    finish()
    await setSeed(7)
    expect(checked.map(seedIn)).toEqual([7])
  })

  test('is flattened once for activity, shapes, faults and stored trainings', async () => {
    changeSettings({ live: false })
    const showActivity = vi.fn()
    const findShapes = vi.fn(() => Promise.resolve([]))
    followActivity({ showActivity }, opened.workspace)
    followShapes({ findShapes }, { setShapes() {} }, opened.workspace)
    addNode('Conv')
    addNode('TrainingStart')
    await later()
    runner.run()
    const fault = { node: `${node.id}`, message: '', cure: '' } as Partial<Fault> as Fault
    send({ type: 'faults', run: 1, faults: [fault] })
    finish()
    for (const follower of [showActivity, findShapes, findTrainings]) follower.mockClear()
    await setSeed(7)
    expect(showActivity).toHaveBeenCalledOnce()
    expect(findShapes).toHaveBeenCalledOnce()
    expect(findTrainings).toHaveBeenCalledOnce()
    expect(checked).toHaveLength(1)
  })

  test('is serialised and reported once while the queue runs its graph', async () => {
    runner.enqueueCurrent()
    await setSeed(7)
    await setSeed(8)
    expect(started).toHaveLength(1)
    runner.stopAll()
  })
})

test('several callbacks of litegraph in one task are one undo step', async () => {
  const [schedule, chart] = [addNode('NoiseSchedule'), addNode('ScheduleChart')]
  await later()
  forget()
  schedule.connect(0, chart, 0)
  chart.pos = [300, 40]
  schedule.setProperty('steps', 50)
  await later()
  expect(counts).toEqual({ reads: 1, texts: 1, flattened: 0 })
  expect(kinds()).toEqual(['edit'])
  opened.workspace.undo()
  await later()
  expect(opened.workspace.present.file.links).toEqual([])
})

test('a drag publishes previews when it pauses, and is one undo step', async () => {
  const node = addNode('GaussianNoise')
  await later()
  forget()
  opened.workspace.setPointerDown(true)
  for (const seed of [1, 2, 3]) {
    node.setProperty('seed', seed)
    await vi.advanceTimersByTimeAsync(20)
  }
  await later()
  node.setProperty('seed', 4)
  await later()
  expect(kinds()).toEqual(['preview', 'preview'])
  expect(changes.map(({ after }) => valueIn(after, node, 'seed'))).toEqual([3, 4])
  node.setProperty('seed', 5)
  opened.workspace.setPointerDown(false)
  await later()
  expect(kinds()).toEqual(['preview', 'preview', 'edit'])
  expect(valueIn(changes[2].after, node, 'seed')).toBe(5)
  opened.workspace.undo()
  await later()
  expect([1, 2, 3, 4, 5]).not.toContain(valueIn(opened.workspace.present, node, 'seed'))
})

test('seeds drawn for a run amend the current state without an undo step', async () => {
  const node = addNode('GaussianNoise')
  await later()
  node.title = 'Called'
  opened.workspace.capture()
  forget()
  opened.workspace.amend(() => node.setProperty('seed', 9))
  await later()
  expect(kinds()).toEqual(['amend'])
  expect(counts).toEqual({ reads: 1, texts: 1, flattened: 0 })
  opened.workspace.undo()
  await later()
  expect(valueIn(opened.workspace.present, node, 'seed')).not.toBe(9)
  expect(opened.workspace.present.file.nodes[0].title).not.toBe('Called')
})

test('opening a workflow is reported once, adds no undo step, and counts as saved', async () => {
  addNode('Mix')
  await later()
  const { text } = opened.workspace.present
  changes = []
  const opening = opened.workspace.openText(text, 'Opened')
  await later()
  await opening
  expect(kinds()).toEqual(['open'])
  expect(undoable.value.undo).toBe(false)
  expect(opened.workspace.present.file.nodes).toHaveLength(1)
})

test('an edit in another tab is reported with the workflow of that tab', async () => {
  const node = addNode('GaussianNoise')
  await later()
  const opening = opened.workspace.newWorkflow()
  await later()
  await opening
  forget()
  const added = addNode('Points')
  await later()
  expect(kinds()).toEqual(['edit'])
  expect(changes[0].after.file.nodes.map(({ type }) => type)).toEqual([added.type])
  expect(changes[0].before.file.nodes).toEqual([])
  expect(node.graph).not.toBe(opened.graph)
})

test('a change of settings does not change the workflow', async () => {
  forget()
  changeSettings({ live: false })
  await later()
  expect(kinds()).toEqual([])
  expect(counts).toEqual({ reads: 0, texts: 0, flattened: 0 })
})
