// A training that goes on from a checkpoint, in a session that knows nothing of the one before.
import { describe, expect, test } from 'vitest'
import { describeCheckpoint, readCheckpoint, sha256Of, writeCheckpoint } from '../../src/engine/checkpoint/pipeline.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { infoOf } from '../../src/nodes/kept.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { node } from './evaluate.ts'
import { goingOnFrom, run } from './resuming.ts'

/** A training with everything that has a state: moments, averages, snapshots, gradients of four steps, a warm-up, a limit that sums over all weights. */
const training = (steps: number): GraphNode[] => [
  ...trainingGraph(steps)
    .nodes.filter(({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers'].includes(id))
    .map((one): GraphNode => {
      if (one.id === 'Start') {
        const params = { ...one.params, gradient_accumulation_steps: 4 }
        return { ...one, params, inputs: { ...one.inputs, ema: { node: 'Constant', slot: 'ema' } } }
      }
      if (one.id === 'Adam') return { ...one, params: { ...one.params, clip_norm: 0.5, warmup_steps: 15 } }
      if (one.id === 'Keep')
        return { ...one, inputs: { model: { node: 'End', slot: 'ema' }, training: { node: 'End', slot: 'training' } } }
      return one
    }),
  node('Average', 'EMA'),
  node('Wide', 'EMA', { ema: 'Average.ema' }, { kind: 'power_function', sigma_rel: 0.2, snapshots: 2 }),
  node('Constant', 'EMA', { ema: 'Wide.ema' }, { kind: 'constant', decay: 0.5 }),
]

/** The same, going on from a checkpoint. */
const goingOn = (steps: number, file: Uint8Array): GraphNode[] => goingOnFrom(file, training(steps))

onEachBackend(() => {
  test('20 steps are 10, saved and loaded in another session, and 10 more: weights, moments, averages, gradients that wait and losses, bit for bit', async () => {
    const whole = await run(training(20))
    const half = await run(training(10))
    const rest = await run(goingOn(20, half.file), half.file)
    expect([whole, half, rest].flatMap(({ faults }) => faults)).toEqual([])
    expect(rest.first).toMatchObject({ index: 11, count: 20 })
    expect(readCheckpoint(half.file).training).toMatchObject({
      step: 10,
      updates: 2,
      batches: 2,
      averages: [{ snapshots: [] }, { sigma_rel: 0.2, snapshots: [1, 2] }, { snapshots: [] }],
    })
    expect(sha256Of(half.file)).not.toBe(sha256Of(whole.file))
    expect(sha256Of(rest.file)).toBe(sha256Of(whole.file))
  })
}, ['cpu', 'wasm'])

onCpu(() => {
  test('a checkpoint says that its training can go on, and is read and written alike', async () => {
    const { file } = await run(training(3))
    expect(describeCheckpoint(file).rows).toContainEqual(['training', 'can go on after 3 steps'])
    expect(sha256Of(writeCheckpoint(readCheckpoint(file)))).toBe(sha256Of(file))
  })

  describe('refused with the reason', () => {
    test('more steps made than wanted', async () => {
      const { file } = await run(training(4))
      const { faults } = await run(goingOn(3, file), file)
      expect(faults).toEqual([
        {
          node: 'Start',
          param: 'steps',
          message: 'The training that is wired has made 4 steps, more than the 3 that are wanted in all.',
          cure: 'Raise steps above 4.',
        },
      ])
    })

    test('as many steps made as wanted is what was made', async () => {
      const { file } = await run(training(4))
      const again = await run(goingOn(4, file), file)
      expect(again.faults).toEqual([])
      expect(sha256Of(again.file)).toBe(sha256Of(file))
    })

    test('a checkpoint without a training, or without a schedule', async () => {
      const { file } = await run(
        training(1).map((one) => (one.id === 'Keep' ? { ...one, inputs: { model: one.inputs.model! } } : one)),
      )
      const bare = await run(goingOn(3, file), file)
      expect(bare.faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Choose a checkpoint that was saved with \`training\` wired, or cut this wire.",
            "message": "There is no value for training.",
            "node": "Load",
            "slot": "training",
          },
        ]
      `)
      const load = node('Load', 'LoadCheckpoint', {}, { checkpoint: infoOf('moons.zip', file) })
      const { faults } = await run([load, node('Look', 'Inspect', { value: 'Load.schedule' })], file)
      expect(faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Wire a NoiseSchedule in its place: with the schedule that the model was trained with.",
            "message": "There is no value for schedule.",
            "node": "Load",
            "slot": "schedule",
          },
        ]
      `)
    })

    test('a training of another model', async () => {
      const { file } = await run(training(1))
      const other = goingOn(3, file).map((one) =>
        one.id === 'Start' ? { ...one, inputs: { ...one.inputs, model: { node: 'Net', slot: 'model' } } } : one,
      )
      const { faults } = await run([...other, node('Net', 'MLP', {}, { hidden: 8, layers: 2, time_embedding_dim: 8 })], file)
      expect(faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Wire model and training from the same checkpoint.",
            "message": "Expected a training of this model, but its weight time_embedding.linear_1.weight is of shape [8,16], and that of the model of shape [8,8].",
            "node": "Start",
            "slot": "training",
          },
        ]
      `)
    })
  })
})
