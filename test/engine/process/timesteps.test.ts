// Lists of transitions: spacings of diffusers, ends, image to image, inversion, and the order of
// solvers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { TimestepsConfig, Transitions } from '../../../src/engine/process/timesteps.ts'
import { flipTimesteps, splitTimesteps, timesteps } from '../../../src/engine/process/timesteps.ts'

/** Spacings that support any number of steps. */
const spacings = ['leading', 'trailing', 'linspace'] as const

const ofLength = (T: number) => noiseSchedule({ name: 'squaredcos_cap_v2', T })
const T1000 = ofLength(1000)
const arrows = ({ t, tPrev }: Transitions) =>
  Array.from(t, (step, i) => `${step}>${tPrev[i]}`).join(' ')
const list = (config: Partial<TimestepsConfig>) =>
  arrows(timesteps(T1000, { num_inference_steps: 5, timestep_spacing: 'leading', ...config }))

test('the three spacings', () => {
  expect(list({})).toBe('800>600 600>400 400>200 200>0 0>-1')
  expect(list({ steps_offset: 1 })).toBe('801>601 601>401 401>201 201>1 1>-1')
  expect(list({ timestep_spacing: 'trailing' })).toBe('999>799 799>599 599>399 399>199 199>-1')
  // numpy rounds 749.25, 499.5 and 249.75 to 749, 500 and 250
  expect(list({ timestep_spacing: 'linspace' })).toBe('999>749 749>500 500>250 250>0 0>-1')
})

test('a single step starts from noise if the spacing allows it', () => {
  expect(
    spacings.map((timestep_spacing) => list({ num_inference_steps: 1, timestep_spacing })),
  ).toEqual(['0>-1', '999>-1', '999>-1'])
})

test("previous: stride is diffusers' DDIM, t - T // n", () => {
  expect(list({ timestep_spacing: 'linspace', previous: 'stride' })).toBe(
    '999>799 749>549 500>300 250>50 0>-1',
  )
  expect(list({ steps_offset: 1, previous: 'stride' })).toBe('801>601 601>401 401>201 201>1 1>-1')
})

test('end: smallest never visits -1 and has no transition from 0 to 0', () => {
  expect(list({ end: 'smallest' })).toBe('800>600 600>400 400>200 200>0')
  expect(list({ end: 'smallest', timestep_spacing: 'linspace' })).toBe(
    '999>749 749>500 500>250 250>0',
  )
  expect(list({ end: 'smallest', timestep_spacing: 'trailing' })).toBe(
    '999>799 799>599 599>399 399>199 199>0',
  )
  expect(list({ end: 'smallest', steps_offset: 1 })).toBe('801>601 601>401 401>201 201>1 1>0')
})

const anyConfig = fc
  .record({
    T: fc.integer({ min: 1, max: 2000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    timestep_spacing: fc.constantFrom(...spacings),
    end: fc.constantFrom('clean' as const, 'smallest' as const),
  })
  .map(({ T, share, ...config }) => ({
    T,
    config: { ...config, num_inference_steps: Math.max(1, Math.round(share * T)) },
  }))

test('every list descends without gaps to its end', () => {
  fc.assert(
    fc.property(anyConfig, ({ T, config }) => {
      const { t, tPrev } = timesteps(ofLength(T), config)
      expect(t.every((step, i) => step < T && step >= 0 && tPrev[i] < step)).toBe(true)
      expect(Array.from(t.slice(1))).toEqual(Array.from(tPrev.slice(0, -1)))
      if (t.length) expect(tPrev.at(-1)).toBe(config.end === 'clean' ? -1 : 0)
      if (config.end === 'clean') expect(t.length).toBe(config.num_inference_steps)
    }),
  )
})

test('splits into two parts that meet at `at`', () => {
  fc.assert(
    fc.property(
      anyConfig,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ T, config }, strength) => {
        const whole = timesteps(ofLength(T), config)
        const { skipped, rest, at } = splitTimesteps(whole, strength)
        expect([...skipped.t, ...rest.t]).toEqual([...whole.t])
        expect([...skipped.tPrev, ...rest.tPrev]).toEqual([...whole.tPrev])
        if (rest.t.length) expect(at.t[0]).toBe(rest.t[0])
        if (rest.t.length && skipped.t.length) expect(at.t[0]).toBe(skipped.tPrev.at(-1))
      },
    ),
  )
})

test('image to image has min(int(n * strength), n) steps, as in diffusers', () => {
  const whole = timesteps(T1000, { num_inference_steps: 10, timestep_spacing: 'leading' })
  const parts = (strength: number) => {
    const { skipped, rest, at } = splitTimesteps(whole, strength)
    return [skipped.t.length, rest.t.length, at.t[0]]
  }
  expect(parts(0.35)).toEqual([7, 3, 200])
  expect(parts(1)).toEqual([0, 10, 900])
  expect(parts(0)).toEqual([10, 0, -1])
})

