// Formulas of u as curves of noise schedules: values, limits, places of errors, hostile texts.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateAlphaBar, evaluateCurve, parseCurve } from '../../../src/engine/formula/curve.ts'
import { FormulaError } from '../../../src/engine/formula/error.ts'
import { parseFormula } from '../../../src/engine/formula/parse.ts'
import { curveSchedule, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { hostileTexts } from '../formulaHostile.ts'
import { isFull } from '../../families.ts'

const scheduleOf = (text: string, T: number) => curveSchedule(evaluateAlphaBar(parseCurve(text), T))

/** The error of a text at T = 10, and the part of the text that it marks. */
function errorOf(text: string): [message: string, marked: string] {
  try {
    evaluateAlphaBar(parseCurve(text), 10)
  } catch (error) {
    if (error instanceof FormulaError) return [error.message, text.slice(...error.range)]
    throw error
  }
  throw new Error(`No error in ${text}.`)
}

test.each(isFull ? [1, 2, 50, 1000, 5000] : [1, 2, 50, 1000])(
  'formulas of named schedules have their bits, T = %i',
  (T) => {
    const formulas = {
      squaredcos_cap_v2: 'cos((u + 0.008) / 1.008 * pi / 2)^2',
      exp: 'exp(-12 * u)',
      sigmoid_alpha_bar:
        's = 1 / (1 + exp(-(6 * u - 3))); a = 1 / (1 + exp(-3)); (a - s) / (2 * a - 1)',
    }
    const named = (name: keyof typeof formulas) => noiseSchedule({ name, T })
    for (const name of ['squaredcos_cap_v2', 'exp'] as const) {
      const { betas, alphaBar } = scheduleOf(formulas[name], T)
      expect(betas).toEqual(named(name).betas)
      expect(alphaBar).toEqual(named(name).alphaBar)
    }
    // 2 a - 1 = a - (1 - a) up to rounding.
    const own = scheduleOf(formulas.sigmoid_alpha_bar, T)
    own.alphaBar.forEach((value, t) =>
      expect(value).toBeCloseTo(named('sigmoid_alpha_bar').alphaBar[t], 12),
    )
  },
)

test('ᾱ is the curve, scaled to 1 at u = 0, until a β reaches 0.999', () => {
  const { alphaBar, betas } = scheduleOf('0.5 * (1 - u)', 4)
  expect(alphaBar.slice(0, 3)).toEqual(Float64Array.of(0.75, 0.5, 0.25))
  expect(betas[3]).toBe(0.999)
})

test('a curve is evaluated in float64 at every u', () => {
  const u = Float64Array.from({ length: 10_000 }, (_, i) => i / 9999)
  expect(evaluateCurve(parseCurve('cos(0.49 * pi * u)^3'), u)).toEqual(
    u.map((each) => Math.cos(0.49 * Math.PI * each) ** 3),
  )
  expect(evaluateCurve(parseCurve('1 / 3'), u.slice(0, 3))).toEqual(new Float64Array(3).fill(1 / 3))
})

describe('errors mark their place', () => {
  test.each([
    ['', 'Expected an expression of u, got none.', ''],
    ['1 - a', 'Expected u, a function or a name defined before, got "a".', 'a'],
    ['1 - t / T', 'Expected u, a function or a name defined before, got "t".', 't'],
    ['alpha^2', 'Expected u, a function or a name defined before, got "alpha".', 'alpha'],
    ['1 - alpha(u)', 'Expected a function of numbers, got "alpha".', 'alpha'],
    ['1 - mean(u)', 'Expected a function of numbers, got "mean".', 'mean'],
    ['1 - wobble(u)', 'Expected a function of numbers, got "wobble".', 'wobble'],
    ['u = 1; 1 - u', 'Expected a new name, got "u", which has a meaning already.', 'u'],
    ['1 - u +', 'Expected a number, a name or "(", but the expression ends.', ''],
    ['x = log(0); 1 - u * x', 'Expected a finite constant, got -Infinity.', 'log(0)'],
    ['x = 1; u * x', 'Expected ᾱ from 0 to 1, and 0 only at u = 1, got 0 at u = 0.', 'u * x'],
    ['1.5 - u', 'Expected ᾱ from 0 to 1, and 0 only at u = 1, got 1.5 at u = 0.', '1.5 - u'],
    ['0.5 - u', 'Expected ᾱ from 0 to 1, and 0 only at u = 1, got 0 at u = 0.5.', '0.5 - u'],
    [
      'sqrt(0.5 - u)',
      'Expected ᾱ from 0 to 1, and 0 only at u = 1, got 0 at u = 0.5.',
      'sqrt(0.5 - u)',
    ],
    ['log(u)', 'Expected ᾱ from 0 to 1, and 0 only at u = 1, got -Infinity at u = 0.', 'log(u)'],
    [
      'if(u < 0.45, 1 - u, 1.1 - u)',
      'Expected ᾱ to fall from each timestep to the next, got 0.6000000000000001 at u = 0.5 after 0.6.',
      'if(u < 0.45, 1 - u, 1.1 - u)',
    ],
    [
      '0.5',
      'Expected ᾱ to fall from each timestep to the next, got 0.5 at u = 0.1 after 0.5.',
      '0.5',
    ],
  ])('%s', (text, message, marked) => expect(errorOf(text)).toEqual([message, marked]))

  test('long texts, and names of Formula stay as they were', () => {
    expect(errorOf('u'.repeat(2001))[0]).toBe('Expected at most 2000 characters, got 2001.')
    expect(errorOf(`1 - ${'u * '.repeat(400)}u`)[0]).toBe(
      'Expected at most 400 operands and operations, got more.',
    )
    expect(parseFormula('u = a; u * t').definitions).toMatchObject([{ name: 'u' }])
    expect(() => parseFormula('1 - u')).toThrow('Expected an input (a to p, t), a function')
  })
})

test('a hostile text is a falling curve in (0, 1], or an error with its place', () => {
  let curves = 0
  const ofU = hostileTexts.map((text) => text.replaceAll('a', 'u'))
  const valid = fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 4 }))
    .map(([scale, power]) => `1 / (1 + ${scale} * u^${power})`)
  fc.assert(
    fc.property(fc.oneof(hostileTexts, ofU, valid), (text) => {
      try {
        const values = evaluateAlphaBar(parseCurve(text), 7)
        curves++
        values.forEach((value, i) => {
          expect(value).toBeLessThanOrEqual(i === 0 ? 1 : values[i - 1])
          expect(value).toBeGreaterThanOrEqual(0)
        })
        expect(curveSchedule(values).betas.every((beta) => beta > 0 && beta <= 0.999)).toBe(true)
      } catch (error) {
        if (!(error instanceof FormulaError)) throw error
        const [from, to] = error.range
        expect(from >= 0 && from <= to && to <= text.length).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
  expect(curves).toBeGreaterThan(300)
})
