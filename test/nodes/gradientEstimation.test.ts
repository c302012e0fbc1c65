// The sampler that docs/adding-a-sampler.md adds.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const graph = (params: Record<string, unknown>): GraphNode[] => [
  node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'eight_gaussians', std: 0.3 }),
  node('noise', 'GaussianNoise', {}, { batch_size: 64 }),
  node(
    'sampler',
    'Sampler',
    { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
    { timestep_spacing: 'trailing', ...params },
  ),
]

async function samplesOf(params: Record<string, unknown>): Promise<Float32Array> {
  const { x } = await evaluate(graph(params), { x: 'sampler.x_0' })
  return x.tensor.data
}

const apart = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]!))

onEachBackend(() => {
  test('gradient estimation: with gamma 1 it is Euler, with 2 it comes nearer to the solution in as many steps', async () => {
    const few = { num_inference_steps: 12 }
    const euler = await samplesOf({ sampler: 'euler', ...few })
    expect(apart(await samplesOf({ sampler: 'gradient_estimation', gamma: 1, ...few }), euler)).toBeLessThan(1e-5)

    const solution = await samplesOf({ sampler: 'heun', num_inference_steps: 60 })
    const corrected = await samplesOf({ sampler: 'gradient_estimation', ...few })
    expect(apart(corrected, solution)).toBeLessThan(0.7 * apart(euler, solution))
  })
})
