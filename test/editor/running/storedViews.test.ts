// Stored views of workflows: restored on nodes of the same type, bounded in size and number.
import { expect, test, vi } from 'vitest'
import type { View } from '../../../src/engine/base/view.ts'
import type { ActiveRun } from '../../../src/editor/running/activeRun.ts'
import { createEventLog } from '../../../src/editor/running/eventLog.ts'
import { createStoredViews } from '../../../src/editor/running/storedViews.ts'
import { createMemoryStore } from '../../../src/editor/storage/stores.ts'

const graph = {
  nodes: [
    { id: '1', op: 'diffusion/Scatter', params: {}, inputs: {} },
    { id: '2', op: 'diffusion/Chart', params: {}, inputs: {} },
  ],
}
const rows = (text: string): View => ({ kind: 'rows', rows: [['text', text]] })

function run(id: string, views: Record<string, View>): ActiveRun {
  const log = createEventLog()
  for (const [node, view] of Object.entries(views)) log.add({ type: 'view', run: 1, node, view })
  return {
    id: 1,
    key: '',
    name: id,
    text: '',
    workflow: { id, name: id },
    graph,
    origin: 'command',
    log,
  }
}

test('returns the last views of each node, also of a later run up to one node', async () => {
  const stored = createStoredViews(createMemoryStore())
  stored.schedule(run('w', { 1: rows('a'), 2: rows('b') }))
  await stored.flush()
  stored.schedule(run('w', { 2: rows('c') }), 'end')
  await stored.flush()
  expect(await stored.load('w', graph)).toEqual([
    { node: '1', op: 'diffusion/Scatter', view: rows('a') },
    { node: '2', op: 'diffusion/Chart', view: rows('c') },
  ])
  const [scatter, chart] = graph.nodes
  const changed = { nodes: [{ ...scatter, op: 'diffusion/Inspect' }, chart] }
  expect((await stored.load('w', changed)).map(({ node }) => node)).toEqual(['2'])
  expect(await stored.load('other', graph)).toEqual([])
})

test('stores views soon after a run, and at the latest after 1.5 seconds of one', async () => {
  vi.useFakeTimers()
  try {
    const stored = createStoredViews(createMemoryStore())
    const long = run('w', { 1: rows('a') })
    for (let time = 0; time < 1400; time += 100) {
      stored.schedule(long)
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(await stored.load('w', graph)).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    expect(await stored.load('w', graph)).toHaveLength(1)
    stored.schedule(run('w', { 2: rows('b') }))
    stored.schedule(run('w', { 2: rows('c') }), 'end')
    await vi.advanceTimersByTimeAsync(400)
    expect((await stored.load('w', graph)).map(({ view }) => view)).toEqual([rows('a'), rows('c')])
  } finally {
    vi.useRealTimers()
  }
})

test('a page that closes only has to write', async () => {
  const store = createMemoryStore()
  const stored = createStoredViews(store)
  stored.schedule(run('w', { 1: rows('a') }))
  await stored.flush()
  const read = vi.spyOn(store, 'get')
  stored.schedule(run('w', { 2: rows('b') }))
  const flushed = stored.flush()
  expect(read).not.toHaveBeenCalled()
  await flushed
  expect(await stored.load('w', graph)).toHaveLength(2)
})

test('leaves out views that are too large, and the workflows that ran longest ago', async () => {
  const store = createMemoryStore()
  const stored = createStoredViews(store)
  stored.schedule(run('large', { 1: rows('a'.repeat(5e6)), 2: rows('b') }))
  await stored.flush()
  expect((await stored.load('large', graph)).map(({ node }) => node)).toEqual(['2'])
  for (let i = 0; i < 20; i++) {
    await store.set(`w${i}`, { id: `w${i}`, when: i, views: [] })
  }
  stored.schedule(run('last', { 1: rows('a') }))
  await stored.flush()
  const ids = (await store.keys()).sort()
  expect(ids).toHaveLength(12)
  expect(ids).toContain('last')
  expect(ids).toContain('large')
  expect(ids).toContain('w19')
  expect(ids).not.toContain('w9')
})

test('follows a workflow that has another id after a reload', async () => {
  const store = createMemoryStore()
  const stored = createStoredViews(store)
  stored.schedule(run('before', { 1: rows('a') }))
  await stored.flush()
  await stored.rename('before', 'after')
  await stored.rename('after', 'after')
  expect(await store.keys()).toEqual(['after'])
  expect(await stored.load('after', graph)).toHaveLength(1)
})
