// Importance sampling of timesteps: exact resuming, weighted losses, and loss by timestep.
import { describe, expect, test } from 'vitest'
import {
  readCheckpoint,
  computeSha256,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import type { ChartView } from '../../src/engine/base/view.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'
import { goingOnFrom, run } from './resuming.ts'
import { lastView, shownBy } from './shown.ts'

/**
 * Training graph with four timesteps. Each timestep gets about 8 losses per step, so all have the
 * required ten losses after a few steps.
 */
const training = (steps: number): GraphNode[] => [
  ...trainingGraph(steps)
    .nodes.filter(
      ({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers', 'Time', 'Schedule'].includes(id),
    )
    .map((one): GraphNode => {
      const wires = (inputs: GraphNode['inputs']) => ({
        ...one,
        inputs: { ...one.inputs, ...inputs },
      })
      if (one.id === 'Error') {
        return wires({ t: { node: 'Time', slot: 't' }, weights: { node: 'Time', slot: 'weights' } })
      }
      if (one.id === 'End') return wires({ losses: { node: 'Error', slot: 'losses' } })
      if (one.id === 'Keep') return wires({ training: { node: 'End', slot: 'training' } })
      return one
    }),
  node(
    'Schedule',
    'NoiseSchedule',
    {},
    { num_train_timesteps: 4, beta_schedule: 'linear_openai', beta_end: 0.002 },
  ),
  node('Time', 'ImportanceTimesteps', {
    like: 'Start.x_0',
    schedule: 'Schedule.schedule',
    record: 'Start.record',
  }),
]

onEachBackend(() => {
  test('resuming from a checkpoint after 8 of 16 steps is bit-identical', async () => {
    const whole = await run(training(16))
    const half = await run(training(8))
    const rest = await run(goingOnFrom(half.file, training(16)), half.file)
    expect([whole, half, rest].flatMap(({ faults }) => faults)).toEqual([])
    expect(readCheckpoint(half.file).training!.tensors.get('record/counts')!.shape).toEqual([4])
    expect(computeSha256(rest.file)).toBe(computeSha256(whole.file))
  })
}, ['cpu', 'wasm', 'webgpu'])

onCpu(() => {
  test('draws by loss after ten losses per timestep, with one weight each', async () => {
    const seen = async (steps: number) => {
      const { t, weights } = await evaluate(training(steps), {
        t: 'Time.t',
        weights: 'Time.weights',
      })
      return {
        t: [...t.t],
        weights: [...(weights as unknown as { weights: Float64Array }).weights],
      }
    }
    const first = await seen(1)
    expect(first.weights).toEqual(new Array(32).fill(1))
    const later = await seen(12)
    // Each timestep has a single weight, and the weights differ between timesteps.
    const byTime = new Map(later.t.map((time, i) => [time, later.weights[i]]))
    expect(new Set(byTime.values()).size).toBeGreaterThan(2)
    later.t.forEach((time, i) => expect(later.weights[i]).toBe(byTime.get(time)))
  })

  test('outputs unweighted losses per item; the loss is their weighted mean', async () => {
    const { losses, loss, weights } = await evaluate(training(12), {
      losses: 'Error.losses',
      loss: 'Error.loss',
      weights: 'Time.weights',
    })
    const each = [...losses.tensor.data]
    const factors = (weights as unknown as { weights: Float64Array }).weights
    expect(losses.t).toHaveLength(32)
    expect(
      loss.tensor.data[0] / (each.reduce((sum, value, i) => sum + value * factors[i], 0) / 32),
    ).toBeCloseTo(1, 5)
  })

  test('VLBLoss outputs its terms per item and applies the weights in the same way', async () => {
    const bound = training(12).map((one) =>
      one.id === 'Error'
        ? node('Error', 'VLBLoss', {
            prediction: 'Guess.prediction',
            x_0: 'Start.x_0',
            x_t: 'Forward.x_t',
            t: 'Time.t',
            schedule: 'Schedule.schedule',
            weights: 'Time.weights',
          })
        : one,
    )
    const { losses, loss, term, weights } = await evaluate(bound, {
      losses: 'Error.losses',
      loss: 'Error.loss',
      term: 'Error.term',
      weights: 'Time.weights',
    })
    const each = [...losses.tensor.data]
    const factors = (weights as unknown as { weights: Float64Array }).weights
    const mean = (of: (value: number, i: number) => number) =>
      each.reduce((sum, value, i) => sum + of(value, i), 0) / each.length
    expect(new Set(factors).size).toBeGreaterThan(1)
    expect(term.tensor.data[0]).toBeCloseTo(
      mean((value) => value),
      5,
    )
    // The schedule has T = 4 timesteps.
    expect(loss.tensor.data[0]).toBeCloseTo(4 * mean((value, i) => value * factors[i]), 4)
  })

  test('a checkpoint with a loss record survives reading and writing unchanged', async () => {
    const { file } = await run(training(3))
    expect(computeSha256(writeCheckpoint(readCheckpoint(file)))).toBe(computeSha256(file))
  })

  test('LossByTimestep shows the mean loss of the last items, binned by t', async () => {
    const chart = node(
      'chart',
      'LossByTimestep',
      { losses_1: 'Error.losses' },
      { bins: 4, last: 96, names: 'mine' },
    )
    const seen = node('seen', 'Chart', { values_1: 'Error.loss' })
    // With one timestep and one bin, the mean over the last three steps of equal batch size is
    // the mean of the losses of these steps.
    const single = training(5).map((one) =>
      one.id === 'Schedule' ? { ...one, params: { num_train_timesteps: 1 } } : one,
    )
    const views = await shownBy([
      ...single,
      { ...chart, params: { ...chart.params, bins: 1 } },
      seen,
    ])
    const lineOf = (id: string) => (views.get(id)!.at(-1) as ChartView).lines[0]
    const steps = [...lineOf('seen').y].slice(-3)
    expect(lineOf('chart')).toMatchObject({ name: 'mine', x: Float64Array.of(0) })
    expect(lineOf('chart').y[0] / (steps.reduce((sum, loss) => sum + loss, 0) / 3)).toBeCloseTo(
      1,
      5,
    )
    const { lines, xLabel } = await lastView<ChartView>([...training(12), chart], 'chart')
    expect(xLabel).toBe('t')
    expect(lines[0].x).toHaveLength(4)
    expect([...lines[0].x]).toEqual([...lines[0].x].toSorted())
    expect(lines[0].y.every((loss) => loss > 0)).toBe(true)
  })

  describe('validation', () => {
    const told = (graph: GraphNode[]) =>
      run(graph).then(({ faults }) => faults.map(({ message, cure }) => `${message} ${cure}`))
    /** Returns the training graph without this wire, or with the wire connected to another node. */
    const rewired = (id: string, slot: string, to?: string) =>
      training(2).map((one): GraphNode => {
        if (one.id !== id) return one
        const others = Object.entries(one.inputs).filter(([name]) => name !== slot)
        return {
          ...one,
          inputs: { ...Object.fromEntries(others), ...(to && { [slot]: { node: to, slot } }) },
        }
      })

    test('rejects missing losses, losses without t, and weights of another batch', async () => {
      const fewer = node('Fewer', 'ImportanceTimesteps', {
        like: 'few.noise',
        schedule: 'Schedule.schedule',
        record: 'Start.record',
      })
      const few = node('few', 'GaussianNoise', {}, { batch_size: 3, seed: 9 })
      expect([
        await told(rewired('End', 'losses')),
        await told(rewired('Error', 't')),
        await told([...rewired('Error', 'weights', 'Fewer'), fewer, few]),
      ]).toMatchInlineSnapshot(`
        [
          [
            "Importance Timesteps needs the losses of earlier steps, but none are recorded. Connect \`losses\` of Loss to Training End.",
          ],
          [
            "Output losses has no value. Connect t to Loss: losses are recorded by timestep.",
          ],
          [
            "Expected one weight per item: [32], got [3]. Take weights and t from the same ImportanceTimesteps.",
          ],
        ]
      `)
    })
  })
})
