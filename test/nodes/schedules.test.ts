// Noise schedule nodes, and Timesteps for each kind of schedule.
import { describe, expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import { computeKeys } from '../../src/engine/plan/keys.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import type { Schedule } from '../../src/engine/process/schedule.ts'
import { levelsAt, getRatios } from '../../src/engine/process/schedule.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { withoutIds } from '../withoutIds.ts'

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

  test('NoiseSchedule computes alpha-bar by a formula', async () => {
    const byFormula = (expression?: string, params = {}) =>
      scheduleOf('NoiseSchedule', {
        beta_schedule: 'formula',
        ...(expression !== undefined && { expression }),
        ...params,
      })
    const tableOf = (schedule: Schedule) => schedule.kind === 'table' && schedule.alphaBar
    const cosine = await scheduleOf('NoiseSchedule', { beta_schedule: 'squaredcos_cap_v2' })
    expect(tableOf(await byFormula())).toEqual(tableOf(cosine))
    const cubed = tableOf(await byFormula('cos(0.49 * pi * u)^3', { num_train_timesteps: 50 }))
    expect(cubed).toHaveLength(50)
    for (const t of [0, 24, 49])
      expect(cubed && cubed[t]).toBeCloseTo(Math.cos((0.49 * Math.PI * (t + 1)) / 50) ** 3, 12)
    const zero = await byFormula('1 - 0.9 * u', {
      num_train_timesteps: 9,
      rescale_betas_zero_snr: true,
    })
    expect(tableOf(zero)).toMatchObject({ 8: 0 })
  })

  test('an invalid formula of NoiseSchedule is a fault before the run, with its place', () => {
    const faultsOf = (params: Record<string, unknown>) =>
      tryCompile(
        {
          nodes: [
            node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'formula', ...params }),
            node('chart', 'ScheduleChart', { schedules_1: 'schedule.schedule' }),
          ],
        },
        undefined,
        opTable(nodes),
      ).faults
    expect(withoutIds(faultsOf({ expression: 'x = 2; 1 - snr * u' }))).toEqual([
      {
        node: 'schedule',
        param: 'expression',
        range: [11, 14],
        message: 'Expected u, a function or a name defined before, got "snr".',
        cure: 'Write u, which runs from 0 to 1, or correct the name.',
      },
    ])
    expect(faultsOf({ expression: 'u', num_train_timesteps: 10 })).toMatchObject([
      { param: 'expression', range: [0, 1], message: expect.stringContaining('got 0 at u = 0.') },
    ])
    // A formula that is not used may be unfinished.
    expect(faultsOf({ expression: '1 -', beta_schedule: 'linear' })).toEqual([])
  })

  test('equal formulas have equal keys, and a formula leaves those of other schedules', () => {
    const keyOf = (params: Record<string, unknown>) => {
      const graph = [
        node('schedule', 'NoiseSchedule', {}, params),
        node('chart', 'ScheduleChart', { schedules_1: 'schedule.schedule' }),
      ]
      const { plan } = tryCompile({ nodes: graph }, undefined, opTable(nodes))
      return plan && computeKeys(plan, opTable(nodes)).values.get('schedule.schedule')
    }
    const formula = (expression: string) => keyOf({ beta_schedule: 'formula', expression })
    expect(formula('1 - 0.9 * u')).toBe(formula('x = 1; (x) - 0.9*u'))
    expect(formula('1 - 0.9 * u')).not.toBe(formula('1 - 0.8 * u'))
    expect(keyOf({ beta_schedule: 'linear' })).toBeDefined()
    expect(keyOf({ beta_schedule: 'linear' })).toMatchInlineSnapshot(
      `"936007c696eb83aa849c8d5ff2f02499ff92c7b88634d5b6a4fe50b3ae80c55e"`,
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
