// Sigmoid of four floats, 1 / (1 + e^-x).
import type { Code, Local } from './assembler.ts'
import { f32x4 } from './assembler.ts'
import { expCode, MAX_EXPONENT } from './exp.ts'

const { add, div, min, max } = f32x4

/** Evaluates `x` once. Beyond {@link MAX_EXPONENT} the sigmoid in float32 is 0 or 1, or denormal. */
export const sigmoidCode = (x: Code, local: (type: 'v128') => Local): Code => {
  const one = f32x4.const(1)
  const exponent = max(min(f32x4.neg(x), f32x4.const(MAX_EXPONENT)), f32x4.const(-MAX_EXPONENT))
  return div(one, add(one, expCode(exponent, local)))
}
