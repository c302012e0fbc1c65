// Second derivatives and Jacobian-vector products of every layer, against central differences of
// float64 formulas. The formulas share no code with the layers, and their differences are exact to
// about 1e-9, so the tolerances are float32 rounding: 1e-4 of the largest value.
import { describe, expect, test } from 'vitest'
import { activations, gelu, silu } from '../../../src/engine/layers/activations.ts'
import { attention, linearAttention } from '../../../src/engine/layers/attention.ts'
import { checkpointed } from '../../../src/engine/layers/checkpointed.ts'
import { conv2d } from '../../../src/engine/layers/conv.ts'
import { groupNorm } from '../../../src/engine/layers/groupNorm.ts'
import { layerNorm } from '../../../src/engine/layers/layerNorm.ts'
import { linear } from '../../../src/engine/layers/linear.ts'
import { projectAll } from '../../../src/engine/layers/projections.ts'
import { avgPool2, upsampleNearest2 } from '../../../src/engine/layers/resample.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { jvp } from '../../../src/engine/gradients/jvp.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import type { Numbers } from '../../formulas.ts'
import * as formulas from '../../formulas.ts'
import { Tape, type Num } from '../../tape.ts'

interface Layer {
  name: string
  shapes: number[][]
  layer: (...args: Tensor[]) => Tensor
  formula: (tape: Tape, ...args: Numbers[]) => Numbers
}

const pad = { top: 1, bottom: 1, left: 1, right: 1 }

/** An elementwise function and its derivative. */
const elementwise =
  (value: (x: number) => number, slope: (x: number) => number) => (tape: Tape, x: Numbers) =>
    formulas.map(x, (one: Num) => tape.apply(one, value(tape.of(one)), slope(tape.of(one))))

const conv = (
  name: string,
  size: number[],
  filter: number[],
  stride: 1 | 2,
  around = pad,
): Layer => ({
  name,
  shapes: [size, filter, [filter[3]]],
  layer: (x, w, b) => conv2d(x as Tensor4D, w as Tensor4D, b as Tensor1D, { stride, pad: around }),
  formula: (tape, x, w, b) => formulas.conv(tape, x, w, b, { stride, pad: around }),
})

const norm = (name: string, shape: number[], groups: number, isActivated: boolean): Layer => ({
  name,
  shapes: [shape, [shape.at(-1) ?? 0], [shape.at(-1) ?? 0]],
  layer: (x, w, b) =>
    groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, {
      groups,
      eps: 1e-5,
      silu: isActivated,
    }),
  formula: (tape, x, w, b) => {
    const z = formulas.norm(tape, x, w, b, groups, 1e-5)
    return isActivated ? formulas.silu(tape, z) : z
  },
})

