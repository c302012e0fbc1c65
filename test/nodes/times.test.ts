// Times: fractional timesteps, timesteps by noise level, neighbouring levels, noise between two
// levels, lists of a Sampler, tables of a schedule.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tf } from '../../src/engine/base/tf.ts'
import { forwardStep } from '../../src/engine/process/forward.ts'
import { neighbourTimes, timeAtLevel } from '../../src/engine/process/levelTimes.ts'
import type { Schedule } from '../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/process/schedule.ts'
import { timesteps } from '../../src/engine/process/timesteps.ts'
import type { Numbers } from './evaluate.ts'
import { toGraph, parseWorkflow } from '../../src/workflow/index.ts'
import { onCpu } from '../backends.ts'
import { declarations } from '../readyWorkflows.ts'
import { evaluate, node } from './evaluate.ts'

/** The nodes of a workflow file, without its observers. */
function experiment(name: string) {
  const text = readFileSync(`test/fixtures/experiments/${name}.json`, 'utf8')
  const { nodes } = toGraph(parseWorkflow(text, declarations).workflow, declarations)
  return nodes.filter(({ op }) => op !== 'diffusion/Inspect')
}

const LONG = '0.1 '.repeat(100_001)

const deviation = ({ data }: Numbers) =>
  Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length)

const schedules: Record<string, Schedule> = {
  table: noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 }),
  flow: { kind: 'flow', name: 'flow', T: 1000 },
  sigma: { kind: 'sigma', name: 'sigma', sigmaMin: 0.002, sigmaMax: 80 },
  vp: { kind: 'vp', name: 'vp', T: 1000, betaMin: 0.1, betaD: 19.9 },
}

