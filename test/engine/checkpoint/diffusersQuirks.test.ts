// Options that repeat choices of diffusers' loops which change numbers silently.
import { expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { splitTimesteps, timesteps } from '../../../src/engine/process/timesteps.ts'
import { ddpmStep } from '../../../src/engine/samplers/ddpm.ts'
import { lmsStep } from '../../../src/engine/samplers/lms.ts'
import { onCpu } from '../../backends.ts'

const schedule = noiseSchedule({ name: 'linear', T: 1000 })
const ratio = (t: number) => Math.sqrt(1 / schedule.alphaBar[t] - 1)
const at = (t: number) => levelsAt(schedule, { t: Float64Array.of(t) })

onCpu(() => {
  test('noise_to_clean adds sqrt(beta) of noise in a step from t = 1 to data, but not from t = 0', () => {
    const noiseIn = (t: number, noiseToClean: boolean, variance: 'fixed_small' | 'fixed_large') =>
      tf.tidy(() => {
        const x = tf.tensor2d([[0.3]])
        const step = (z: number) =>
          ddpmStep(
            {
              xt: x,
              prediction: { tensor: tf.tensor2d([[0.1]]), predicts: 'sample' },
              from: at(t),
              to: at(-1),
              noise: () => tf.tensor2d([[z]]),
            },
            { variance, clipping: undefined, noiseToClean },
          ).dataSync()[0]
        return step(1) - step(0)
      })
    const beta = 1 - schedule.alphaBar[1]
    expect(noiseIn(1, true, 'fixed_large')).toBeCloseTo(Math.sqrt(beta), 6)
    expect(noiseIn(1, false, 'fixed_large')).toBe(0)
    expect(noiseIn(0, true, 'fixed_large')).toBe(0)
    expect(noiseIn(1, true, 'fixed_small')).toBe(0)
  })

  test('a split list keeps the last three timesteps before it', () => {
    const list = timesteps(schedule, { num_inference_steps: 10, timestep_spacing: 'leading' })
    const { rest } = splitTimesteps(list, 0.5)
    expect([...rest.t]).toEqual([400, 300, 200, 100, 0])
    expect([...(rest.skipped?.t ?? [])]).toEqual([700, 600, 500])
    expect([...(splitTimesteps(rest, 0.8).rest.skipped?.t ?? [])]).toEqual([600, 500, 400])
    expect(splitTimesteps(list, 1).rest.skipped).toBeUndefined()
  })

  test('LMS of full order weights the first prediction as LMSDiscreteScheduler does', () => {
    // Started at the fourth of its timesteps, diffusers integrates the basis of order 4, of which it
    // has the first derivative only.
    const before = [500, 600, 700].map(at)
    const [from, to] = [at(400), at(300)]
    const step = (levels: typeof before) =>
      tf.tidy(() => {
        const [x, epsilon] = [tf.tensor2d([[0]]), tf.tensor2d([[1]])]
        const x0 = tf.tensor2d([[-ratio(400)]])
        return lmsStep(
          { xt: x, x0, epsilon, from, to, history: [] },
          { order: 4, before: levels },
        ).dataSync()[0]
      })
    const nodes = [400, 500, 600, 700].map(ratio)
    const basis = (r: number) =>
      nodes.slice(1).reduce((product, node) => (product * (r - node)) / (nodes[0] - node), 1)
    const [a, b] = [ratio(400), ratio(300)]
    const parts = 2000
    let integral = 0
    for (let i = 0; i < parts; i++) integral += basis(a + ((b - a) * (i + 0.5)) / parts)
    const expected = Math.sqrt(schedule.alphaBar[300]) * ((integral * (b - a)) / parts)
    expect(step(before)).toBeCloseTo(expected, 5)
    expect(step([])).toBeCloseTo(Math.sqrt(schedule.alphaBar[300]) * (b - a), 5)
    expect(Math.abs(step(before) - step([]))).toBeGreaterThan(1e-3)
  })
})
