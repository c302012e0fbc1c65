// When a change runs a graph again by itself.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLive } from '../../src/editor/live.ts'
import type { Graph } from '../../src/engine/plan/graph.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setting() {
  const now = { on: true, workflow: 'w', graph: graphWith(1), trains: false, idle: true }
  const did: string[] = []
  const live = createLive({
    on: () => now.on,
    workflow: () => now.workflow,
    graph: () => now.graph,
    trains: () => now.trains,
    idle: () => now.idle,
    run: () => {
      did.push('run')
      live.began(now.graph)
    },
    stop: () => did.push('stop'),
  })
  const touch = () => {
    live.touched()
    vi.advanceTimersByTime(100)
  }
  return { now, did, live, touch }
}

const graphWith = (t: number, title = ''): Graph => ({
  nodes: [{ id: 't', op: 'diffusion/Timestep', params: { t }, inputs: {}, title }],
})

test('nothing runs before the first run by hand, nor in another workflow', () => {
  const { now, did, live, touch } = setting()
  touch()
  live.began(now.graph)
  now.workflow = 'other'
  now.graph = graphWith(2)
  touch()
  expect(did).toEqual([])
})

test('several changes in a row are one run; a change of nothing that counts is none', () => {
  const { now, did, live, touch } = setting()
  live.began(now.graph)
  for (const t of [2, 3, 4]) {
    now.graph = graphWith(t)
    live.touched()
  }
  vi.advanceTimersByTime(100)
  expect(did).toEqual(['run'])
  now.graph = graphWith(4, 'another title')
  touch()
  expect(did).toEqual(['run'])
})

test('a node that is clicked comes to the front, and nothing runs', () => {
  const { now, did, live, touch } = setting()
  const nodes = ['1', '2', '10'].map((id) => ({ ...graphWith(1).nodes[0]!, id }))
  live.began({ nodes })
  now.graph = { nodes: [nodes[1]!, nodes[2]!, nodes[0]!] }
  touch()
  expect(did).toEqual([])
})

test('a change while it runs stops that run and begins another when it has ended', () => {
  const { now, did, live, touch } = setting()
  live.began(now.graph)
  now.idle = false
  now.graph = graphWith(2)
  touch()
  expect(did).toEqual(['stop'])
  now.idle = true
  live.ended()
  expect(did).toEqual(['stop', 'run'])
  live.ended()
  expect(did).toEqual(['stop', 'run'])
})

test('what trains waits to be run, and switched off nothing runs', () => {
  const { now, did, live, touch } = setting()
  live.began(now.graph)
  now.graph = graphWith(2)
  now.trains = true
  touch()
  now.trains = false
  now.on = false
  touch()
  expect(did).toEqual([])
})