test('reversal replaces -1 by 0', () => {
  const flipped = (config: Partial<TimestepsConfig>) =>
    arrows(
      flipTimesteps(
        timesteps(T1000, { num_inference_steps: 4, timestep_spacing: 'leading', ...config }),
      ),
    )
  expect(flipped({})).toBe('0>250 250>500 500>750')
  expect(flipped({ timestep_spacing: 'trailing' })).toBe('0>249 249>499 499>749 749>999')
})

test('reversing a list that ends at smallest twice restores it', () => {
  fc.assert(
    fc.property(anyConfig, ({ T, config }) => {
      const down = timesteps(ofLength(T), { ...config, end: 'smallest' })
      expect(arrows(flipTimesteps(flipTimesteps(down)))).toBe(arrows(down))
    }),
  )
})

test('rejects invalid configurations', () => {
  expect(() => list({ num_inference_steps: 1001 })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected num_inference_steps to be at most 1000, the number of timesteps there are, got 1001.]`,
  )
  expect(() =>
    list({ num_inference_steps: 1000, steps_offset: 1 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected timesteps of at most 999, but with an offset of 1 the first is 1000.]`,
  )
})

/**
 * For data N(0, std²) the sampling ODE has an exact solution: x divided by its standard deviation
 * is constant. The model predicts ε = σ x / (α² std² + σ²). A single number is enough.
 */
describe.each(spacings)(
  'order of solvers on the list of %s with end: smallest',
  (timestep_spacing) => {
    const std = 0.5
    const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })

    const ddimOrder = orderOf(ddim)
    test('DDIM has order 1', () => {
      expect(ddimOrder).toBeGreaterThan(0.8)
      expect(ddimOrder).toBeLessThan(1.2)
    })

    // At the last timestep the cosine has 1 / 20000 of signal. The first Heun step divides the
    // difference of two ε by it, which increases the error. Only leading starts below.
    if (timestep_spacing === 'leading') {
      test('Heun has order 2 and a smaller error than DDIM', () => {
        const order = orderOf(heun)
        expect(order).toBeGreaterThan(1.8)
        expect(order).toBeLessThan(2.2)
        expect(errorOf(heun, 10)).toBeLessThan(errorOf(ddim, 10) / 4)
      })
    } else {
      test('with few steps Heun has no smaller error than DDIM', () =>
        expect(errorOf(heun, 10)).toBeGreaterThan(errorOf(ddim, 10)))
    }

    /** Order of the error in the number of steps, by least squares in logarithms. */
    function orderOf(step: typeof ddim): number {
      const counts = [10, 20, 40, 80]
      return -slope(
        counts.map(Math.log),
        counts.map((n) => Math.log(errorOf(step, n))),
      )
    }
    function errorOf(step: typeof ddim, num_inference_steps: number): number {
      const { t, tPrev } = timesteps(schedule, {
        num_inference_steps,
        timestep_spacing,
        end: 'smallest',
      })
      let x = 1
      t.forEach((from, i) => (x = step(x, from, tPrev[i])))
      return Math.abs(x - spread(tPrev.at(-1)!) / spread(t[0]))
    }

    function level(t: number): [alpha: number, sigma: number] {
      return [Math.sqrt(schedule.alphaBar[t]), Math.sqrt(1 - schedule.alphaBar[t])]
    }
    function spread(t: number): number {
      const [alpha, sigma] = level(t)
      return Math.hypot(alpha * std, sigma)
    }
    function epsilon(x: number, t: number): number {
      return (level(t)[1] * x) / spread(t) ** 2
    }
    function move(x: number, noise: number, t: number, tPrev: number): number {
      const [[alpha, sigma], [alphaPrev, sigmaPrev]] = [level(t), level(tPrev)]
      return (alphaPrev * (x - sigma * noise)) / alpha + sigmaPrev * noise
    }
    function ddim(x: number, t: number, tPrev: number): number {
      return move(x, epsilon(x, t), t, tPrev)
    }
    function heun(x: number, t: number, tPrev: number): number {
      const first = epsilon(x, t)
      const second = epsilon(move(x, first, t, tPrev), tPrev)
      return move(x, (first + second) / 2, t, tPrev)
    }
  },
)

function slope(x: number[], y: number[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
  const [mx, my] = [mean(x), mean(y)]
  return (
    x.reduce((sum, xi, i) => sum + (xi - mx) * (y[i] - my), 0) /
    x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0)
  )
}