const layers: Layer[] = [
  { name: 'SiLU', shapes: [[3, 5]], layer: silu, formula: formulas.silu },
  { name: 'GELU', shapes: [[3, 5]], layer: gelu, formula: formulas.gelu },
  {
    name: 'tanh',
    shapes: [[3, 5]],
    layer: activations.tanh,
    formula: elementwise(Math.tanh, (x) => 1 - Math.tanh(x) ** 2),
  },
  {
    name: 'exp, of a saved output',
    shapes: [[7]],
    layer: (x) => x.exp(),
    formula: elementwise(Math.exp, Math.exp),
  },
  {
    name: 'linear',
    shapes: [[4, 3], [3, 5], [5]],
    layer: (x, w, b) => silu(linear(x as Tensor2D, w as Tensor2D, b as Tensor1D)),
    formula: (tape, x, w, b) => formulas.silu(tape, formulas.linear(tape, x, w, b)),
  },
  {
    name: 'linear of sequences, without bias',
    shapes: [
      [2, 4, 3],
      [3, 5],
    ],
    layer: (x, w) => silu(linear(x as Tensor3D, w as Tensor2D)),
    formula: (tape, x, w) => formulas.silu(tape, formulas.linear(tape, x, w)),
  },
  {
    name: 'projections',
    shapes: [[3, 4], [4, 5], [5], [4, 2], [2]],
    layer: (x, w1, b1, w2, b2) => {
      const parameters = [
        { weight: w1 as Tensor2D, bias: b1 as Tensor1D },
        { weight: w2 as Tensor2D, bias: b2 as Tensor1D },
      ]
      return silu(tf.concat(projectAll(x as Tensor2D, parameters), 1))
    },
    formula: (tape, x, w1, b1, w2, b2) =>
      formulas.silu(
        tape,
        formulas.concatChannels(formulas.linear(tape, x, w1, b1), formulas.linear(tape, x, w2, b2)),
      ),
  },
  conv('convolution', [2, 5, 4, 3], [3, 3, 3, 4], 1),
  conv('convolution with stride 2', [2, 6, 5, 3], [3, 3, 3, 4], 2),
  conv('convolution with one-sided padding', [1, 4, 4, 2], [3, 3, 2, 3], 2, {
    top: 0,
    bottom: 1,
    left: 0,
    right: 1,
  }),
  conv('pointwise convolution', [2, 3, 3, 4], [1, 1, 4, 2], 1, {
    top: 0,
    bottom: 0,
    left: 0,
    right: 0,
  }),
  norm('group norm', [2, 3, 2, 6], 3, false),
  norm('group norm with SiLU', [2, 3, 2, 6], 2, true),
  {
    name: 'layer norm',
    shapes: [[2, 3, 5], [5], [5]],
    layer: (x, w, b) => layerNorm(x as Tensor3D, w as Tensor1D, b as Tensor1D),
    formula: (tape, x, w, b) => {
      const rows = formulas.reshape(x, [6, 1, 5])
      return formulas.reshape(formulas.norm(tape, rows, w, b, 1, 1e-5), [2, 3, 5])
    },
  },
  {
    name: 'attention',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 4],
    ],
    layer: (q, k, v) => attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, 2),
    formula: (tape, q, k, v) => formulas.attention(tape, q, k, v, 2),
  },
  {
    name: 'linear attention',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 4],
    ],
    layer: (q, k, v) => linearAttention(q as Tensor3D, k as Tensor3D, v as Tensor3D, 2),
    formula: (tape, q, k, v) => formulas.linearAttention(tape, q, k, v, 2),
  },
  {
    name: 'softmax',
    shapes: [[3, 5]],
    layer: (x) => tf.softmax(x),
    formula: formulas.softmaxOfRows,
  },
  {
    name: 'log softmax',
    shapes: [[3, 5]],
    layer: (x) => tf.logSoftmax(x),
    formula: (tape, x) =>
      formulas.map(formulas.softmaxOfRows(tape, x), (one) =>
        tape.apply(one, Math.log(tape.of(one)), 1 / tape.of(one)),
      ),
  },
  {
    name: 'upsampling',
    shapes: [[2, 2, 3, 2]],
    layer: (x) => silu(upsampleNearest2(x as Tensor4D)),
    formula: (tape, x) => formulas.silu(tape, formulas.upsample(x)),
  },
  {
    name: 'pooling',
    shapes: [[2, 4, 2, 3]],
    layer: (x) => silu(avgPool2(x as Tensor4D)),
    formula: (tape, x) => formulas.silu(tape, formulas.pool(tape, x)),
  },
  {
    name: 'activation checkpointing',
    shapes: [[4, 3], [3, 5], [5]],
    layer: (x, w, b) =>
      checkpointed(
        ([x], { w, b }) => silu(linear(x as Tensor2D, w as Tensor2D, b as Tensor1D)),
        [x],
        {
          w,
          b,
        },
      ),
    formula: (tape, x, w, b) => formulas.silu(tape, formulas.linear(tape, x, w, b)),
  },
]

// ---- float64 references

const H = 1e-5

const normal = (shape: readonly number[], place: number) =>
  Float32Array.from(createRandom(7, [place]).normal(tf.util.sizeFromShape([...shape])))

interface Case {
  args: Float32Array[]
  directions: Float32Array[]
  upstream: Float32Array
  outputShape: number[]
}

function drawCase({ shapes, formula }: Layer): Case {
  const args = shapes.map((shape, i) => normal(shape, i))
  const tape = new Tape()
  const { shape } = formula(
    tape,
    ...shapes.map((each, i) => ({ shape: each, all: tape.numbers(args[i]) })),
  )
  return {
    args,
    directions: shapes.map((each, i) => normal(each, 20 + i)),
    upstream: normal(shape, 40),
    outputShape: [...shape],
  }
}

/** The value and gradients of sum(value * upstream) at args + step * directions, in float64. */
function evaluate({ shapes, formula }: Layer, { args, directions, upstream }: Case, step: number) {
  const tape = new Tape()
  const inputs = shapes.map((shape, i) => ({
    shape,
    all: tape.numbers(Float64Array.from(args[i], (x, k) => x + step * directions[i][k])),
  }))
  const { all } = formula(tape, ...inputs)
  const gradients = tape.gradients(
    all,
    upstream,
    inputs.map((input) => input.all),
  )
  return [tape.result(all), ...gradients].map(({ values }) => values)
}

