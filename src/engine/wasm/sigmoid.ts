// 1 / (1 + e^-x) of four floats.
import type { Code, Local } from './assembler.ts'
import { f32x4, i32, i32x4 } from './assembler.ts'

const { add, sub, mul, div, min, max } = f32x4

/** ln 2 in two parts: the first has few digits, so that its products with whole numbers are exact. */
const [LN2_HIGH, LN2_LOW] = [0.693359375, -2.1219444e-4]

/** Beyond it the sigmoid of a float is 0 or 1 to the last digit, or too small for one. */
const MOST = 87

/** e^r for |r| <= ln(2) / 2: the terms of its series up to r^7 leave 2e-9 of it. */
const terms = [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040]

/** `x` is read once. */
export const sigmoid = (x: Code, local: (type: 'v128') => Local): Code => {
  const one = f32x4.const(1)
  return div(one, add(one, exp(max(min(f32x4.neg(x), f32x4.const(MOST)), f32x4.const(-MOST)), local)))
}

/** e^x = 2^n e^r for |x| <= {@link MOST}, with n = x / ln 2 as a whole number and r what that leaves. */
function exp(x: Code, local: (type: 'v128') => Local): Code {
  const [rest, n] = [local('v128'), local('v128')]
  const power = terms.reduceRight<Code | undefined>(
    (sum, term) => (sum ? add(mul(sum, rest.get), f32x4.const(term)) : f32x4.const(term)),
    undefined,
  )!
  // A float with the exponent n and no digits is 2^n.
  const scale = i32x4.shl(i32x4.add(i32x4.truncate(n.get), i32x4.const(127)), i32.const(23))
  return [
    rest.set(x),
    n.set(f32x4.nearest(mul(rest.get, f32x4.const(Math.LOG2E)))),
    rest.set(sub(rest.get, mul(n.get, f32x4.const(LN2_HIGH)))),
    rest.set(sub(rest.get, mul(n.get, f32x4.const(LN2_LOW)))),
    mul(power, scale),
  ]
}
