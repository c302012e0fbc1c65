// Files that are written during a loop.
import { expect, test } from 'vitest'
import { computeSha256, readCheckpoint } from '../../src/engine/checkpoint/pipeline.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { OutputFile } from '../../src/engine/plan/op.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { node } from './evaluate.ts'

const ops = opTable(nodes)

/** Runs a graph and returns its files by name. */
async function filesOf(graph: GraphNode[]): Promise<Map<string, OutputFile>> {
  const events: Event[] = []
  const session = createSession({ ops, onEvent: (event) => void events.push(event) })
  await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
  await session.dispose()
  expect(events.flatMap((event) => (event.type === 'faults' ? event.faults : []))).toEqual([])
  return new Map(
    events.flatMap((event) => (event.type === 'file' ? [[event.file.name, event.file]] : [])),
  )
}

const training = (steps: number, saves: GraphNode[]): GraphNode[] => [
  ...trainingGraph(steps).nodes.filter(
    ({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers', 'Keep'].includes(id),
  ),
  ...saves,
]

const save = (inputs: Record<string, string>, every: number) =>
  node('Keep', 'SaveCheckpoint', inputs, { name: 'moons', every })

onCpu(() => {
  test('checkpoints of a training are those of shorter trainings, and the last one', async () => {
    const inputs = { model: 'End.model', training: 'End.training' }
    const files = await filesOf(training(7, [save(inputs, 3)]))
    expect([...files.keys()]).toEqual(['moons-3.zip', 'moons-6.zip', 'moons.zip'])
    for (const [name, steps] of [
      ['moons-3.zip', 3],
      ['moons-6.zip', 6],
      ['moons.zip', 7],
    ] as const) {
      const bytes = files.get(name)?.bytes ?? new Uint8Array()
      expect(readCheckpoint(bytes).training?.step).toBe(steps)
      const own = await filesOf(training(steps, [save(inputs, 0)]))
      expect(computeSha256(bytes)).toBe(
        computeSha256(own.get('moons.zip')?.bytes ?? bytes.slice(1)),
      )
    }
  })

  test('files of the body of a training are written after their step', async () => {
    const files = await filesOf(training(5, [save({ model: 'Start.model' }, 2)]))
    expect([...files.keys()]).toEqual(['moons-2.zip', 'moons-4.zip'])
    // The weights before the step.
    const own = await filesOf(training(1, [save({ model: 'End.model' }, 0)]))
    const weights = (bytes: Uint8Array | undefined) =>
      readCheckpoint(bytes ?? new Uint8Array()).model.weights
    expect(weights(files.get('moons-2.zip')?.bytes)).toEqual(weights(own.get('moons.zip')?.bytes))
  })

  const sampling = (params: Record<string, unknown>, inside: boolean): GraphNode[] => [
    node('schedule', 'NoiseSchedule'),
    node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'gaussian' }),
    node('noise', 'GaussianNoise', {}, { batch_size: 2, shape: '4,4,1' }),
    node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 5 }),
    node('outer', 'RepeatStart', { value_1: 'noise.noise' }, { times: 2 }),
    node('start', 'SamplingStart', { x_T: 'outer.value_1', timesteps: 'list.timesteps' }),
    node('step', 'Mix', { a: 'start.x_t', b: 'noise.noise' }, { w: 0.1 }),
    node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'step.mix' }),
    node('outer end', 'RepeatEnd', { loop: 'outer.loop', value_1: 'end.x_0' }),
    node('save', 'SaveImage', { images: inside ? 'step.mix' : 'end.x_0' }, params),
    node('look', 'Inspect', { value: 'outer end.value_1' }),
  ]

  test('files in nested loops are numbered by the iterations of all', async () => {
    expect([...(await filesOf(sampling({ every: 2 }, true))).keys()]).toEqual([
      'images-0-2.png',
      'images-0-4.png',
      'images-1-2.png',
      'images-1-4.png',
    ])
    expect([...(await filesOf(sampling({ every: 1 }, false))).keys()]).toEqual([
      'images-1.png',
      'images-2.png',
    ])
  })

  test('without an interval, a file of a body value is a fault', () => {
    expect(tryCompile({ nodes: sampling({}, true) }, undefined, ops).faults).toMatchObject([
      { node: 'save', also: ['start', 'end'] },
    ])
  })

  test('a file inside a unit is a fault', () => {
    const inUnit = [
      ...training(2, []),
      node('list', 'Timesteps', { schedule: 'Schedule.schedule' }, { num_inference_steps: 2 }),
      node('inner', 'SamplingStart', { x_T: 'Noise.noise', timesteps: 'list.timesteps' }),
      node('guess', 'Predict', { model: 'Start.model', x_t: 'inner.x_t', t: 'inner.t' }),
      node('move', 'Mix', { a: 'inner.x_t', b: 'inner.x_t' }),
      node('inner end', 'SamplingEnd', { loop: 'inner.loop', x_prev: 'move.mix' }),
      node('save', 'SaveImage', { images: 'inner.x_t' }, { every: 1 }),
      node('look', 'Inspect', { value: 'End.model' }),
    ]
    expect(tryCompile({ nodes: inUnit }, undefined, ops).faults).toMatchObject([{ node: 'save' }])
  })
})