/** J v, and the Hessian of sum(value * upstream) times v, by central differences. */
function differences(layer: Layer, drawn: Case): Float64Array[] {
  const [after, before] = [evaluate(layer, drawn, H), evaluate(layer, drawn, -H)]
  return after.map((values, i) => values.map((value, k) => (value - before[i][k]) / (2 * H)))
}

function expectNear(got: ArrayLike<number>, right: Float64Array, what: string, tolerance = 1e-4) {
  const size = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  expect(got.length, what).toBe(right.length)
  for (const [i, value] of right.entries())
    expect(Math.abs(got[i] - value), `${what}, element ${i}`).toBeLessThanOrEqual(tolerance * size)
}

// ---- the engine

const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum()

/** The Hessian of `loss` times the directions, by reverse mode twice. */
const hessianProduct = (loss: (xs: Tensor[]) => Tensor, xs: Tensor[], directions: Tensor[]) =>
  differentiate(() => {
    const inner = xs.map((x) => x.clone())
    const { grads } = differentiate(() => loss(inner), inner)
    return grads
      .map((gradient, i) => dot(gradient ?? tf.zerosLike(xs[i]), directions[i]))
      .reduce((sum, term) => sum.add(term))
  }, xs)

onEachBackend(() => {
  describe.each(layers)('$name', (layer) => {
    const drawn = drawCase(layer)
    const [product, ...hessian] = differences(layer, drawn)

    const upload = (all: Float32Array[]) => all.map((data, i) => tf.tensor(data, layer.shapes[i]))

    test('Jacobian-vector product', async () => {
      const [value, tangent] = tf.tidy(() => {
        const [xs, directions] = [upload(drawn.args), upload(drawn.directions)]
        const found = jvp((all) => layer.layer(...all), xs, directions)
        return [found.value, found.tangent]
      })
      expectNear(await value.data(), evaluate(layer, drawn, 0)[0], 'value')
      expectNear(await tangent.data(), product, 'tangent')
      tf.dispose([value, tangent])
    })

    test('second derivative', async () => {
      const grads = tf.tidy(() => {
        const [xs, directions] = [upload(drawn.args), upload(drawn.directions)]
        const upstream = tf.tensor(drawn.upstream, drawn.outputShape)
        const loss = (all: Tensor[]) => dot(layer.layer(...all), upstream)
        const { grads } = hessianProduct(loss, xs, directions)
        return grads.map((gradient, i) => gradient ?? tf.zerosLike(xs[i]))
      })
      for (const [i, gradient] of grads.entries())
        expectNear(await gradient.data(), hessian[i], `argument ${i}`)
      tf.dispose(grads)
    })
  })
})

onCpu(() => {
  test('third derivatives', async () => {
    const x = tf.scalar(0.7)
    const { value, grads } = differentiate(() => {
      const y = x.clone()
      const second = differentiate(() => {
        const z = y.clone()
        return differentiate(() => z.tanh(), [z]).grads[0] as Tensor
      }, [y])
      return second.grads[0] as Tensor
    }, [x])
    // d³/dx³ tanh x = (6 tanh² x - 2) (1 - tanh² x)
    const t = Math.tanh(0.7)
    expect((await grads[0]!.data())[0]).toBeCloseTo((6 * t * t - 2) * (1 - t * t), 5)
    tf.dispose([x, value, grads[0]!])
  })

  test('refuses an operation without a second derivative', () => {
    const x = tf.ones([1, 4, 4, 1]) as Tensor4D
    const twice = () =>
      differentiate(() => {
        const y = x.clone()
        const { grads } = differentiate(() => tf.maxPool(y, 2, 2, 'valid').square().sum(), [y])
        return (grads[0] as Tensor).square().sum()
      }, [x])
    expect(twice).toThrow(/MaxPoolGrad/)
    x.dispose()
  })

  test('comparisons and masks have no gradient of their own', async () => {
    const x = tf.tensor1d([-1, 2, 3])
    const { value, grads } = differentiate(
      () => x.square().mul(x.greater(0).cast('float32')).sum(),
      [x],
    )
    expect([...(await grads[0]!.data())]).toEqual([-0, 4, 6])
    tf.dispose([x, value, grads[0]!])
  })
})
