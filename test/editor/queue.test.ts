// What waits to run, in which order, and what a run has shown.
import { describe, expect, test } from 'vitest'
import { createQueue, type Outcome, type Queued } from '../../src/editor/queue.ts'
import { createEarlier, createTape } from '../../src/editor/tape.ts'
import type { Event } from '../../src/engine/protocol.ts'

type ViewEvent = Extract<Event, { type: 'view' }>

const item = (id: number, onEnd?: (outcome: Outcome) => void): Queued => ({
  id,
  workflow: { id: 'w', name: 'W' },
  name: `graph ${id}`,
  graph: { nodes: [] },
  meaning: '',
  text: '',
  onEnd,
})
const view = (node: string, text: string): ViewEvent => ({ type: 'view', run: 1, node, view: { kind: 'text', text } as never })

describe('the queue', () => {
  test('gives graphs out in order, which can be changed', () => {
    const queue = createQueue()
    for (const id of [1, 2, 3]) queue.add(item(id))
    queue.move(3, -1)
    queue.move(1, -1) // is first
    queue.move(2, 1) // is last
    expect(queue.waiting.value.map(({ id }) => id)).toEqual([1, 3, 2])
    expect([queue.next(), queue.next(), queue.next(), queue.next()].map((each) => each?.id)).toEqual([1, 3, 2, undefined])
  })

  test('says what became of those that are removed, once', () => {
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

  test('keeps the last that ran', () => {
    const queue = createQueue()
    for (let id = 1; id <= 8; id++) queue.ended({ id, name: '', text: '', outcome: 'done', seconds: 1, files: [] })
    expect(queue.past.value.map(({ id }) => id)).toEqual([8, 7, 6, 5, 4, 3])
    queue.forgetPast()
    expect(queue.past.value).toEqual([])
  })
})

describe('what a run has shown', () => {
  test('is kept as it was last, each thing once and in the order it came', () => {
    const tape = createTape()
    const progress = (index: number): Event => ({
      ...({ type: 'progress', run: 1, node: 'a', end: 'b', count: 9, rate: 1, secondsLeft: 1 } as const),
      index,
    })
    for (const event of [progress(1), view('v', 'old'), progress(2), view('v', 'new'), view('w', 'other')]) tape.take(event)
    expect(tape.events()).toEqual([progress(2), view('v', 'new'), view('w', 'other')])
    expect(tape.views()).toEqual([view('v', 'new'), view('w', 'other')])
  })

  test('has every file, and the faults', () => {
    const tape = createTape()
    const file = (name: string): Event => ({ type: 'file', run: 1, node: 'f', file: { name } as never })
    const faults = [{ node: 'f', message: 'No.', cure: 'Yes.' }]
    for (const event of [file('a'), file('b'), { type: 'faults', run: 1, faults } as Event]) tape.take(event)
    expect(tape.files().map(({ file }) => file.name)).toEqual(['a', 'b'])
    expect(tape.faults()).toEqual(faults)
  })

  test('is there for the same graph again; the oldest goes when it is too much', () => {
    const earlier = createEarlier(2, 100)
    earlier.keep('a', [view('v', '1'), view('w', '1')])
    earlier.keep('a', [view('v', '2')]) // a run to one node
    expect(earlier.of('a')).toEqual([view('v', '2'), view('w', '1')])
    earlier.keep('b', [view('v', 'b')])
    earlier.of('a')
    earlier.keep('c', [view('v', 'c')])
    expect(['a', 'b', 'c'].map((meaning) => earlier.of(meaning).length)).toEqual([2, 0, 1])
    earlier.keep('d', [view('v', 'x'.repeat(80))])
    expect(['a', 'c', 'd'].map((meaning) => earlier.of(meaning).length)).toEqual([0, 0, 1])
  })
})
