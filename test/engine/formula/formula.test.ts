// The language of formulas: syntax, printed forms, hostile texts, gradients at singular points.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { canonicalFormula } from '../../../src/engine/formula/canonical.ts'
import { runOnDevice } from '../../../src/engine/formula/device.ts'
import { FormulaError } from '../../../src/engine/formula/error.ts'
import { evaluateProgram, isHost, type FormulaValue } from '../../../src/engine/formula/evaluate.ts'
import { formulaFunctions, functionGroups } from '../../../src/engine/formula/functions.ts'
import { formulaLatex } from '../../../src/engine/formula/latex.ts'
import { parseFormula } from '../../../src/engine/formula/parse.ts'
import { formulaTorch } from '../../../src/engine/formula/torch.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onEachBackend } from '../../backends.ts'
import { bounds, hostileTexts, workOn } from '../formulaHostile.ts'

/** The value of a formula without inputs, or of a = 2, b = 3, c = -1. */
function valueOf(text: string): number {
  const inputs = new Map<string, FormulaValue>(
    Object.entries({ a: 2, b: 3, c: -1 }).map(([name, value]) => [
      name,
      { kind: 'number', host: Float64Array.of(value) },
    ]),
  )
  const value = evaluateProgram(parseFormula(text), { inputs, schedule: undefined })
  return isHost(value) ? value.host[0] : NaN
}

function errorOf(text: string): [message: string, marked: string] {
  try {
    parseFormula(text)
  } catch (error) {
    if (error instanceof FormulaError) return [error.message, text.slice(...error.range)]
    throw error
  }
  throw new Error(`No error in ${text}.`)
}

describe('syntax', () => {
  test.each([
    ['a + b * a', 8],
    ['(a + b) * a', 10],
    ['b - a - c', 2],
    ['b / a / a', 0.75],
    ['-a^2', -4],
    ['a^-2', 0.25],
    ['a^b^a', 512],
    ['a**b', 8],
    ['--a', 2],
    ['a < b and not b < a', 1],
    ['not a or c', 1],
    ['a < b + c', 0],
    ['min(a, b, c) + max(c, b)', 2],
    ['min(a) + max(a) + norm(c)', 5],
    ['x = a + b; y = x * x; y - x', 20],
    ['if(c > 0, sqrt(c), b)', 3],
    ['mod(c, b) + mod(5.5, a)', 3.5],
    ['round(2.5) + round(3.5) + round(-0.5)', 6],
    ['cos(pi) + .5 + 1e-1', -0.4],
  ])('%s', (text, value) => expect(valueOf(text)).toBeCloseTo(value, 14))

  test.each([
    ['', 'Expected an expression, got none.', ''],
    ['a b', 'Expected an operator or the end of the expression, got "b".', 'b'],
    ['2a', 'Expected a number such as 0.5 or 1e-3, got "2a".', '2a'],
    ['a = 1', 'Expected a new name, got "a", which has a meaning already.', 'a'],
    ['x = a', 'Expected an expression after the last ";", got none.', ''],
    ['a + (b', 'Expected ")", but the expression ends.', ''],
    ['if(a, b)', 'Expected 3 arguments of if, got 2.', 'if(a, b)'],
    ['norm(a, b)', 'Expected 1 arguments of norm, got 2.', 'norm(a, b)'],
    ['sqrt + 1', 'Expected "(" after the function sqrt.', 'sqrt'],
    ['pi(2)', 'Expected an operator after "pi", got "(".', '('],
    [
      'constructor',
      'Expected an input (a to p, t), a function or a name defined before, got "constructor".',
      'constructor',
    ],
    ['toString(a)', 'Expected a function, got "toString", which is unknown.', 'toString'],
    [
      '__proto__ = a; __proto',
      'Expected an input (a to p, t), a function or a name defined before, got "__proto".',
      '__proto',
    ],
    ['a + σ', 'Expected a number, a name or an operator, got "σ".', 'σ'],
  ])('error in %s', (text, message, marked) => expect(errorOf(text)).toEqual([message, marked]))

  test('ranges of operands that are defined names are those of their uses', () => {
    const program = parseFormula('x = a; x * b + x')
    expect(program.nodes.at(-1)?.range).toEqual([7, 16])
  })
})

