// Messages between a figure and the page around it: what is accepted, what is answered, and to whom.
import { signal } from '@preact/signals'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listenToHost } from '../../../src/editor/figure/embedApi.ts'
import { readHostMessage } from '../../../src/editor/figure/messages.ts'
import { createReader, type ReaderClient } from '../../../src/editor/figure/reader.ts'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { closeDialog, showDialog } from '../../../src/editor/ui/state.ts'
import { limits } from '../../../src/workflow/json.ts'
import { parseWorkflow } from '../../../src/workflow/index.ts'

const message = (parts: object) => readHostMessage({ litegraphDiffusion: 1, id: 1, ...parts })
const problem = (parts: object) => {
  const read = message(parts)
  return read && 'problem' in read ? read.problem : undefined
}

describe('a message', () => {
  test('is one of five, with an id', () => {
    for (const type of ['hello', 'run', 'stop'])
      expect(message({ type })).toEqual({ id: 1, message: { type } })
    expect(message({ type: 'load', gallery: 'points' })).toMatchObject({
      message: { gallery: 'points' },
    })
    expect(message({ type: 'set', params: { 'A.b': 3 } })).toMatchObject({
      message: { params: { 'A.b': 3 } },
    })
  })

  test.each([null, undefined, 3, 'run', [], { type: 'run' }, { litegraphDiffusion: 1 }, new Map()])(
    'is none: %j',
    (data) => expect(readHostMessage(data)).toBeUndefined(),
  )

  test('of another version, type or form is refused with the reason', () => {
    expect(readHostMessage({ litegraphDiffusion: 2, id: 'a', type: 'run' })).toEqual({
      id: 'a',
      problem: 'Expected messages of version 1, got 2.',
    })
    expect(problem({ type: 'readLibrary' })).toBe(
      'Expected the type hello, load, set, run or stop, got "readLibrary".',
    )
    expect(problem({ type: '__proto__' })).toMatch(/Expected the type/)
    expect(problem({ type: 'load' })).toMatch(/either workflow.*or gallery/)
    expect(problem({ type: 'load', workflow: 'x', gallery: 'y' })).toMatch(/either/)
    expect(problem({ type: 'load', gallery: '../../private' })).toMatch(/id of a ready workflow/)
    expect(problem({ type: 'load', workflow: 7 })).toMatch(/Expected the text/)
    expect(problem({ type: 'load', workflow: 'x'.repeat(limits.bytes + 1) })).toMatch(
      /at most 8 MB of workflow/,
    )
    expect(problem({ type: 'set', params: [] })).toMatch(/Expected params as an object, got a list/)
    expect(problem({ type: 'set', params: {} })).toMatch(/1 to 200/)
    expect(problem({ type: 'set', params: { [`${'x'.repeat(500)}.y`]: 1 } })).toMatch(/400/)
  })

  test('of any form is read without an exception', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (id, type, params) => {
        readHostMessage({ litegraphDiffusion: 1, id, type, params, workflow: params })
        readHostMessage(params)
      }),
    )
  })
})

interface Posted {
  message: Record<string, unknown>
  target: string
}

/** A figure in a page, without a browser. */
function frame({ ancestor, onlyShown = true }: { ancestor?: string; onlyShown?: boolean } = {}) {
  const posted: Posted[] = []
  const listeners = new Set<(event: object) => unknown>()
  const parent = {
    postMessage: (sent: Record<string, unknown>, target: string) =>
      posted.push({ message: sent, target }),
  }
  const page = {
    parent,
    location: { ...(ancestor !== undefined && { ancestorOrigins: [ancestor] }) },
    addEventListener: (_: string, listener: (event: object) => unknown) => listeners.add(listener),
    removeEventListener: (_: string, listener: (event: object) => unknown) =>
      listeners.delete(listener),
  }
  const started: unknown[] = []
  const client: ReaderClient = {
    listen: () => () => {},
    start: (graph) => {
      started.push(graph)
      const nothing = () => {}
      return {
        id: started.length,
        finished: new Promise(() => {}),
        pause: nothing,
        resume: nothing,
        step: nothing,
        stop: nothing,
        answer: nothing,
        monitor: nothing,
      }
    },
  }
  const text = readFileSync('workflows/points.json', 'utf8')
  const figure = createReader({ client, file: parseWorkflow(text, ownTypes).workflow })
  const loaded: unknown[] = []
  const close = listenToHost({
    figure,
    onlyShown,
    problems: [],
    load: async (source) => void loaded.push(source),
    page: page as unknown as Window,
  })
  const send = async (
    data: unknown,
    { source = parent, origin = 'https://a.example' }: { source?: object; origin?: string } = {},
  ) => {
    for (const listener of listeners) await listener({ source, origin, data })
  }
  const replies = () => posted.filter(({ message }) => 'reply' in message)
  return { figure, posted, replies, send, started, loaded, listeners, close }
}

