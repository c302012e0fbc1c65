// Queue of runs, and the log of a run's events.
import { describe, expect, test } from 'vitest'
import { createQueue, type RunOutcome, type QueuedRun } from '../../../src/editor/running/queue.ts'
import { createEventLog } from '../../../src/editor/running/eventLog.ts'
import { createViewCache } from '../../../src/hosts/worker/viewCache.ts'
import type { View } from '../../../src/engine/base/view.ts'
import type { RunEvent } from '../../../src/hosts/worker/clientTypes.ts'

type ViewEvent = Extract<RunEvent, { type: 'view' }>

const item = (id: number, onEnd?: (outcome: RunOutcome) => void): QueuedRun => ({
  id,
  workflow: { id: 'w', name: 'W' },
  name: `graph ${id}`,
  graph: { nodes: [] },
  key: '',
  text: '',
  onEnd,
})
const view = (node: string, text: string): ViewEvent => ({
  type: 'view',
  run: 1,
  node,
  view: { kind: 'text', text } as never,
})

describe('the queue', () => {
  test('returns graphs in order, and can be reordered', () => {
    const queue = createQueue()
    for (const id of [1, 2, 3]) queue.add(item(id))
    queue.move(3, -1)
    queue.move(1, -1) // It is the first already.
    queue.move(2, 1) // It is the last already.
    expect(queue.waiting.value.map(({ id }) => id)).toEqual([1, 3, 2])
    expect(
      [queue.takeNext(), queue.takeNext(), queue.takeNext(), queue.takeNext()].map(
        (each) => each?.id,
      ),
    ).toEqual([1, 3, 2, undefined])
  })

  test('reports each removal once', () => {
    const queue = createQueue()
    const said: string[] = []
    for (const id of [1, 2, 3]) queue.add(item(id, (outcome) => said.push(`${id} ${outcome}`)))
    queue.remove(2)
    queue.remove(2)
    expect(said).toEqual(['2 removed'])
    queue.clear()
    expect(said).toEqual(['2 removed', '1 removed', '3 removed'])
    expect(queue.waiting.value).toEqual([])
  })

  test('stores the last runs', () => {
    const queue = createQueue()
    for (let id = 1; id <= 8; id++)
      queue.addPast({ id, name: '', text: '', outcome: 'done', seconds: 1, files: [] })
    expect(queue.past.value.map(({ id }) => id)).toEqual([8, 7, 6, 5, 4, 3])
    queue.clearPast()
    expect(queue.past.value).toEqual([])
  })
})

describe('the event log of a run', () => {
  test('contains the last event of each kind in order', () => {
    const tape = createEventLog()
    const progress = (index: number): RunEvent => ({
      ...({
        type: 'progress',
        run: 1,
        node: 'a',
        end: 'b',
        count: 9,
        rate: 1,
        secondsLeft: 1,
      } as const),
      index,
    })
    for (const event of [
      progress(1),
      view('v', 'old'),
      progress(2),
      view('v', 'new'),
      view('w', 'other'),
    ])
      tape.add(event)
    expect(tape.events()).toEqual([progress(2), view('v', 'new'), view('w', 'other')])
    expect(tape.views()).toEqual([view('v', 'new'), view('w', 'other')])
  })

  test('contains all files and the faults', () => {
    const tape = createEventLog()
    const file = (name: string): RunEvent => ({
      type: 'file',
      run: 1,
      node: 'f',
      file: { name } as never,
    })
    const faults = [{ node: 'f', message: 'No.', cure: 'Yes.' }]
    for (const event of [file('a'), file('b'), { type: 'faults', run: 1, faults } as RunEvent])
      tape.add(event)
    expect(tape.files().map(({ file }) => file.name)).toEqual(['a', 'b'])
    expect(tape.faults()).toEqual(faults)
  })

  test('is cached by graph, and the oldest is evicted at the limit', () => {
    const earlier = createViewCache(2, 100)
    const count = (key: string) => earlier.get(key, 'w').length
    earlier.put('a', 'w', [view('v', '1'), view('w', '1')])
    earlier.put('a', 'w', [view('v', '2')]) // A run that is limited to one node.
    expect(earlier.get('a', 'w')).toEqual([view('v', '2'), view('w', '1')])
    earlier.put('b', 'w', [view('v', 'b')])
    earlier.get('a', 'w')
    earlier.put('c', 'w', [view('v', 'c')])
    expect(['a', 'b', 'c'].map(count)).toEqual([2, 0, 1])
    earlier.put('d', 'w', [view('v', 'x'.repeat(80))])
    expect(['a', 'c', 'd'].map(count)).toEqual([0, 0, 1])
  })

  test('is shown in another workflow without the lines of earlier runs', () => {
    const cache = createViewCache()
    const line = (name: string, kept?: true) => ({
      name,
      x: Float64Array.of(0),
      y: Float64Array.of(1),
      ...(kept && { kept }),
    })
    const chart = { kind: 'chart', lines: [line('before', true), line('now')] } as unknown as View
    cache.put('graph', 'one', [{ type: 'view', run: 1, node: 'c', view: chart }])
    const names = (workflow: string) =>
      cache
        .get('graph', workflow)
        .flatMap((event) => (event.view.kind === 'chart' ? event.view.lines : []))
        .map(({ name }) => name)
    expect(names('one')).toEqual(['before', 'now'])
    expect(names('two')).toEqual(['now'])
  })
})
