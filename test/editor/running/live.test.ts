// Conditions under which an edit runs the graph again automatically.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLiveRuns } from '../../../src/editor/running/liveRuns.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setting() {
  const now = { on: true, workflow: 'w', graph: graphWith(1), trains: false, idle: true }
  const did: string[] = []
  const live = createLiveRuns({
    isOn: () => now.on,
    workflow: () => now.workflow,
    graph: () => now.graph,
    trains: () => now.trains,
    isIdle: () => now.idle,
    run: () => {
      did.push('run')
      live.onRunStart(now.graph)
    },
    stop: () => did.push('stop'),
  })
  const touch = () => {
    live.onChange()
    vi.advanceTimersByTime(100)
  }
  return { now, did, live, touch }
}

const graphWith = (t: number, title = ''): Graph => ({
  nodes: [{ id: 't', op: 'diffusion/Timestep', params: { t }, inputs: {}, title }],
})

test('nothing runs before the first manual run, or in another workflow', () => {
  const { now, did, live, touch } = setting()
  touch()
  live.onRunStart(now.graph)
  now.workflow = 'other'
  now.graph = graphWith(2)
  touch()
  expect(did).toEqual([])
})

test('consecutive edits cause one run; edits without effect on results cause none', () => {
  const { now, did, live, touch } = setting()
  live.onRunStart(now.graph)
  for (const t of [2, 3, 4]) {
    now.graph = graphWith(t)
    live.onChange()
  }
  vi.advanceTimersByTime(100)
  expect(did).toEqual(['run'])
  now.graph = graphWith(4, 'another title')
  touch()
  expect(did).toEqual(['run'])
})

test('bringing a node to the front runs nothing', () => {
  const { now, did, live, touch } = setting()
  const nodes = ['1', '2', '10'].map((id) => ({ ...graphWith(1).nodes[0], id }))
  live.onRunStart({ nodes })
  now.graph = { nodes: [nodes[1], nodes[2], nodes[0]] }
  touch()
  expect(did).toEqual([])
})

test('an edit during a run stops it and starts another one afterwards', () => {
  const { now, did, live, touch } = setting()
  live.onRunStart(now.graph)
  now.idle = false
  now.graph = graphWith(2)
  touch()
  expect(did).toEqual(['stop'])
  now.idle = true
  live.onRunEnd()
  expect(did).toEqual(['stop', 'run'])
  live.onRunEnd()
  expect(did).toEqual(['stop', 'run'])
})

test('graphs with a training do not run automatically, nor does any graph with live off', () => {
  const { now, did, live, touch } = setting()
  live.onRunStart(now.graph)
  now.graph = graphWith(2)
  now.trains = true
  touch()
  now.trains = false
  now.on = false
  touch()
  expect(did).toEqual([])
})
