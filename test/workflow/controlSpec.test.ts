// Controls of params: kinds, ranges and choices, and the text of values in both directions.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Param } from '../../src/engine/plan/op.ts'
import { problemWith } from '../../src/engine/plan/params.ts'
import {
  formatNumber,
  formatControlValue,
  getControl,
  isAllowed,
  isNumeric,
  numberControl,
  parseNumber,
  parseValue,
  readControlValue,
  readTypedNumber,
  snapNumber,
} from '../../src/workflow/controlSpec.ts'
import { nodes } from '../../src/nodes/table.ts'

type NumberParam = Extract<Param, { kind: 'number' }>

const number: NumberParam = {
  kind: 'number',
  default: 0.5,
  min: -1,
  max: 10,
  step: 0.1,
  integer: false,
  slider: false,
  about: '',
}
const seed: Param = { kind: 'seed', default: 3, about: '' }
const boolean: Param = { kind: 'boolean', default: false, about: '' }
const choice: Param = { kind: 'choice', default: 'a', choices: ['a', 'b'], about: '' }
const text: Param = { kind: 'text', default: '', multiline: true, about: '' }

/** The control of a param that has one. */
function controlOf(param: Param) {
  const control = getControl(param)
  if (!control) throw new Error(`${param.kind} has no control.`)
  return control
}
const read = (param: Param, value: unknown) => readControlValue(controlOf(param), value)

describe('the control of a param', () => {
  test('has the range, the choices or the lines of its declaration', () => {
    const { min, max, step, integer } = number
    expect(getControl(number)).toMatchObject({
      kind: 'number',
      default: 0.5,
      min,
      max,
      step,
      integer,
    })
    expect(getControl(seed)).toMatchObject({
      kind: 'seed',
      default: 3,
      min: 0,
      max: 4294967295,
      step: 1,
      integer: true,
    })
    expect(getControl(boolean)).toEqual({ kind: 'boolean', choices: [true, false] })
    expect(getControl(choice)).toMatchObject({ kind: 'choice', choices: ['a', 'b'] })
    expect(getControl(text)).toMatchObject({ kind: 'text', multiline: true })
  })

  test('has a slider over all values, or the part that is declared', () => {
    expect(numberControl(number).slides).toBeUndefined()
    expect(numberControl({ ...number, slider: true }).slides).toEqual([-1, 10])
    expect(numberControl({ ...number, slider: true, slides: [0, 2] }).slides).toEqual([0, 2])
  })

  test('is missing for drawings and files', () => {
    expect(getControl({ kind: 'drawing', default: [], about: '' })).toBeUndefined()
    expect(getControl({ kind: 'checkpoint', default: null, about: '' })).toBeUndefined()
    expect(getControl({ kind: 'dataset', default: null, about: '' })).toBeUndefined()
  })

  test('reads the default of every param back from its text', () => {
    const params = nodes.flatMap(({ params }) => Object.values(params))
    const controls = params.filter((param) => getControl(param))
    expect(controls.length).toBeGreaterThan(300)
    for (const param of controls)
      expect(read(param, formatControlValue(param.default)), JSON.stringify(param)).toEqual(
        param.default,
      )
  })
})

