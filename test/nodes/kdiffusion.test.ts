// k-diffusion steps in the closed Sampler and in open loops, on every backend, and their faults.
import { expect, test } from 'vitest'
import type { Param } from '../../src/engine/plan/op.ts'
import type { StepOp } from '../../src/nodes/sampling/defineStep.ts'
import * as steps from '../../src/nodes/sampling/steps/index.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { closedSampler, openLoop } from './samplingLoop.ts'

const data = [
  node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.1 },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 8, seed: 3 }),
]

const sampler = (params: Record<string, unknown>) =>
  closedSampler({ num_inference_steps: 6, seed: 5, ...params })

const byHand = (step: string, asks: boolean, params: Record<string, unknown>) => [
  node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 6 }),
  ...openLoop(step, { seed: 5, ...params }, { asks }),
]

const choices = [
  { name: 'heun', step: 'HeunStep', asks: true, own: { s_churn: 4 }, closed: { s_churn: 4 } },
  {
    name: 'dpmpp_2s_ancestral',
    step: 'DPMpp2SAncestralStep',
    asks: true,
    own: { eta: 0.7 },
    closed: { ancestral_eta: 0.7 },
  },
  { name: 'dpmpp_sde', step: 'DPMppSDEStep', asks: true, own: {}, closed: {} },
  {
    name: 'dpmpp_2m_sde',
    step: 'DPMpp2MSDEStep',
    asks: false,
    own: { solver_type: 'heun' },
    closed: { solver_type: 'heun' },
  },
  { name: 'dpmpp_3m_sde', step: 'DPMpp3MSDEStep', asks: false, own: {}, closed: {} },
]

/** Samples of the cpu backend, the reference for the other backends. */
const onPlain = new Map<string, Float32Array>()

onEachBackend((backend) => {
  test.each(choices)(
    '$name gives equal samples closed and in an open loop, and similar ones on every backend',
    async ({ name, step, asks, own, closed }) => {
      const graph = [...data, sampler({ sampler: name, ...closed }), ...byHand(step, asks, own)]
      const { a, b } = await evaluate(graph, { a: 'sampler.x_0', b: 'end.x_0' })
      expect(a).toEqual(b)
      expect(a.tensor.data.every(Number.isFinite)).toBe(true)
      if (backend === 'cpu') onPlain.set(name, a.tensor.data)
      const plain = onPlain.get(name) ?? a.tensor.data
      plain.forEach((value, i) => expect(a.tensor.data[i]).toBeCloseTo(value, 3))
    },
  )
})

onCpu(() => {
  test('DPM-Solver-fast is more accurate than Euler with three times as many steps', async () => {
    const gaussian = [
      data[0],
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'gaussian', std: 0.5 },
      ),
      data[2],
    ]
    const at = async (params: Record<string, unknown>) =>
      (await evaluate([...gaussian, sampler(params)], { x: 'sampler.x_0' })).x.tensor.data
    const fine = await at({ sampler: 'heun', num_inference_steps: 300 })
    const away = (x: Float32Array) => Math.hypot(...x.map((value, i) => value - fine[i]))
    expect(away(await at({ sampler: 'dpm_fast', num_inference_steps: 10 }))).toBeLessThan(
      away(await at({ sampler: 'euler', num_inference_steps: 30 })) / 2,
    )
  })

  test('rejects options that depend on the number of steps if t does not carry it', async () => {
    const alone = (step: string, params = {}) => [
      ...data,
      node('t', 'Timestep', {}, { t: 500 }),
      node('next', 'Timestep', {}, { t: 400 }),
      node(
        'step',
        step,
        {
          x_t: 'noise.noise',
          model: 'model.model',
          t: 't.t',
          t_prev: 'next.t',
          schedule: 'schedule.schedule',
        },
        params,
      ),
    ]
    await expect(
      evaluate(alone('HeunStep', { s_churn: 4 }), { x: 'step.x_prev' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: step: Expected t with the number of steps, over which s_churn is divided, got t alone. Connect t of SamplingStart, or set s_churn to 0.]`,
    )
    await expect(
      evaluate(alone('DPMFastStep'), { x: 'step.x_prev' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: step.t: Expected t with the index of its step, which sets the order of this step, got t alone. Connect t of SamplingStart.]`,
    )
  })
})

test('samplers that share a param declare it identically', () => {
  const seen = new Map<string, Param>()
  for (const { name: sampler, params, names } of Object.values(
    steps as Record<string, StepOp>,
  ).flatMap((op) => op.samplers)) {
    for (const [name, param] of Object.entries(params)) {
      const shown = names?.[name] ?? name
      // Only the description may differ. The Sampler shows that of the first.
      expect({ ...param, about: '' }, `${shown} of ${sampler}`).toEqual({
        ...(seen.get(shown) ?? param),
        about: '',
      })
      seen.set(shown, param)
    }
  }
})
