// GELU and its derivative over vectors of floats, from the upper tail of the normal distribution.
import { SQUARE_GRID, tailFit } from '../../layers/normalTail.ts'
import type { Code, Local, Type } from './assembler.ts'
import {
  advance,
  f32x4,
  func,
  i32x4,
  load,
  newLocals,
  store,
  v128,
  whileBelow,
} from './assembler.ts'
import { expCode } from './exp.ts'

const { add, sub, mul, div, min, max, abs, nearest } = f32x4

/**
 * Larger |x| are clamped: e^(-a² / 2) = 2e-38 is the smallest normal float, and GELU of -13.2 is 0
 * but for 1e-38.
 */
const END = 13.1875

/** e^(-a² / 2) and its ratio to Φ(-a), as locals. */
function tail(x: Code, local: (type: Type) => Local) {
  const [a, h, square, t, ratio] = newLocals(local, 'v128', 5)
  const grid = f32x4.const(SQUARE_GRID)
  const large = mul(mul(h.get, h.get), f32x4.const(-0.5))
  const small = mul(mul(sub(a.get, h.get), add(a.get, h.get)), f32x4.const(-0.5))
  const polynomial = tailFit.coefficients
    .map((coefficient) => f32x4.const(coefficient))
    .reduceRight((sum, coefficient) => add(mul(sum, t.get), coefficient))
  const one = f32x4.const(1)
  const code: Code = [
    a.set(min(abs(x), f32x4.const(END))),
    h.set(mul(nearest(div(a.get, grid)), grid)),
    square.set(expCode(large, local, small)),
    t.set(div(one, add(mul(a.get, f32x4.const(tailFit.scale)), one))),
    ratio.set(mul(polynomial, t.get)),
  ]
  return { a, square, ratio, code }
}

/** y = x Φ(x) = max(x, 0) - |x| Φ(-|x|). */
const gelu = func({ x: 'i32', end: 'i32', y: 'i32' }, ({ x, end, y }, local) => {
  const value = local('v128')
  const { a, square, ratio, code } = tail(value.get, local)
  return whileBelow(x, end.get, [
    value.set(load(x.get)),
    code,
    store(y.get, sub(max(value.get, f32x4.const(0)), mul(mul(a.get, square.get), ratio.get))),
    [x, y].map((vector) => advance(vector, 16)),
  ])
})

/**
 * dx = dy (Φ(x) + x φ(x)). With the sign s of x, Φ(x) + x φ(x) = (1 + s) / 2 + s (|x| φ(x) -
 * Φ(-|x|)).
 */
const geluGradient = func(
  { x: 'i32', end: 'i32', dy: 'i32', dx: 'i32' },
  ({ x, end, dy, dx }, local) => {
    const [value, sign] = newLocals(local, 'v128', 2)
    const { a, square, ratio, code } = tail(value.get, local)
    const [half, one] = [f32x4.const(0.5), f32x4.const(1)]
    const density = mul(a.get, f32x4.const(1 / Math.sqrt(2 * Math.PI)))
    const rest = mul(square.get, sub(density, ratio.get))
    return whileBelow(x, end.get, [
      value.set(load(x.get)),
      code,
      // 1 with the sign bit of x.
      sign.set(v128.or(v128.and(value.get, i32x4.const(-2147483648)), one)),
      store(dx.get, mul(load(dy.get), add(mul(add(one, sign.get), half), mul(sign.get, rest)))),
      [x, dy, dx].map((vector) => advance(vector, 16)),
    ])
  },
)

export const geluFunctions = { gelu, geluGradient }