describe('a value', () => {
  test('is fitted to the range', () => {
    expect(read(number, 12)).toBe(10)
    expect(read(number, '-5')).toBe(-1)
    expect(read({ ...number, integer: true }, 2.6)).toBe(3)
    expect(read(seed, -4)).toBe(0)
    expect(read(seed, '1e10')).toBe(4294967295)
  })

  test('of another kind is refused', () => {
    for (const wrong of ['many', Number.NaN, Infinity, null, {}, [3], true, undefined])
      expect(read(number, wrong)).toBeUndefined()
    for (const wrong of ['yes', 1, null]) expect(read(boolean, wrong)).toBeUndefined()
    for (const wrong of ['toString', 'c', 1, true]) expect(read(choice, wrong)).toBeUndefined()
    for (const wrong of [1, true, null, {}]) expect(read(text, wrong)).toBeUndefined()
  })

  test('is read from text', () => {
    expect([read(boolean, 'true'), read(boolean, false)]).toEqual([true, false])
    expect(read(choice, 'b')).toBe('b')
    expect(read(text, ' two\nlines ')).toBe(' two\nlines ')
    expect(parseValue(controlOf(number), '99')).toBe(99)
  })

  test('that was read is always allowed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(number, seed, boolean, choice, text),
        fc.anything(),
        (param, any) => {
          const value = read(param, any)
          if (value !== undefined) expect(problemWith(value, param)).toBeUndefined()
        },
      ),
    )
  })

  test('is marked if it is out of range, no integer or no number', () => {
    const range = { min: 0, max: 5, integer: true }
    expect([0, 5, 6, 2.5, '3', null].map((each) => isAllowed(each, range))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })

  test('of a step has no residue of binary fractions', () => {
    const control = numberControl(number)
    expect(isNumeric(control)).toBe(true)
    expect(snapNumber(0.1 + 0.2, control)).toBe(0.3)
    expect(snapNumber(0.26, control)).toBe(0.3)
    expect(snapNumber(99, control)).toBe(10)
  })
})

describe('the text of a number', () => {
  test('has at most six digits, and an exponent if it is small or large', () => {
    const numbers = [0, 12, 1e-4, 0.00123456789, 2 / 3, 1234567.8, 12345678.9, 1e9, 1e10, -0.5]
    expect(numbers.map(formatNumber)).toEqual([
      '0',
      '12',
      '1e-4',
      '0.00123457',
      '0.666667',
      '1234570',
      '1.235e7',
      '1000000000',
      '1e10',
      '-0.5',
    ])
  })

  test('is read with a comma or a point and an exponent, and nothing else', () => {
    expect(['1e-4', ' 0,5 ', '-3', '+2.5'].map(parseNumber)).toEqual([1e-4, 0.5, -3, 2.5])
    for (const wrong of ['', ' ', 'alert(1)+1.5', '1,2,3', '1/2', '50 %', 'Infinity', 'NaN'])
      expect(parseNumber(wrong), wrong).toBeUndefined()
  })
})

describe('a typed number', () => {
  const control = numberControl(number)
  const type = (typed: string, range: Partial<typeof control> = {}) => {
    const { value, problem } = readTypedNumber({ ...control, ...range }, typed)
    return value ?? problem?.text
  }

  test('is the result of arithmetic', () => {
    const wide = { min: -1e9, max: 1e9 }
    const results = {
      '64*2': 128,
      '2^10': 1024,
      '1e-4*3': 3e-4,
      '1/3': 0.333333333333,
      '(3 + 5) / 2': 4,
      '-2^2': -4,
      '2^-1': 0.5,
      '2**3**2': 512,
      '10 - 2 - 3': 5,
      '3 × 4 ÷ 6': 2,
      '0,5 * 3': 1.5,
      '.5+1.': 1.5,
      '- -2': 2,
      'pi*0 + 1e3': 1000,
    }
    for (const [typed, result] of Object.entries(results))
      expect(type(typed, wide), typed).toBe(result)
  })

  test('is no other text, with the reason', () => {
    for (const wrong of ['abc', '2*', '(1', '1)', '2 3', '1/0', 'alert(1)', '5 %', '1 + x', '**'])
      expect(type(wrong), wrong).toBe(`“${wrong}” is not a number.`)
    expect(type(' ')).toBe('Enter a number.')
    expect(type('('.repeat(1000))).toMatch(/is not a number/)
  })

  test('is not changed silently', () => {
    expect(type('99999999', { max: 4096 })).toBe('At most 4096.')
    expect(type('0', { min: 1 })).toBe('At least 1.')
    expect(type('10/4', { integer: true })).toBe('Only whole numbers, not 2.5.')
  })

  test('is a value of a sweep as well', () => expect(parseValue(control, '64*2')).toBe(128))
})
