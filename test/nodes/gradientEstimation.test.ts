// Gradient estimation, the sampler added in docs/adding-a-sampler.md.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const graph = (params: Record<string, unknown>): GraphNode[] => [
  node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.3 },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 64 }),
  node(
    'sampler',
    'Sampler',
    { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
    { timestep_spacing: 'trailing', ...params },
  ),
]

async function sample(params: Record<string, unknown>): Promise<Float32Array> {
  const { x } = await evaluate(graph(params), { x: 'sampler.x_0' })
  return x.tensor.data
}

const distance = (a: Float32Array, b: Float32Array) =>
  Math.hypot(...a.map((value, i) => value - b[i]))

onEachBackend(() => {
  test('gradient estimation equals Euler for gamma 1 and is more accurate for 2', async () => {
    const few = { num_inference_steps: 12 }
    const euler = await sample({ sampler: 'euler', ...few })
    expect(
      distance(await sample({ sampler: 'gradient_estimation', gamma: 1, ...few }), euler),
    ).toBeLessThan(1e-5)

    const solution = await sample({ sampler: 'heun', num_inference_steps: 60 })
    const corrected = await sample({ sampler: 'gradient_estimation', ...few })
    expect(distance(corrected, solution)).toBeLessThan(0.7 * distance(euler, solution))
  })
})
