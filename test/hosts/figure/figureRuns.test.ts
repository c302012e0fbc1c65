// Runs of a figure: views of cached nodes, events of earlier runs, and the answer to a question.
import { expect, test } from 'vitest'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import type { View } from '../../../src/engine/base/view.ts'
import { FigureRuns } from '../../../src/hosts/figure/runs.ts'
import type { ClientRun, RunEvent, RunOptions } from '../../../src/hosts/worker/clientTypes.ts'

const graph = (t: number): Graph => ({
  nodes: [{ id: '1', op: 'toy/Show', params: { t }, inputs: {} }],
})
const numbers = (value: number): View => ({ kind: 'numbers', rows: [{ name: 'x', value }] })

function open(workflow?: string) {
  const options: RunOptions[] = []
  const commands: unknown[] = []
  const log: unknown[] = []
  const start = (_: Graph, given: RunOptions = {}): ClientRun => {
    options.push(given)
    const nothing = () => {}
    return {
      id: options.length,
      finished: new Promise(() => {}),
      pause: nothing,
      resume: nothing,
      step: nothing,
      monitor: nothing,
      stop: (how) => void commands.push(how ?? 'stop'),
      answer: (answer) => void commands.push(answer),
    }
  }
  const runs = new FigureRuns(
    { start },
    {
      onViews: (views) => log.push(views.map(({ node, view }) => [node, view])),
      onProgress: (progress) => log.push(progress),
      onFile: ({ name }) => log.push(name),
      onFinished: (end) => log.push(end),
    },
    workflow,
  )
  const emit = (run: number, event: object) =>
    options[run - 1].onEvent?.({ run, ...event } as RunEvent)
  const finish = (run: number, stopped = false) =>
    emit(run, { type: 'finished', seconds: 1, stopped })
  const taken = () => log.splice(0)
  return { runs, options, commands, emit, finish, taken }
}

test('a later run of the same graph shows the views of cached nodes', () => {
  const { runs, emit, finish, taken } = open()
  for (const [run, t] of [1, 2].entries()) {
    runs.start(graph(t))
    emit(run + 1, { type: 'view', node: '1', view: numbers(t) })
    finish(run + 1)
  }
  taken()
  runs.start(graph(1))
  expect(taken()).toEqual([[['1', numbers(1)]]])
  finish(3)
  runs.start(graph(3))
  emit(4, { type: 'view', node: '1', view: numbers(3) })
  finish(4, true)
  taken()
  runs.start(graph(3))
  expect(taken()).toEqual([])
})

test('events of an earlier run are ignored, and all once the run was left', () => {
  const { runs, emit, finish, taken } = open()
  runs.start(graph(1))
  runs.start(graph(2))
  emit(1, { type: 'view', node: '1', view: numbers(1) })
  finish(1)
  expect(taken()).toEqual([])
  expect(runs.isRunning).toBe(true)
  runs.leave()
  finish(2)
  expect([taken(), runs.isRunning]).toEqual([[], false])
})

test('the question about a trained state is answered, as a figure has no dialog', () => {
  const { runs, commands, emit } = open()
  runs.start(graph(1))
  emit(1, { type: 'question', node: '1', seconds: 9 })
  runs.stop()
  expect(commands).toEqual(['restart', 'stop'])
})

test('a run reports progress of its loops, files, and all faults at its end', () => {
  const { runs, options, emit, finish, taken } = open('mine')
  runs.start(graph(1), ['1'])
  expect(options[0]).toMatchObject({ workflow: 'mine', targets: ['1'] })
  const place = { node: '1', end: '2', index: 3, count: 9, rate: 1, secondsLeft: 6 }
  emit(1, { type: 'progress', ...place, loss: 0.5 })
  emit(1, { type: 'progress', ...place, emission: true })
  emit(1, { type: 'file', node: '1', file: { name: 'a.txt', mime: '', bytes: new Uint8Array() } })
  const fault = { node: '1', message: 'No.', cure: 'Do.' }
  emit(1, { type: 'faults', faults: [fault] })
  finish(1, true)
  expect(taken()).toEqual([
    { index: 3, count: 9, secondsLeft: 6, loss: 0.5 },
    'a.txt',
    { seconds: 1, stopped: true, faults: [fault] },
  ])
})

test('a run that cannot start leaves none in progress', () => {
  const nothing = () => {}
  const start = () => {
    throw new Error('The engine is closed.')
  }
  const runs = new FigureRuns({ start }, { onViews: nothing, onProgress: nothing })
  expect(() => runs.start(graph(1))).toThrow('The engine is closed.')
  expect(runs.isRunning).toBe(false)
})
