// A figure without an editor: runs, views, live changes, problems, and loading of another workflow.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import type { View } from '../../../src/engine/base/view.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import type { RunEvent, RunOptions } from '../../../src/hosts/worker/clientTypes.ts'
import { createReader, type ReaderClient } from '../../../src/editor/figure/reader.ts'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { parseWorkflow } from '../../../src/workflow/index.ts'

const ready = (name: string) =>
  parseWorkflow(readFileSync(`workflows/${name}.json`, 'utf8'), ownTypes).workflow

interface Started {
  graph: Graph
  options: RunOptions
  stops: unknown[]
  answers: string[]
  emit(event: object): void
}

function open(name: string) {
  const runs: Started[] = []
  const listeners: ((event: Event) => void)[] = []
  const client: ReaderClient = {
    listen: (listener) => {
      listeners.push(listener)
      return () => {}
    },
    start(graph, options = {}) {
      const id = runs.length + 1
      const run: Started = {
        graph,
        options,
        stops: [],
        answers: [],
        emit: (event) => options.onEvent?.({ run: id, ...event } as RunEvent),
      }
      runs.push(run)
      const nothing = () => {}
      return {
        id,
        finished: new Promise(() => {}),
        pause: nothing,
        resume: nothing,
        step: nothing,
        monitor: nothing,
        stop: (how) => void run.stops.push(how),
        answer: (answer) => void run.answers.push(answer),
      }
    },
  }
  const figure = createReader({ client, file: ready(name) })
  const emit = (event: Event) => listeners.forEach((listener) => listener(event))
  return { figure, runs, emit }
}

const numbers = (value: number): View => ({ kind: 'numbers', rows: [{ name: 'x', value }] })
const finished = { type: 'finished', seconds: 2, stopped: false }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a run', () => {
  test('computes what the figure shows, and shows phase, progress, views and end', () => {
    const { figure, runs } = open('points')
    figure.run()
    expect(figure.phase.value).toBe('waiting')
    expect(runs[0].options.targets).toEqual(['18', '19'])
    runs[0].emit({ type: 'started', nodes: [] })
    expect(figure.phase.value).toBe('running')
    runs[0].emit({
      type: 'progress',
      node: '6',
      end: '13',
      index: 3,
      count: 9,
      rate: 1,
      secondsLeft: 6,
      loss: 0.5,
    })
    expect(figure.progress.value).toEqual({ index: 3, count: 9, secondsLeft: 6, loss: 0.5 })
    runs[0].emit({
      type: 'progress',
      node: '17',
      end: '17',
      index: 1,
      count: 30,
      rate: 1,
      secondsLeft: 1,
      emission: true,
    })
    expect(figure.progress.value?.count).toBe(9)
    runs[0].emit({ type: 'view', node: '18', view: numbers(1) })
    expect(figure.views.value.get('18')).toEqual(numbers(1))
    runs[0].emit(finished)
    expect(figure.phase.value).toBe('idle')
    expect(figure.ended.value).toEqual({ seconds: 2, stopped: false, faults: [] })
    expect(figure.progress.value).toBeUndefined()
  })

  test('is not started twice, and is stopped without replacing the engine', () => {
    const { figure, runs } = open('points')
    figure.run()
    figure.run()
    expect(runs).toHaveLength(1)
    figure.stop()
    expect(figure.phase.value).toBe('stopping')
    expect(runs[0].stops).toEqual([{ patient: true }])
    runs[0].emit({ ...finished, stopped: true })
    expect(figure.ended.value?.stopped).toBe(true)
  })

  test('shows faults, which the next run clears', () => {
    const { figure, runs } = open('points')
    figure.run()
    runs[0].emit({ type: 'faults', faults: [{ node: '12', message: 'No.', cure: 'Do.' }] })
    runs[0].emit({ ...finished, stopped: true })
    expect(figure.faults.value).toHaveLength(1)
    expect(figure.ended.value?.faults).toHaveLength(1)
    figure.run()
    expect(figure.faults.value).toEqual([])
  })

  test('restarts a training with the values of the form', () => {
    const { figure, runs } = open('points')
    figure.run()
    runs[0].emit({ type: 'question', node: '6', seconds: 99 })
    expect(runs[0].answers).toEqual(['restart'])
  })

  test('shows cached views again, which the engine does not send', () => {
    const { figure, runs } = open('forward-process')
    const [{ id }] = figure.items.value.views
    figure.run()
    runs[0].emit({ type: 'view', node: id, view: numbers(1) })
    runs[0].emit(finished)
    figure.set('3', 't', 500)
    vi.runAllTimers()
    runs[1].emit({ type: 'view', node: id, view: numbers(2) })
    runs[1].emit(finished)
    figure.set('3', 't', 120)
    vi.runAllTimers()
    expect(figure.views.value.get(id)).toEqual(numbers(1))
  })

  test('ends with the engine', () => {
    const { figure, emit } = open('points')
    figure.run()
    emit({ type: 'broken', message: 'gone' })
    expect(figure.phase.value).toBe('idle')
    expect(figure.engineError.value).toBe('gone')
    figure.run()
    expect(figure.phase.value).toBe('idle')
  })
})