describe('printed forms', () => {
  test('LaTeX', () => {
    const text = 'lambda = alpha^2; w_0 = min(snr, 5) / (snr + 1); w_0 * mean((a - b)^2) - -lambda'
    expect(formulaLatex(parseFormula(text))).toEqual([
      '\\lambda = {\\alpha_{t}}^{2}',
      'w_{0} = \\frac{\\min\\left(\\mathrm{SNR}_{t}, 5\\right)}{\\mathrm{SNR}_{t} + 1}',
      'w_{0} \\cdot \\operatorname{mean}\\left({\\left(a - b\\right)}^{2}\\right) - -\\lambda',
    ])
  })

  test('PyTorch', () => {
    const code = formulaTorch(parseFormula('x = if(a > 0, a, exp(2)); x * alpha - (a - 1)'))
    expect(code.slice(code.indexOf('def formula'))).toBe(
      [
        'def formula(a, t, schedule=None):',
        '    x_ = torch.where(as_tensor(as_number(a > 0)) != 0, a, as_tensor(torch.exp(as_tensor(2))))',
        '    return x_ * schedule.alpha(t) - (a - 1)',
        '',
      ].join('\n'),
    )
  })

  test('the canonical form ignores spaces, brackets and names', () => {
    const canonical = (text: string) => canonicalFormula(parseFormula(text))
    expect(canonical('q = (a+b); r = 1; q*q')).toBe(canonical('(a + b) * (a + b)'))
    expect(canonical('a - (b - c)')).not.toBe(canonical('a - b - c'))
    expect(canonical('a * b')).not.toBe(canonical('b * a'))
  })

  test('every function has a unique id, a description and both notations', () => {
    const all = [...functionGroups.values()].flat()
    const names = all.map(({ id, written }) => `${id} ${written}`)
    expect(new Set(names).size).toBe(all.length)
    for (const { about, arity, latex, torch, written } of all) {
      const args = Array.from({ length: arity[0] }, (_, i) => `x${i}`)
      for (const { print } of [latex, torch])
        for (const arg of args) expect(print(...args), written).toContain(arg)
      expect(about).toMatch(/^\S.*[^.]$/)
    }
    expect([...formulaFunctions.keys()]).not.toContain('constructor')
  })
})

describe('hostile texts', () => {
  test('end in an error with its place, or a value, after bounded work', () => {
    let values = 0
    fc.assert(
      fc.property(hostileTexts, (text) => {
        const { outcome, ...work } = workOn(text)
        for (const [name, bound] of Object.entries(bounds))
          expect(work[name as keyof typeof work], name).toBeLessThanOrEqual(bound)
        if (typeof outcome !== 'string') values++
      }),
      { numRuns: 1000 },
    )
    expect(values).toBeGreaterThan(50)
  })
})

onEachBackend(() => {
  const slopesAt = async (text: string, numbers: number[]) => {
    const a = tf.tensor2d(numbers, [numbers.length, 1])
    const { value, grads } = differentiate(() => {
      const result = evaluateProgram(parseFormula(text), {
        inputs: new Map([['a', { kind: 'batch' as const, tensor: a }]]),
        schedule: undefined,
        hasTape: true,
        runOnDevice,
      })
      return isHost(result) ? tf.scalar(0) : tf.sum(result.tensor)
    }, [a])
    const slopes = [...((await grads[0]?.data()) ?? [])]
    tf.dispose([a, value, ...grads.filter((grad) => grad instanceof tf.Tensor)])
    return slopes
  }

  test.each([
    ['if(a > 0, sqrt(a), 0)', [0, 0.5]],
    ['if(a <= 0, 0, 1 / a)', [0, -1]],
    ['x = sqrt(a); if(x > 0, x, 0)', [0, 0.5]],
    ['x = 1 / a; if(a > 0, x, 0) + if(a > 2, x, 0)', [0, -1]],
    ['if(a > 0, if(a > 0.5, log(a), 1), a^2)', [0, 1]],
    ['if(max(a) > 5, mean(sqrt(a)), mean(a))', [0.5, 0.5]],
    ['if(a > 0, mean(a^2), 0)', [0, 1]],
    ['abs(a) + norm(0 * a)', [0, 1]],
    ['max(a, a)', [1, 1]],
    ['max(0 * a)', [0, 0]],
    ['stop(a) * a + floor(a)', [0, 1]],
  ])('the gradient of %s at 0 and 1', async (text, slopes) => {
    const found = await slopesAt(text, [0, 1])
    slopes.forEach((slope, i) => expect(found[i]).toBeCloseTo(slope, 5))
  })
})
