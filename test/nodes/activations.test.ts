// float16 activations: propagation to nested models, and training and sampling accuracy.
import { lossNodes } from '../trainingGraph.ts'
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { webgpuBackend, withGPUKernels } from '../kernels.ts'
import { evaluate, node } from './evaluate.ts'

onCpu(() => {
  test('ActivationStorage applies to nested models and has no effect without float16', async () => {
    const { told, plain, stored } = await evaluate(
      [
        node(
          'net',
          'UNet',
          {},
          { sample_size: 4, block_out_channels: '8', norm_num_groups: 2, num_classes: 2 },
        ),
        node('guided', 'GuidedModel', { model: 'net.model' }),
        node('storage', 'ActivationStorage', { model: 'guided.model' }),
        node('schedule', 'NoiseSchedule'),
        node('x', 'GaussianNoise', {}, { batch_size: 2, shape: '4, 4, 1' }),
        node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 10 }),
        node('labels', 'Labels', { like: 'x.noise' }, { num_classes: 2 }),
        ...['guided', 'storage'].map((model) =>
          node(`by ${model}`, 'Predict', {
            model: `${model}.model`,
            x_t: 'x.noise',
            t: 't.t',
            condition: 'labels.labels',
          }),
        ),
      ],
      { told: 'storage.model', plain: 'by guided.prediction', stored: 'by storage.prediction' },
    )
    expect(told).toMatchObject({
      activations: 'float16',
      children: { model: { activations: 'float16' } },
    })
    expect(stored.tensor.data).toEqual(plain.tensor.data)
  })
})

const STEPS = 30

/** Graph that trains a small UNet on digits, then samples from it. */
const training = (
  activations: 'float32' | 'float16',
  { steps = STEPS, channels = '16, 32' } = {},
): GraphNode[] => [
  node('data', 'Digits'),
  node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  node('net', 'UNet', { dataset: 'data.dataset' }, { block_out_channels: channels, seed: 1 }),
  node('optimizer', 'Optimizer', {}, { lr: 0.002 }),
  node(
    'start',
    'TrainingStart',
    { model: 'net.model', dataset: 'data.dataset', optimizer: 'optimizer.optimizer' },
    { steps, batch_size: 64, activations },
  ),
  node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }),
  node('noise', 'GaussianNoise', { like: 'start.x_0' }),
  node('predict', 'Predict', {
    model: 'start.model',
    x_t: 'forward.x_t',
    t: 't.t',
    condition: 'start.labels',
  }),
  ...lossNodes,
  node('storage', 'ActivationStorage', { model: 'end.model' }, { activations }),
  node('x_T', 'GaussianNoise', {}, { batch_size: 16, shape: '8, 8, 1' }),
  node(
    'samples',
    'Sampler',
    { model: 'storage.model', x_T: 'x_T.noise', schedule: 'schedule.schedule' },
    { num_inference_steps: 5 },
  ),
]

if (process.env.FULL) {
  onEachBackend(() => {
    test(
      'kernels for GPUs train like others, with float16 gradients too',
      { timeout: 600_000 },
      async () => {
        const steps = 16
        const lossesOf = async (activations: 'float32' | 'float16') => {
          const { history } = await evaluate(training(activations, { steps, channels: '16' }), {
            history: 'end.history',
          })
          return (history as unknown as { losses: { data: Float32Array }[] }).losses.flatMap(
            ({ data }) => [...data],
          )
        }
        const expected = await lossesOf('float32')
        const found: number[][] = []
        await withGPUKernels(async () => {
          found.push(await lossesOf('float32'), await lossesOf('float16'))
        })
        const [float32, float16] = found
        expect(float16).toHaveLength(steps)
        expect(float16).not.toEqual(float32)
        for (const [i, loss] of expected.entries()) {
          expect(Math.abs(float32[i] / loss - 1), `step ${i} in float32`).toBeLessThan(1e-4)
          expect(Math.abs(float16[i] / loss - 1), `step ${i} in float16`).toBeLessThan(5e-4)
        }
      },
    )

    test('float16 training and sampling closely match float32', { timeout: 600_000 }, async () => {
      const seen = { history: 'end.history', x_0: 'samples.x_0' }
      const [whole, half] = [
        await evaluate(training('float32'), seen),
        await evaluate(training('float16'), seen),
      ]
      webgpuBackend().replayEnabled = false
      const done = await evaluate(training('float16'), seen).finally(
        () => (webgpuBackend().replayEnabled = true),
      )
      const lossesOf = ({ history }: typeof whole) =>
        (history as unknown as { losses: { data: Float32Array }[] }).losses.flatMap(({ data }) => [
          ...data,
        ])
      const [wide, narrow] = [lossesOf(whole), lossesOf(half)]
      expect(narrow).toHaveLength(STEPS)
      expect(narrow).not.toEqual(wide)
      expect([lossesOf(done), done.x_0.tensor.data], 'without replay').toEqual([
        narrow,
        half.x_0.tensor.data,
      ])
      const last = (losses: number[]) => losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10
      expect(last(narrow)).toBeLessThan(0.7 * narrow[0])
      expect(Math.abs(last(narrow) / last(wide) - 1)).toBeLessThan(0.005)
      const gaps = half.x_0.tensor.data.map((value, i) => (value - whole.x_0.tensor.data[i]) ** 2)
      expect(Math.sqrt(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length)).toBeLessThan(0.02)
    })
  }, ['webgpu'])
}
