// Trainings resumed from a checkpoint in a new session.
import { describe, expect, test } from 'vitest'
import {
  describeCheckpoint,
  readCheckpoint,
  computeSha256,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { describeFile } from '../../src/storage/storedFiles.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { node } from './evaluate.ts'
import { goingOnFrom, run } from './resuming.ts'
import { withoutIds } from '../withoutIds.ts'

/**
 * Training with every kind of state: moments, averages, snapshots, accumulated gradients of four
 * steps, learning-rate warm-up and clipping by the global gradient norm.
 */
const training = (steps: number): GraphNode[] => [
  ...trainingGraph(steps)
    .nodes.filter(({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers'].includes(id))
    .map((one): GraphNode => {
      if (one.id === 'Start') {
        const params = { ...one.params, gradient_accumulation_steps: 4 }
        return { ...one, params, inputs: { ...one.inputs, ema: { node: 'Constant', slot: 'ema' } } }
      }
      if (one.id === 'Adam')
        return { ...one, params: { ...one.params, clip_norm: 0.5, warmup_steps: 15 } }
      if (one.id === 'Keep')
        return {
          ...one,
          inputs: {
            model: { node: 'End', slot: 'ema' },
            training: { node: 'End', slot: 'training' },
          },
        }
      return one
    }),
  node('Average', 'EMA'),
  node(
    'Wide',
    'EMA',
    { ema: 'Average.ema' },
    { kind: 'power_function', sigma_rel: 0.2, snapshots: 2 },
  ),
  node('Constant', 'EMA', { ema: 'Wide.ema' }, { kind: 'constant', decay: 0.5 }),
]

/** The same training, resumed from a checkpoint. */
const goingOn = (steps: number, file: Uint8Array): GraphNode[] => goingOnFrom(file, training(steps))

onEachBackend(() => {
  test('10 steps, a checkpoint and 10 more steps save the same bits as 20 steps', async () => {
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
    expect(computeSha256(half.file)).not.toBe(computeSha256(whole.file))
    expect(computeSha256(rest.file)).toBe(computeSha256(whole.file))
  })
}, ['cpu', 'wasm'])

onCpu(() => {
  test('a checkpoint describes its training as resumable, and is written as read', async () => {
    const { file } = await run(training(3))
    expect(describeCheckpoint(file).rows).toContainEqual([
      'training',
      'can be resumed after 3 steps',
    ])
    expect(computeSha256(writeCheckpoint(readCheckpoint(file)))).toBe(computeSha256(file))
  })

  describe('a resumed training', () => {
    test('rejects fewer steps than the checkpoint has completed', async () => {
      const { file } = await run(training(4))
      const { faults } = await run(goingOn(3, file), file)
      expect(withoutIds(faults)).toEqual([
        {
          node: 'Start',
          param: 'steps',
          message: 'Expected steps above 4, the number of steps of the connected training, got 3.',
          cure: 'Raise steps above 4.',
        },
      ])
    })

    test('with an equal number of steps saves an identical checkpoint', async () => {
      const { file } = await run(training(4))
      const again = await run(goingOn(4, file), file)
      expect(again.faults).toEqual([])
      expect(computeSha256(again.file)).toBe(computeSha256(file))
    })

    test('rejects a checkpoint without a training or without a schedule', async () => {
      const { file } = await run(
        training(1).map((one) =>
          one.id === 'Keep' ? { ...one, inputs: { model: one.inputs.model } } : one,
        ),
      )
      const bare = await run(goingOn(3, file), file)
      expect(bare.faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Choose a checkpoint that was saved with \`training\` connected, or remove this wire.",
            "message": "Output training has no value.",
            "messages": {
              "cure": {
                "id": "plan.useTraining",
                "text": "Choose a checkpoint that was saved with \`training\` connected, or remove this wire.",
              },
              "message": {
                "id": "plan.noValue",
                "text": "Output training has no value.",
                "values": {
                  "slot": "training",
                },
              },
            },
            "node": "Load",
            "slot": "training",
          },
        ]
      `)
      const load = node(
        'Load',
        'LoadCheckpoint',
        {},
        { checkpoint: describeFile('moons.zip', file) },
      )
      const { faults } = await run(
        [load, node('Look', 'Inspect', { value: 'Load.schedule' })],
        file,
      )
      expect(faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Connect a NoiseSchedule instead, like the one that the model was trained with.",
            "message": "Output schedule has no value.",
            "messages": {
              "cure": {
                "id": "plan.useSchedule",
                "text": "Connect a NoiseSchedule instead, like the one that the model was trained with.",
              },
              "message": {
                "id": "plan.noValue",
                "text": "Output schedule has no value.",
                "values": {
                  "slot": "schedule",
                },
              },
            },
            "node": "Load",
            "slot": "schedule",
          },
        ]
      `)
    })

    test('rejects a training of another model', async () => {
      const { file } = await run(training(1))
      const other = goingOn(3, file).map((one) =>
        one.id === 'Start'
          ? { ...one, inputs: { ...one.inputs, model: { node: 'Net', slot: 'model' } } }
          : one,
      )
      const { faults } = await run(
        [...other, node('Net', 'MLP', {}, { hidden: 8, layers: 2, time_embedding_dim: 8 })],
        file,
      )
      expect(faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Connect model and training of the same checkpoint.",
            "message": "Expected a training of this model, whose weight time_embedding.linear_1.weight is of shape [8,8], got one in which it is of shape [8,16].",
            "messages": {
              "cure": {
                "id": "trainingCures.otherWeights",
                "text": "Connect model and training of the same checkpoint.",
              },
              "message": {
                "id": "training.otherWeights",
                "text": "Expected a training of this model, whose weight time_embedding.linear_1.weight is of shape [8,8], got one in which it is of shape [8,16].",
                "values": {
                  "expected": {
                    "id": "trainingWords.ofShape",
                    "text": "of shape [8,8]",
                    "values": {
                      "shape": "8,8",
                    },
                  },
                  "found": {
                    "id": "trainingWords.ofShape",
                    "text": "of shape [8,16]",
                    "values": {
                      "shape": "8,16",
                    },
                  },
                  "weight": "time_embedding.linear_1.weight",
                },
              },
            },
            "node": "Start",
            "slot": "training",
          },
        ]
      `)
    })
  })
})
