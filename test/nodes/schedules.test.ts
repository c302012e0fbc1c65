// Noise schedule nodes, and Timesteps for each kind of schedule.
import { describe, expect, test } from 'vitest'
import type { Schedule } from '../../src/engine/process/schedule.ts'
import { levelsAt, getRatios } from '../../src/engine/process/schedule.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

/** One node of each kind of schedule. */
const kinds = {
  table: node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  flow: node('schedule', 'FlowSchedule', {}, {}),
  sigma: node('schedule', 'SigmaSchedule', {}, {}),
  vp: node('schedule', 'VPSchedule', {}, {}),
}

const scheduleOf = async (type: string, params: Record<string, unknown>): Promise<Schedule> =>
  (await evaluate([node('s', type, {}, params)], { schedule: 's.schedule' })).schedule.schedule

const listOf = async (kind: keyof typeof kinds, params: Record<string, unknown>) =>
  (
    await evaluate(
      [kinds[kind], node('list', 'Timesteps', { schedule: 'schedule.schedule' }, params)],
      {
        list: 'list.timesteps',
      },
    )
  ).list

onCpu(() => {
  test('schedule nodes return their schedules and reject invalid params', async () => {
    expect(await scheduleOf('FlowSchedule', { num_train_timesteps: 1 })).toEqual({
      kind: 'flow',
      name: 'flow',
      T: 1,
    })
    expect(await scheduleOf('SigmaSchedule', { sigma_max: 50 })).toEqual({
      kind: 'sigma',
      name: 'sigma',
      sigmaMin: 0.002,
      sigmaMax: 50,
    })
    expect(await scheduleOf('VPSchedule', {})).toEqual({
      kind: 'vp',
      name: 'vp',
      T: 1000,
      betaMin: 0.1,
      betaD: 19.9,
    })
    const zero = await scheduleOf('NoiseSchedule', {
      rescale_betas_zero_snr: true,
      num_train_timesteps: 20,
    })
    expect(zero.kind === 'table' && [zero.T, zero.alphaBar[19]]).toEqual([20, 0])
    await expect(scheduleOf('SigmaSchedule', { sigma_min: 2, sigma_max: 1 })).rejects.toThrow(
      /σ_min < σ_max/,
    )
  })

  test('Timesteps supports sigma curves, shifts and sections', async () => {
    const karras = await listOf('sigma', { num_inference_steps: 3, sigmas: 'karras', rho: 1 })
    expect([...karras.t].map((t) => Number(t.toFixed(3)))).toEqual([80, 40.001, 0.002])
    const shifted = await listOf('flow', { num_inference_steps: 4, shift: 3 })
    expect([...shifted.t].map((t) => Number(t.toFixed(6)))).toEqual([1000, 900, 750, 500])
    const sections = await listOf('table', { timestep_respacing: '2,1' })
    expect([...sections.t]).toEqual([500, 499, 0])
    await expect(listOf('table', { shift: 3 })).rejects.toThrow(/Expected a flow to shift/)
  })

  describe('ConvertTimestep', () => {
    const graph = (from: keyof typeof kinds, to: keyof typeof kinds, t: number, by: string) => [
      { ...kinds[from], id: 'from' },
      { ...kinds[to], id: 'to' },
      node('t', 'Timestep', {}, { t }),
      node(
        'convert',
        'ConvertTimestep',
        { t: 't.t', from: 'from.schedule', to: 'to.schedule' },
        { by },
      ),
    ]
    const converted = async (...args: Parameters<typeof graph>) => {
      const { t, from, to } = await evaluate(graph(...args), {
        t: 'convert.t',
        from: 'from.schedule',
        to: 'to.schedule',
      })
      return { t, from: from.schedule, to: to.schedule }
    }
    const pairs = Object.keys(kinds).flatMap((from) =>
      Object.keys(kinds).map((to) => [from, to]),
    ) as [keyof typeof kinds, keyof typeof kinds][]

    test.each(pairs)('from %s to %s preserves the ratio of noise to signal', async (from, to) => {
      const t = from === 'sigma' ? 2 : 300
      const found = await converted(from, to, t, 'snr')
      const [was] = getRatios(levelsAt(found.from, { t: Float64Array.of(t) }))
      const [is] = getRatios(levelsAt(found.to, found.t as Pick<typeof found.t, 't'>))
      expect(is / was).toBeCloseTo(1, 12)
      // The time passed to the model denotes the same ratio. Between two timesteps of a table it
      // is interpolated differently, hence the lower precision.
      const [told] = getRatios(levelsAt(found.to, found.t as Pick<typeof found.t, 't'>))
      expect(told / was).toBeCloseTo(1, to === 'table' ? 4 : 9)
    })

    test('by share preserves the position between data and noise', async () => {
      expect([...(await converted('flow', 'table', 500, 'share')).t.t]).toEqual([500])
      expect((await converted('flow', 'sigma', 500, 'share')).t.t[0]).toBeCloseTo(
        Math.sqrt(0.002 * 80),
        12,
      )
      expect([...(await converted('table', 'vp', 999, 'share')).t.t]).toEqual([1000])
      for (const by of ['snr', 'share'])
        expect([...(await converted('table', 'sigma', -1, by)).t.t]).toEqual([-1])
    })

    test('rejects a time without signal if the target schedule always has some', async () => {
      const zero = node('from', 'NoiseSchedule', {}, { rescale_betas_zero_snr: true })
      const replaced = graph('table', 'sigma', 999, 'snr').map((one) =>
        one.id === 'from' ? zero : one,
      )
      await expect(evaluate(replaced, { t: 'convert.t' })).rejects.toThrow(
        /Expected a time at which some signal is left/,
      )
    })
  })

  describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', (kind) => {
    const predicts = kind === 'flow' ? 'flow_prediction' : 'v_prediction'
    const graph = [
      kinds[kind],
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'eight_gaussians', std: 0.1, predicts },
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: 64, seed: 3 }),
    ]

    test.each(['euler', 'dpmpp_2m_sde', 'heun'])(
      '%s samples the data from noise',
      async (sampler) => {
        const inputs = { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' }
        const params = { sampler, num_inference_steps: 20 }
        const { x, way, noise } = await evaluate([...graph, node('s', 'Sampler', inputs, params)], {
          x: 's.x_0',
          way: 's.trajectory',
          noise: 'noise.noise',
        })
        // The first frame is the noise as drawn, except for a sigma schedule, which scales it by
        // the highest sigma.
        expect(way.frames[0].data[5] / noise.tensor.data[5]).toBeCloseTo(
          kind === 'sigma' ? 80 : 1,
          4,
        )
        // The centres of the mixture lie on a circle of radius √2; each has a deviation of 0.1.
        const { data } = x.tensor
        const off = Array.from({ length: 64 }, (_, i) =>
          Math.abs(Math.hypot(data[2 * i], data[2 * i + 1]) - Math.SQRT2),
        )
        expect(Math.max(...off)).toBeLessThan(0.7)
        expect(off.reduce((sum, value) => sum + value) / 64).toBeLessThan(0.15)
      },
    )
  })

  test('an open loop scales noise to the first level, but not noised data', async () => {
    const graph = [
      kinds.sigma,
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'eight_gaussians', std: 0.1 },
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: 4, seed: 3 }),
      node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 4 }),
      node('split', 'SplitTimesteps', { timesteps: 'list.timesteps' }, { strength: 0.5 }),
      ...['list.timesteps', 'split.skipped', 'split.rest'].flatMap((timesteps, i) => [
        node(`start${i}`, 'SamplingStart', { x_T: 'noise.noise', timesteps }),
        node(`predict${i}`, 'Predict', {
          model: 'model.model',
          x_t: `start${i}.x_t`,
          t: `start${i}.t`,
        }),
        node(`step${i}`, 'EulerStep', {
          x_t: `start${i}.x_t`,
          prediction: `predict${i}.prediction`,
          t: `start${i}.t`,
          t_prev: `start${i}.t_prev`,
          schedule: 'schedule.schedule',
        }),
        node(`end${i}`, 'SamplingEnd', { loop: `start${i}.loop`, x_prev: `step${i}.x_prev` }),
      ]),
    ]
    const { noise, ...ways } = await evaluate(graph, {
      noise: 'noise.noise',
      whole: 'end0.trajectory',
      skipped: 'end1.trajectory',
      rest: 'end2.trajectory',
    })
    const scale = Object.values(ways).map(({ frames }) => frames[0].data[0] / noise.tensor.data[0])
    expect(scale.map((value) => Number(value.toFixed(3)))).toEqual([80, 80, 1])
  })
})
