// ScheduleChart: curves of different schedules on one axis.
import { expect, test } from 'vitest'
import type { ChartView } from '../../src/engine/base/view.ts'
import { alphaBarAt, noiseSchedule } from '../../src/engine/process/schedule.ts'
import { onCpu } from '../backends.ts'
import { node } from './evaluate.ts'
import { lastView } from './shown.ts'

const schedules = [
  node(
    'cosine',
    'NoiseSchedule',
    {},
    { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 50 },
  ),
  node('zero', 'NoiseSchedule', {}, { beta_schedule: 'linear', rescale_betas_zero_snr: true }),
  node('flow', 'FlowSchedule'),
  node('sigma', 'SigmaSchedule'),
  node('vp', 'VPSchedule'),
]
const wires = Object.fromEntries(
  schedules.map(({ id }, i) => [`schedules_${i + 1}`, `${id}.schedule`]),
)

const shown = (
  params: object,
  inputs: Record<string, string> = wires,
  more = [] as ReturnType<typeof node>[],
) =>
  lastView<ChartView>(
    [...schedules, ...more, node('chart', 'ScheduleChart', inputs, { ...params })],
    'chart',
  )

onCpu(() => {
  test('shows one named line per schedule from data to noise', async () => {
    const { lines, yLog } = await shown({})
    expect(lines.map(({ name }) => name)).toEqual([
      'squaredcos_cap_v2',
      'linear_zero_snr',
      'flow',
      'sigma',
      'vp',
    ])
    for (const { x } of lines) expect([x[0], x.at(-1)]).toEqual([0, 1])
    expect(yLog).toBe(false)
    const cosine = noiseSchedule({ name: 'squaredcos_cap_v2', T: 50 })
    expect([...lines[0].y]).toEqual(
      [...cosine.alphaBar].map((_, t) => expect.closeTo(alphaBarAt(cosine, t), 12)),
    )
    expect(lines[1].y.at(-1)).toBe(0)
    expect([...lines[3].y]).toEqual(Array(200).fill(1))
  })

  test('shows consistent values of sigma, SNR and log SNR', async () => {
    const [sigma, snr, log] = await Promise.all(
      ['sigma', 'snr', 'log_snr'].map((quantity) => shown({ quantity })),
    )
    expect([sigma.yLog, snr.yLog, log.yLog]).toEqual([true, true, false])
    const at = ({ lines }: ChartView, i: number) => lines[2].y[i]
    expect(at(sigma, 100)).toBeCloseTo(100 / 99, 12)
    expect(at(snr, 100)).toBeCloseTo((99 / 100) ** 2, 12)
    expect(at(log, 100)).toBeCloseTo(2 * Math.log(99 / 100), 12)
    // SigmaSchedule is log-spaced.
    expect(sigma.lines[3].y[100] / sigma.lines[3].y[99]).toBeCloseTo(40_000 ** (1 / 199), 9)
    expect(sigma.lines[1].y.at(-1)).toBe(Infinity)
  })

  test('marks t, and uses given names', async () => {
    const two = { schedules_1: 'flow.schedule', schedules_2: 'zero.schedule', t: 't.t' }
    const { marks, lines } = await shown({ names: 'straight' }, two, [
      node('t', 'Timestep', {}, { t: 250 }),
    ])
    expect([marks, lines.map(({ name }) => name)]).toEqual([
      [0.25],
      ['straight', 'linear_zero_snr'],
    ])
    const same = await shown({}, { schedules_1: 'flow.schedule', schedules_2: 'flow.schedule' })
    expect([same.marks, same.lines.map(({ name }) => name)]).toEqual([
      undefined,
      ['schedules_1', 'schedules_2'],
    ])
  })
})