onCpu(() => {
  describe('Timestep', () => {
    test('accepts the pure noise of a flow and fractional noise levels', async () => {
      const end = await evaluate(experiment('bug-timestep-1000'), { t: '2.t' })
      expect([...end.t.t]).toEqual([1000])
      const graph = experiment('bug-timestep-sigma')
      const { t } = await evaluate(graph, {
        t: `${graph.find(({ op }) => op === 'diffusion/Timestep')?.id}.t`,
      })
      expect([...t.t]).toEqual([0.5])
    })

    test.each([
      ['FlowSchedule', 1000.5, 'from 0 to 1000'],
      ['NoiseSchedule', 999.5, 'from 0 to 999'],
      ['SigmaSchedule', -0.5, 'at least 0'],
    ])('rejects t outside %s', async (type, t, range) => {
      const graph = [node('s', type), node('t', 'Timestep', { schedule: 's.schedule' }, { t })]
      await expect(evaluate(graph, { t: 't.t' })).rejects.toThrow(range)
    })

    test('by a noise level finds the time that has it', async () => {
      for (const [name, schedule] of Object.entries(schedules)) {
        const { alpha, sigma } = levelsAt(schedule, timeAtLevel(schedule, 'snr', 4))
        expect(alpha[0] ** 2 / sigma[0] ** 2, name).toBeCloseTo(4, 10)
        const log = levelsAt(schedule, timeAtLevel(schedule, 'log_snr', -3))
        expect(2 * Math.log(log.alpha[0] / log.sigma[0]), name).toBeCloseTo(-3, 10)
        const at = levelsAt(schedule, timeAtLevel(schedule, 'sigma', 0.3))
        const expected = schedule.kind === 'flow' ? at.sigma[0] : at.sigma[0] / at.alpha[0]
        expect(expected, name).toBeCloseTo(0.3, 12)
      }
      expect([...timeAtLevel(schedules.flow, 'sigma', 1).t]).toEqual([1000])
      expect([...timeAtLevel(schedules.flow, 'snr', 0).t]).toEqual([1000])
      expect([...timeAtLevel(schedules.vp, 'sigma', 0).t]).toEqual([-1])
      const graph = [
        node('s', 'SigmaSchedule'),
        node('t', 'Timestep', { schedule: 's.schedule' }, { by: 'log_snr', log_snr: 2 }),
      ]
      const { t } = await evaluate(graph, { t: 't.t' })
      expect(t.t[0]).toBeCloseTo(Math.exp(-1), 12)
    })

    test('rejects levels outside the schedule, and levels without a schedule', async () => {
      const at = (params: object, type = 'NoiseSchedule') =>
        evaluate(
          [node('s', type), node('t', 'Timestep', { schedule: 's.schedule' }, { ...params })],
          {
            t: 't.t',
          },
        )
      await expect(at({ by: 'sigma', sigma: 1e4 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: t: Expected sigma of the schedule to be from 0.0100005 to 157.407, got 10000. Choose a value in this range, or another schedule.]`,
      )
      await expect(at({ by: 'sigma', sigma: 1.5 }, 'FlowSchedule')).rejects.toThrow(
        'from 0 to 1, got 1.5',
      )
      await expect(at({ by: 'snr', snr: 0 }, 'SigmaSchedule')).rejects.toThrow('got 0')
      await expect(
        evaluate([node('t', 'Timestep', {}, { by: 'snr' })], { t: 't.t' }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: t.schedule: Expected a schedule in which t has this snr, got none. Connect a schedule, or set \`by\` to t.]`,
      )
    })
  })

  describe('Neighbour', () => {
    const list = timesteps(schedules.sigma, {
      num_inference_steps: 3,
      timestep_spacing: 'leading',
      sigmas: 'exponential',
      sigma_min: 1,
      sigma_max: 4,
    })

    test('returns the adjacent level, for times in the list and between', () => {
      const round = ({ t }: { t: Float64Array }) => [...t].map((value) => Number(value.toFixed(9)))
      const at = (...t: number[]) => ({ t: Float64Array.from(t) })
      expect(round(neighbourTimes({ t: list.t }, list, 'cleaner'))).toEqual([2, 1, -1])
      expect(round(neighbourTimes(at(3, 80, 1.5, 0), list, 'cleaner'))).toEqual([2, 4, 1, -1])
      expect(round(neighbourTimes(at(-1, 1.5, 0), list, 'noisier'))).toEqual([1, 2, 1])
      expect(() => neighbourTimes(at(-1), list, 'cleaner')).toThrow('cleanest is -1, got t = -1')
      expect(() => neighbourTimes(at(4), list, 'noisier')).toThrow('noisiest is 4, got t = 4')
    })

    test('compares levels between timesteps by their ratio', () => {
      const between = timesteps(schedules.table, {
        num_inference_steps: 40,
        timestep_spacing: 'leading',
        sigmas: 'karras',
      })
      const { t, tPrev, ratio, ratioPrev } = between
      const next = neighbourTimes({ t, ...(ratio && { ratio }) }, between, 'cleaner')
      expect(next).toEqual({ t: tPrev, ratio: ratioPrev })
    })

    test('is a node with pairs of adjacent levels', async () => {
      const graph = [
        node('s', 'SigmaSchedule'),
        node('list', 'Timesteps', { schedule: 's.schedule' }, { num_inference_steps: 4 }),
        node('t', 'Timestep', {}, { t: 80 }),
        node('next', 'Neighbour', { t: 't.t', timesteps: 'list.timesteps' }),
        node(
          'back',
          'Neighbour',
          { t: 'next.t', timesteps: 'list.timesteps' },
          { direction: 'noisier' },
        ),
      ]
      const { next, back } = await evaluate(graph, { next: 'next.t', back: 'back.t' })
      expect(next.t[0]).toBeLessThan(80)
      expect(back.t[0]).toBeCloseTo(80, 10)
    })
  })

  describe('Renoise', () => {
    const graph = (type: string, s: number, t: number) => [
      node('schedule', type),
      node(
        'x',
        'Points',
        {},
        { distribution: 'drawn', points: [[2, -1]], noise: 0, count: 20_000 },
      ),
      node('first', 'GaussianNoise', { like: 'x.x_0' }, { seed: 1 }),
      node('second', 'GaussianNoise', { like: 'x.x_0' }, { seed: 2 }),
      node('s', 'Timestep', {}, { t: s }),
      node('t', 'Timestep', {}, { t }),
      node('x_s', 'ForwardNoise', {
        x_0: 'x.x_0',
        t: 's.t',
        noise: 'first.noise',
        schedule: 'schedule.schedule',
      }),
      node('x_t', 'Renoise', {
        x_s: 'x_s.x_t',
        s: 's.t',
        t: 't.t',
        noise: 'second.noise',
        schedule: 'schedule.schedule',
      }),
    ]

    test.each([
      ['NoiseSchedule', 200.5, 700],
      ['FlowSchedule', 100, 1000],
      ['SigmaSchedule', 0.3, 2.5],
      ['VPSchedule', -1, 400],
    ])('has the distribution of ForwardNoise at t in %s', async (type, s, t) => {
      const { x, schedule } = await evaluate(graph(type, s, t), {
        x: 'x_t.x_t',
        schedule: 'schedule.schedule',
      })
      const levels = levelsAt(schedule.schedule, { t: Float64Array.of(t) })
      const column = x.tensor.data.filter((_, i) => i % 2 === 0)
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length
      // Five standard errors.
      expect(Math.abs(mean - 2 * levels.alpha[0])).toBeLessThan((5 * levels.sigma[0]) / 141)
      expect(Math.abs(variance / levels.sigma[0] ** 2 - 1)).toBeLessThan(0.05)
    })

    test('leaves x unchanged at equal times, and refuses earlier ones', async () => {
      for (const [type, t] of [
        ['FlowSchedule', 1000],
        ['NoiseSchedule', 3],
      ] as const) {
        const { x_s, x_t } = await evaluate(graph(type, t, t), { x_s: 'x_s.x_t', x_t: 'x_t.x_t' })
        expect(x_t.tensor.data).toEqual(x_s.tensor.data)
      }
      for (const s of [500, 1000])
        await expect(evaluate(graph('FlowSchedule', s, 400), { x: 'x_t.x_t' })).rejects.toThrow(
          `x_t.t: Expected a time with more noise than t = ${s}, got t = 400.`,
        )
    })

    test('passes its gradient on, scaled by the ratio of the signals', async () => {
      const x = tf.tensor2d([[1, 2]])
      const [from, to] = [100, 600].map((t) => levelsAt(schedules.vp, { t: Float64Array.of(t) }))
      const noise = tf.ones([1, 2])
      const gradient = tf.grad((x) => forwardStep(x, noise, from, to).sum())(x)
      const found = [...(await gradient.data())]
      found.forEach((value) => expect(value).toBeCloseTo(to.alpha[0] / from.alpha[0], 6))
      tf.dispose([x, noise, gradient])
    })
  })

  describe('Sampler', () => {
    const data = [
      node('schedule', 'SigmaSchedule', {}, { sigma_min: 0.01, sigma_max: 10 }),
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'eight_gaussians', std: 0.15, predicts: 'sample' },
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: 200, seed: 3 }),
    ]
    const sampler = (id: string, params: object, inputs: Record<string, string> = {}) =>
      node(
        id,
        'Sampler',
        { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule', ...inputs },
        { ...params },
      )

    test('consistency in two steps starts the second above sigma_min', async () => {
      const graph = [
        ...data,
        sampler('one', { sampler: 'consistency', num_inference_steps: 1 }),
        sampler('two', { sampler: 'consistency', num_inference_steps: 2 }),
        node(
          'list',
          'Timesteps',
          { schedule: 'schedule.schedule' },
          { num_inference_steps: 2, count: 'intervals' },
        ),
        sampler('listed', { sampler: 'consistency' }, { timesteps: 'list.timesteps' }),
      ]
      const { one, two, listed, steps } = await evaluate(graph, {
        one: 'one.x_0',
        two: 'two.x_0',
        listed: 'listed.x_0',
        steps: 'two.trajectory',
      })
      expect(deviation(two.tensor)).toBeGreaterThan(1.2 * deviation(one.tensor))
      expect(listed).toEqual(two)
      expect(steps.t[1]).toBeGreaterThan(0.5)
    })

    test('visits the wired timesteps instead of its own', async () => {
      const list = [
        node('all', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 6 }),
        node('split', 'SplitTimesteps', { timesteps: 'all.timesteps' }, { strength: 0.5 }),
      ]
      const wired = sampler('wired', { num_inference_steps: 2 }, { timesteps: 'split.rest' })
      const { t, all } = await evaluate([...data, ...list, wired], {
        t: 'wired.trajectory',
        all: 'all.timesteps',
      })
      expect([...t.t]).toEqual([...all.t.subarray(3), -1])
    })
  })

  describe('Repeat', () => {
    test.each(['noise', 'samples'])('does not scale samples again, begun with %s', async (kind) => {
      const graph = experiment(`bug-repeat-noise-${kind}`)
      const end = graph.find(({ op }) => op === 'diffusion/RepeatEnd')
      const { x } = await evaluate(graph, { x: `${end?.id}.value_1` })
      expect(x.type).toBe('samples')
      expect(deviation(x.tensor)).toBeCloseTo(kind === 'noise' ? 9.8 : 10.8, 0)
    })
  })

  describe('NoiseSchedule from a table', () => {
    const scheduleOf = async (params: object) => {
      const { schedule } = await evaluate([node('s', 'NoiseSchedule', {}, { ...params })], {
        schedule: 's.schedule',
      })
      return schedule.schedule as Extract<Schedule, { kind: 'table' }>
    }

    test('reads betas and alpha-bars, which describe the same schedule', async () => {
      const betas = await scheduleOf({ beta_schedule: 'betas', table: '0.1, 0.2;\n3e-1 .4\n' })
      expect([...betas.betas]).toEqual([0.1, 0.2, 0.3, 0.4])
      const same = await scheduleOf({
        beta_schedule: 'alpha_bars',
        table: [...betas.alphaBar].join(' '),
      })
      expect([...same.alphaBar]).toEqual([...betas.alphaBar])
      same.betas.forEach((beta, t) => expect(beta).toBeCloseTo(betas.betas[t], 14))
      const zero = await scheduleOf({
        beta_schedule: 'betas',
        table: '0.1 0.2',
        rescale_betas_zero_snr: true,
      })
      expect(zero.alphaBar[1]).toBe(0)
      expect(zero.T).toBe(2)
    })

    test.each([
      ['betas', '', 'Expected at least one number'],
      ['betas', '0.1 0x2', 'got "0x2" as number 2'],
      ['betas', '0.1 1e999', 'got "1e999" as number 2'],
      ['betas', '0.1 1 0.5', 'got 1 at t = 1'],
      ['alpha_bars', '0.9 0.95', 'got 0.95 at t = 1'],
      ['alpha_bars', '1 0.5', 'got 1 at t = 0'],
      ['alpha_bars', '0.9 0 0', 'got 0 at t = 1'],
      ['betas', LONG, 'at most 100000 numbers, got 100001'],
    ])('of %s rejects %#', async (beta_schedule, table, message) => {
      await expect(scheduleOf({ beta_schedule, table })).rejects.toThrow(message)
    })
  })
})
