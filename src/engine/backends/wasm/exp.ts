// e^x of four floats.
import type { Code, Local } from './assembler.ts'
import { f32x4, i32, i32x4 } from './assembler.ts'

const { add, sub, mul, multiplyAdd } = f32x4

/** ln 2 in two parts. The first has few digits, so its products with integers are exact. */
const [LN2_HIGH, LN2_LOW] = [0.693359375, -2.1219444e-4]

/** Coefficients of e^r up to r^7. For |r| <= ln(2) / 2 the relative error is 2e-9. */
const coefficients = [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040]

/** Largest |x| whose e^x and e^-x in float32 are neither infinite nor denormal. */
export const MAX_EXPONENT = 87

/**
 * e^(x + small) = 2^n e^r for |x + small| <= {@link MAX_EXPONENT}, with n = round((x + small) / ln 2)
 * and r = x - n ln 2 + small. Evaluates `x` once, and `small`, which adds digits to x, twice.
 */
export function expCode(x: Code, local: (type: 'v128') => Local, small?: Code): Code {
  const [rest, n] = [local('v128'), local('v128')]
  const power = coefficients
    .map((coefficient) => f32x4.const(coefficient))
    .reduceRight((sum, coefficient) => multiplyAdd(sum, rest.get, coefficient))
  // A float with exponent n and mantissa 0 is 2^n.
  const scale = i32x4.shl(i32x4.add(i32x4.truncate(n.get), i32x4.const(127)), i32.const(23))
  const sum = small ? add(rest.get, small) : rest.get
  return [
    rest.set(x),
    n.set(f32x4.nearest(mul(sum, f32x4.const(Math.LOG2E)))),
    rest.set(sub(rest.get, mul(n.get, f32x4.const(LN2_HIGH)))),
    rest.set(sub(rest.get, mul(n.get, f32x4.const(LN2_LOW)))),
    small ? rest.set(add(rest.get, small)) : [],
    mul(power, scale),
  ]
}