describe('a change', () => {
  test('runs a graph without training again, once it ran', () => {
    const { figure, runs } = open('forward-process')
    figure.set('3', 't', 300)
    vi.runAllTimers()
    expect(runs).toHaveLength(0)
    figure.run()
    runs[0].emit(finished)
    figure.set('3', 't', 400)
    figure.set('3', 't', 500)
    vi.runAllTimers()
    expect(runs).toHaveLength(2)
    expect(runs[1].graph.nodes.find(({ id }) => id === '3')?.params.t).toBe(500)
  })

  test('during a run stops it and repeats it with the new value', () => {
    const { figure, runs } = open('forward-process')
    figure.run()
    figure.set('3', 't', 500)
    vi.runAllTimers()
    expect(runs[0].stops).toEqual([{ patient: true }])
    runs[0].emit({ ...finished, stopped: true })
    expect(runs).toHaveLength(2)
    expect(figure.ended.value).toBeUndefined()
  })

  test('does not run a training', () => {
    const { figure, runs } = open('points')
    figure.run()
    runs[0].emit(finished)
    figure.set('6', 'steps', 5)
    vi.runAllTimers()
    expect(runs).toHaveLength(1)
    expect(figure.items.value.params.find(({ key }) => key === '6.steps')?.value).toBe(5)
  })
})

test('another workflow replaces everything, and events of the run before are ignored', () => {
  const { figure, runs } = open('points')
  figure.run()
  runs[0].emit({ type: 'view', node: '18', view: numbers(1) })
  figure.open(ready('forward-process'))
  expect(runs[0].stops).toEqual([{ patient: true }])
  expect(figure.phase.value).toBe('idle')
  expect(figure.views.value.size).toBe(0)
  runs[0].emit({ type: 'view', node: '9', view: numbers(2) })
  runs[0].emit(finished)
  expect(figure.views.value.size).toBe(0)
  expect(figure.ended.value).toBeUndefined()
})

test('seeds that are set to change do so at each run', () => {
  const { figure, runs } = open('points')
  const file = figure.file.value
  const nodes = file.nodes.map((node) =>
    node.id === 16
      ? { ...node, properties: { ...node.properties, seed: 7, seed_control: 'increment' } }
      : node,
  )
  figure.open({ ...file, nodes })
  figure.run()
  const seed = (run: Started) => run.graph.nodes.find(({ id }) => id === '16')?.params.seed
  expect(seed(runs[0])).toBe(8)
  runs[0].emit(finished)
  figure.run()
  expect(seed(runs[1])).toBe(9)
})