const run = { litegraphDiffusion: 1, id: 5, type: 'run' }

describe('a figure', () => {
  test('refuses messages that would change what is behind a dialog', async () => {
    const { replies, send, started, loaded } = frame()
    showDialog({ kind: 'settings' })
    await send(run)
    await send({ litegraphDiffusion: 1, id: 6, type: 'load', gallery: 'points' })
    await send({ litegraphDiffusion: 1, id: 7, type: 'set', params: { 'Data.noise': 0.2 } })
    for (const { message } of replies())
      expect(message).toMatchObject({ ok: false, error: expect.stringMatching(/dialog is open/) })
    expect([replies().length, started.length, loaded.length]).toEqual([3, 0, 0])
    await send({ litegraphDiffusion: 1, id: 8, type: 'stop' })
    closeDialog()
    await send(run)
    expect(replies().map(({ message }) => message.ok)).toEqual([false, false, false, true, true])
  })

  test('says nothing before it knows whom to, and answers the parent alone', async () => {
    const { posted, replies, send } = frame()
    expect(posted).toEqual([])
    await send({ litegraphDiffusion: 1, id: 'x', type: 'hello' })
    expect(replies()).toHaveLength(1)
    expect(replies()[0]).toMatchObject({
      target: 'https://a.example',
      message: { reply: 'x', ok: true, figure: { title: 'Train on points', phase: 'idle' } },
    })
  })

  test('announces itself where the browser names the parent', () => {
    const { posted } = frame({ ancestor: 'https://a.example' })
    expect(posted).toEqual([
      { target: 'https://a.example', message: expect.objectContaining({ event: 'ready' }) },
    ])
  })

  test('ignores other windows, other origins and a parent that changed', async () => {
    const { send, started, posted } = frame({ ancestor: 'https://a.example' })
    posted.length = 0
    await send(run, { source: {} })
    await send(run, { origin: 'https://b.example' })
    expect(started).toEqual([])
    expect(posted).toEqual([])
    await send(run)
    expect(started).toHaveLength(1)
  })

  test('describes its params, and nothing but itself', async () => {
    const { replies, send } = frame()
    await send({ litegraphDiffusion: 1, id: 1, type: 'hello' })
    const { figure } = replies()[0].message as { figure: Record<string, unknown> }
    expect(Object.keys(figure).sort()).toEqual(['params', 'phase', 'title', 'views'])
    expect(figure.params).toContainEqual({
      name: 'Training Start.steps',
      kind: 'number',
      value: 2000,
      min: 1,
      max: expect.any(Number),
    })
  })

  test('sets all params or none', async () => {
    const { figure, replies, send } = frame()
    const steps = () => figure.items.value.params.find(({ name }) => name === 'steps')?.value
    const set = (params: object) => send({ litegraphDiffusion: 1, id: 2, type: 'set', params })
    await set({ 'Training Start.steps': 40, 'Data.distribution': 'no such thing' })
    expect(replies().at(-1)?.message).toMatchObject({
      ok: false,
      error: expect.stringMatching(/one of .*moons.* for Data\.distribution/),
    })
    expect(steps()).toBe(2000)
    await set({ 'Training Start.steps': 40, 'Data.distribution': 'spiral' })
    expect(replies().at(-1)?.message).toMatchObject({ ok: true })
    expect(steps()).toBe(40)
  })

  test('sets only params of the form in reader mode', async () => {
    const set = { litegraphDiffusion: 1, id: 3, type: 'set', params: { 'Network.layers': 2 } }
    const reader = frame()
    await reader.send(set)
    expect(reader.replies()[0].message).toMatchObject({ ok: false })
    const free = frame({ onlyShown: false })
    await free.send(set)
    expect(free.replies()[0].message).toMatchObject({ ok: true })
    expect(free.figure.file.value.nodes.find(({ id }) => id === 3)?.properties.layers).toBe(2)
  })

  test('reports changes of a reader', async () => {
    const { figure, posted } = frame({ ancestor: 'https://a.example' })
    posted.length = 0
    figure.set('6', 'steps', 7)
    expect(posted.map(({ message }) => message.event)).toEqual(['changed'])
  })

  test('of a page from disk is answered by *', async () => {
    const { replies, send } = frame()
    await send(run, { origin: 'null' })
    expect(replies()[0].target).toBe('*')
  })

  test('stops listening', () => {
    const { close, listeners } = frame()
    close()
    expect(listeners.size).toBe(0)
  })
})

test('a page of its own listens to nobody', () => {
  const page = { addEventListener: () => expect.unreachable() } as unknown as Window
  Object.assign(page, { parent: page })
  const figure = { file: signal({}) } as never
  const options = { figure, load: async () => {}, onlyShown: true, problems: [] }
  expect(listenToHost({ ...options, page })).toBeTypeOf('function')
})
