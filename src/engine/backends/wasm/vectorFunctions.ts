// Functions over chunks of vectors: optimizer steps, interpolation, addition, the sum of squares.
import type { Code, Local, Params } from './assembler.ts'
import { advance, f32, f32x4, func, load, newLocals, store, whileBelow } from './assembler.ts'

const { add, sub, mul, div, sqrt, max, splat } = f32x4

/** Loops over vectors of the same length, the first of which ends at `end`. */
const overVectors = (vectors: Local[], end: Code, body: Code): Code =>
  whileBelow(vectors[0], end, [body, vectors.map((vector) => advance(vector, 16))])

/** Constants of one Adam step; see `AdamStep` in base/backend.ts. */
const constants = {
  /** The gradient becomes clip gradient + penalty weight; `keep` is a factor of the weight. */
  clip: 'f32',
  penalty: 'f32',
  keep: 'f32',
  /** beta1, beta2, and 1 minus them. */
  memory1: 'f32',
  rest1: 'f32',
  memory2: 'f32',
  rest2: 'f32',
  /** 1 / sqrt(1 - beta2^t), eps, and lr / (1 - beta1^t). */
  unbias: 'f32',
  eps: 'f32',
  step: 'f32',
} as const satisfies Params

const addresses = {
  weights: 'i32',
  gradient: 'i32',
  first: 'i32',
  second: 'i32',
  end: 'i32',
  toWeights: 'i32',
  toFirst: 'i32',
  toSecond: 'i32',
} as const satisfies Params

/** Kingma & Ba 2015, algorithm 1; `largest`: AMSGrad (Reddi et al. 2018). */
const adamFunction = (largest: boolean) =>
  func({ ...addresses, ...constants, largest: 'i32', toLargest: 'i32' }, (p, local) => {
    const [w, g, first, second, most] = newLocals(local, 'v128', 5)
    const average = (moment: Local, value: Code, memory: Local, rest: Local): Code =>
      add(mul(load(moment.get), splat(memory.get)), mul(value, splat(rest.get)))
    const denominator = add(
      mul(sqrt(largest ? most.get : second.get), splat(p.unbias.get)),
      splat(p.eps.get),
    )
    const vectors = [p.weights, p.gradient, p.first, p.second, p.toWeights, p.toFirst, p.toSecond]
    return overVectors(largest ? [...vectors, p.largest, p.toLargest] : vectors, p.end.get, [
      w.set(load(p.weights.get)),
      g.set(add(mul(load(p.gradient.get), splat(p.clip.get)), mul(w.get, splat(p.penalty.get)))),
      first.set(average(p.first, g.get, p.memory1, p.rest1)),
      second.set(average(p.second, mul(g.get, g.get), p.memory2, p.rest2)),
      largest
        ? [most.set(max(load(p.largest.get), second.get)), store(p.toLargest.get, most.get)]
        : [],
      store(p.toFirst.get, first.get),
      store(p.toSecond.get, second.get),
      store(
        p.toWeights.get,
        sub(mul(w.get, splat(p.keep.get)), mul(div(first.get, denominator), splat(p.step.get))),
      ),
    ])
  })

/** y = a - (a - b) factor. */
const blend = func(
  { a: 'i32', end: 'i32', b: 'i32', y: 'i32', factor: 'f32' },
  ({ a, end, b, y, factor }, local) => {
    const value = local('v128')
    return overVectors([a, b, y], end.get, [
      value.set(load(a.get)),
      store(y.get, sub(value.get, mul(sub(value.get, load(b.get)), splat(factor.get)))),
    ])
  },
)

/** The sums of squares of each of the four lanes. */
const squares = func({ x: 'i32', end: 'i32', sums: 'i32' }, ({ x, end, sums }, local) => {
  const [value, sum] = newLocals(local, 'v128', 2)
  return [
    sum.set(f32x4.const(0)),
    overVectors([x], end.get, [
      value.set(load(x.get)),
      sum.set(add(sum.get, mul(value.get, value.get))),
    ]),
    store(sums.get, sum.get),
  ]
})

/** y = a + b. */
const addition = func({ a: 'i32', end: 'i32', b: 'i32', y: 'i32' }, ({ a, end, b, y }) =>
  overVectors([a, b, y], end.get, store(y.get, add(load(a.get), load(b.get)))),
)

/** y = a + b for vectors of any length. */
const addShort = func({ a: 'i32', end: 'i32', b: 'i32', y: 'i32' }, ({ a, end, b, y }) =>
  whileBelow(a, end.get, [
    f32.store(y.get, f32.add(f32.load(a.get), f32.load(b.get))),
    [a, b, y].map((vector) => advance(vector, 4)),
  ]),
)

/** dx = dy (gate + y - y gate), the gradient of y = x gate, where gate is the sigmoid of x. */
const siluGradient = func(
  { dy: 'i32', end: 'i32', gate: 'i32', y: 'i32', dx: 'i32' },
  ({ dy, end, gate, y, dx }, local) => {
    const [g, value] = newLocals(local, 'v128', 2)
    return overVectors([dy, gate, y, dx], end.get, [
      g.set(load(gate.get)),
      value.set(load(y.get)),
      store(dx.get, mul(load(dy.get), add(g.get, sub(value.get, mul(value.get, g.get))))),
    ])
  },
)

export const vectorFunctions = {
  adam: adamFunction(false),
  amsgrad: adamFunction(true),
  blend,
  squares,
  addition,
  addShort,
  siluGradient,
}
