// Trainings whose loss contains a gradient: its derivative is of second order.
import { afterAll, describe, expect, test } from 'vitest'
import { startUntested, stopBackend } from '../../src/engine/backends/backends.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { evaluate, node, type Numbers } from './evaluate.ts'

afterAll(async () => void (await tf.setBackend('cpu')))

/** Maximum likelihood of a continuous normalising flow (Chen et al. 2018; Grathwohl et al. 2019). */
const likelihoodTraining = (model: ReturnType<typeof node>) => [
  node('data', 'Points', {}, { count: 512, distribution: 'moons' }),
  node('schedule', 'FlowSchedule'),
  model,
  node('optimizer', 'Optimizer', {}, { lr: 0.03 }),
  node(
    'start',
    'TrainingStart',
    { model: `${model.id}.model`, dataset: 'data.dataset', optimizer: 'optimizer.optimizer' },
    { steps: 16, batch_size: 64 },
  ),
  node(
    'times',
    'Timesteps',
    { schedule: 'schedule.schedule' },
    { num_inference_steps: 3, end: 'smallest' },
  ),
  node('flip', 'FlipTimesteps', { timesteps: 'times.timesteps' }),
  node('from', 'LikelihoodStart', {
    x_0: 'start.x_0',
    timesteps: 'flip.timesteps',
    schedule: 'schedule.schedule',
  }),
  node('step', 'LikelihoodStep', {
    model: 'start.model',
    x_t: 'from.x_t',
    t: 'from.t',
    t_prev: 'from.t_prev',
    schedule: 'schedule.schedule',
  }),
  node('to', 'LikelihoodEnd', {
    loop: 'from.loop',
    bits: 'step.bits',
    x_next: 'step.x_next',
  }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'to.bits_per_dim' }, { emit_every: 0 }),
]

async function trainedLosses(backend: 'cpu' | 'wasm', graph: ReturnType<typeof node>[]) {
  await startUntested(backend)
  try {
    const { history } = await evaluate(graph, { history: 'end.history' })
    const { losses } = history as unknown as { losses: Numbers[] }
    return losses.flatMap(({ data }) => [...data])
  } finally {
    await stopBackend()
  }
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('maximum likelihood of a flow', () => {
  test.each([
    ['MLP', node('model', 'MLP', {}, { hidden: 16, layers: 1, predicts: 'flow_prediction' })],
    [
      'Gaussian',
      node(
        'model',
        'Gaussian',
        { schedule: 'schedule.schedule' },
        { std: 2, predicts: 'flow_prediction' },
      ),
    ],
  ])('of a %s falls, equally on cpu and wasm', async (_, model) => {
    const [cpu, wasm] = [
      await trainedLosses('cpu', likelihoodTraining(model)),
      await trainedLosses('wasm', likelihoodTraining(model)),
    ]
    expect(cpu).toHaveLength(16)
    expect(mean(cpu.slice(-4))).toBeLessThan(mean(cpu.slice(0, 4)) - 0.1)
    for (const [i, loss] of wasm.entries()) expect(loss, `step ${i}`).toBeCloseTo(cpu[i], 3)
  })
})
