// Every operation with custom kernels: its value and all its gradients, for any shape, on every
// backend, against its formula in float64. Kernels have to write every element, and have the same
// bits in a second run.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emaUpdate } from '../../../src/engine/training/averages.ts'
import { gelu, silu } from '../../../src/engine/layers/activations.ts'
import { attention, linearAttention } from '../../../src/engine/layers/attention.ts'
import type { ConvInput, Pad } from '../../../src/engine/base/layerTypes.ts'
import { conv2d } from '../../../src/engine/layers/conv.ts'
import { dropout } from '../../../src/engine/layers/dropout.ts'
import { oneHot } from '../../../src/engine/layers/embedding.ts'
import { groupNorm } from '../../../src/engine/layers/groupNorm.ts'
import { layerNorm } from '../../../src/engine/layers/layerNorm.ts'
import { linear } from '../../../src/engine/layers/linear.ts'
import { projectAll } from '../../../src/engine/layers/projections.ts'
import { avgPool2, upsampleNearest2 } from '../../../src/engine/layers/resample.ts'
import { channelMeans, channelSums } from '../../../src/engine/base/sums.ts'
import { projectEmbedding, resnetBlock, selfAttentionBlock } from '../../blocks.ts'
import type { OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { zeroMoments, optimizerStep } from '../../../src/engine/training/optimizers.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Weights } from '../../../src/engine/base/values.ts'
import { weightedSum } from '../../../src/engine/process/weightedSum.ts'
import { onEachArithmetic } from '../../backends.ts'
import { adamw } from '../../smallTraining.ts'
import type { Numbers } from '../../formulas.ts'
import * as formulas from '../../formulas.ts'
import { pretendGPU, webgpuBackend, withPoisonedMemory } from '../../kernels.ts'
import type { Result } from '../../tape.ts'
import { Tape } from '../../tape.ts'

const FULL = Boolean(process.env.FULL)

// ---- comparison of an operation with its formula

interface Operation<Drawn> {
  name: string
  /** Shapes and other arguments. */
  drawn: fc.Arbitrary<Drawn>
  /** Cases that are tested in every run. */
  edges: Drawn[]
  /** Shapes of its inputs. */
  takes(drawn: Drawn): number[][]
  /** Standard deviation of all inputs but the first, 1 by default; inputs are normal. */
  spread?: number
  layer(drawn: Drawn): (...args: Tensor[]) => Tensor | Tensor[]
  formula(drawn: Drawn): (tape: Tape, ...args: Numbers[]) => Numbers | Numbers[]
  /** Allowed error relative to the largest value, 1e-5 by default. */
  tolerance?: number
  /** It is not differentiated, like a step of an optimizer; then it may have several values. */
  withoutGradient?: true
}

interface Row {
  name: string
  hold(numRuns: number): Promise<void>
}

const row = <Drawn>(operation: Operation<Drawn>): Row => ({
  name: operation.name,
  hold: (numRuns) =>
    fc.assert(
      fc.asyncProperty(operation.drawn, fc.nat(1e6), (drawn, seed) =>
        expectMatchesFormula(operation, drawn, seed),
      ),
      {
        numRuns: operation.edges.length + numRuns,
        examples: operation.edges.map((edge) => [edge, 1]),
        endOnFailure: true, // shrinking would compile a program for every shape
      },
    ),
})

/** Rounding error of a term, which remains where terms cancel. */
const LAST_BIT = 2 ** -23

/**
 * Expects an error within `tolerance` of the largest value, or within twice the error of the
 * formula with each operation rounded to float32.
 */
async function expectMatchesFormula<Drawn>(
  operation: Operation<Drawn>,
  drawn: Drawn,
  seed: number,
) {
  const args = operation.takes(drawn).map((shape, i) => {
    const normal = createRandom(seed, [i]).normal(tf.util.sizeFromShape(shape))
    const spread = i === 0 ? 1 : (operation.spread ?? 1)
    return { shape, data: normal.map((one) => spread * one) }
  })
  const exact = evaluateFormula(operation, drawn, args, (value) => value, seed)
  const rounded = evaluateFormula(operation, drawn, args, Math.fround, seed)
  const layer = operation.layer(drawn)
  const [first, second] = [
    await withPoisonedMemory(() => evaluateLayer(layer, args, exact)),
    await evaluateLayer(layer, args, exact),
  ]
  for (const [i, { values: right, terms }] of exact.found.entries()) {
    const what = `${i === 0 || operation.withoutGradient ? `value ${i}` : `gradient ${i - 1}`} of ${JSON.stringify(drawn)}`
    expect(first[i], `${what}, a second time`).toEqual(second[i])
    expect(first[i].length, what).toBe(right.length)
    const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const allowed = Math.max(
      (operation.tolerance ?? 1e-5) * largest,
      2 * furthest(rounded.found[i].values, right),
      LAST_BIT * terms,
    )
    expect(furthest(first[i], right), what).toBeLessThanOrEqual(allowed)
  }
}

interface TestInput {
  shape: number[]
  data: Float32Array
}

/** The upstream gradient, and the values followed by the gradients. */
interface FormulaResult {
  upstream: TestInput | undefined
  found: Result[]
}

function evaluateFormula<Drawn>(
  { formula, withoutGradient }: Operation<Drawn>,
  drawn: Drawn,
  args: TestInput[],
  round: (value: number) => number,
  seed: number,
): FormulaResult {
  const tape = new Tape(round)
  const inputs = args.map(({ shape, data }) => ({ shape, all: tape.numbers(data) }))
  const made = [formula(drawn)(tape, ...inputs)].flat()
  const values = made.map(({ all }) => tape.result(all))
  if (withoutGradient) return { upstream: undefined, found: values }
  const { shape, all } = made[0]
  const upstream = { shape: [...shape], data: createRandom(seed, [99]).normal(all.length) }
  const gradients = tape.gradients(
    all,
    upstream.data,
    inputs.map(({ all }) => all),
  )
  return { upstream, found: [...values, ...gradients] }
}

async function evaluateLayer(
  layer: (...args: Tensor[]) => Tensor | Tensor[],
  args: TestInput[],
  { upstream }: FormulaResult,
): Promise<Float32Array[]> {
  const made = tf.tidy(() => {
    const inputs = args.map(({ shape, data }) => tf.tensor(data, shape))
    if (!upstream) return [layer(...inputs)].flat()
    const { value, grads } = tf.valueAndGrads(layer as (...args: Tensor[]) => Tensor)(
      inputs,
      tf.tensor(upstream.data, upstream.shape),
    )
    return [value, ...grads]
  })
  const numbers = await Promise.all(made.map((tensor) => tensor.data()))
  tf.dispose(made)
  return numbers as Float32Array[]
}

/** The largest difference; Infinity if there is a NaN. */
function furthest(got: ArrayLike<number>, right: Float64Array): number {
  return right.reduce((most, value, i) => {
    const gap = Math.abs(value - got[i])
    return Number.isNaN(gap) ? Infinity : Math.max(most, gap)
  }, 0)
}

// ---- random cases

const few = fc.integer({ min: 1, max: 3 })
const channels = fc.constantFrom(1, 2, 3, 4, 5, 8, 12)
const side = fc.integer({ min: 1, max: 6 })
const pads = fc.integer({ min: 0, max: 2 })
const all = (size: number): Pad => ({ top: size, bottom: size, left: size, right: size })

interface Conv {
  size: [b: number, height: number, width: number]
  kernel: [height: number, width: number]
  from: number
  to: number
  stride: 1 | 2
  pad: Pad
}

/** For larger batches wasm computes several items in a call. */
const items = fc.constantFrom(1, 2, 3, 9)

const anyConv: fc.Arbitrary<Conv> = fc
  .record({
    size: fc.tuple(items, side, side),
    kernel: fc.tuple(few, few),
    from: channels,
    to: fc.oneof(channels, fc.constantFrom(7, 16, 17)),
    stride: fc.constantFrom(1 as const, 2 as const),
    pad: fc.record({ top: pads, bottom: pads, left: pads, right: pads }),
  })
  .filter(
    ({ size: [, h, w], kernel: [kh, kw], pad }) =>
      h + pad.top + pad.bottom >= kh && w + pad.left + pad.right >= kw,
  )

/** Cases of Winograd on wasm: 3x3 filters, even sizes and many channels. */
const tiledConv: fc.Arbitrary<Conv> = fc
  .record({
    size: fc.tuple(items, fc.constantFrom(2, 4, 6), fc.constantFrom(2, 4, 6)),
    kernel: fc.constant<[number, number]>([3, 3]),
    from: fc.constantFrom(12, 16),
    to: fc.constantFrom(12, 16, 20),
    stride: fc.constant(1 as const),
    pad: fc.constantFrom(all(0), all(1)),
  })
  .filter(({ size: [, h, w], pad }) => pad.top === 1 || Math.min(h, w) > 2)

/** The formula takes a second for a million products. */
const convs = fc
  .oneof({ weight: 3, arbitrary: anyConv }, { weight: 1, arbitrary: tiledConv })
  .filter(
    ({ size, kernel, from, to }) =>
      [...size, ...kernel, from, to].reduce((product, one) => product * one, 1) < 2e5,
  )

const convEdges: Conv[] = [
  { size: [2, 5, 3], kernel: [3, 3], from: 8, to: 4, stride: 1, pad: all(1) },
  { size: [1, 1, 1], kernel: [1, 1], from: 3, to: 5, stride: 1, pad: all(0) },
  {
    size: [3, 4, 4],
    kernel: [3, 3],
    from: 4,
    to: 8,
    stride: 2,
    pad: { top: 0, bottom: 1, left: 0, right: 1 },
  },
  { size: [64, 4, 4], kernel: [3, 3], from: 4, to: 3, stride: 1, pad: all(1) }, // wasm transposes it in blocks
  { size: [3, 4, 6], kernel: [3, 3], from: 12, to: 20, stride: 1, pad: all(1) },
  // The output is larger than the input: the input gradient skips the zeros of the dilated dy.
  {
    size: [2, 1, 1],
    kernel: [2, 2],
    from: 5,
    to: 1,
    stride: 2,
    pad: { top: 1, bottom: 2, left: 1, right: 2 },
  },
]

interface FusedConv {
  size: [b: number, height: number, width: number]
  /** Channels of the input, or of the two tensors that are concatenated. */
  from: number[]
  groups: number
  silu: boolean
  upsample: boolean
  to: number
  stride: 1 | 2
  /** The bias for each item has one row for all items. */
  oneRow: boolean
  outputScale: number
}

const fusedConvs: fc.Arbitrary<FusedConv> = fc
  .record({
    size: fc.tuple(few, fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5 })),
    from: fc.array(fc.constantFrom(1, 2, 4), { minLength: 1, maxLength: 2 }),
    groups: few,
    silu: fc.boolean(),
    upsample: fc.boolean(),
    to: channels,
    stride: fc.constantFrom(1 as const, 2 as const),
    oneRow: fc.boolean(),
    outputScale: fc.constantFrom(1, 0.7),
  })
  .map((conv) => ({ ...conv, from: conv.from.map((each) => each * conv.groups) }))

const total = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0)

/** The shape of the output, for a 3x3 filter with padding 1. */
const outputOf = ({ size: [b, h, w], upsample, stride, to }: FusedConv) => {
  const sides = [h, w].map((side) => Math.ceil(((upsample ? 2 : 1) * side) / stride))
  return [b, ...sides, to]
}

interface Norm {
  b: number
  pixels: number
  groups: number
  /** Channels of a group. */
  size: number
}

const norms: fc.Arbitrary<Norm> = fc
  .record({
    b: items,
    pixels: fc.integer({ min: 1, max: 40 }),
    groups: fc.integer({ min: 1, max: 4 }),
    size: fc.constantFrom(1, 2, 3, 4, 6, 8),
  })
  // Two numbers are normalised to a sign, and their gradient suffers from cancellation.
  .filter(({ pixels, size }) => pixels * size > 3)

const normEdges: Norm[] = [
  { b: 2, pixels: 16, groups: 4, size: 4 },
  { b: 1, pixels: 1, groups: 1, size: 5 },
  { b: 2, pixels: 33, groups: 3, size: 2 },
]

const channelsOf = ({ groups, size }: Norm) => groups * size

interface Attention {
  b: number
  n: number
  m: number
  heads: number
  d: number
}

const attentions: fc.Arbitrary<Attention> = fc.record({
  b: few,
  n: fc.integer({ min: 1, max: 20 }),
  m: fc.integer({ min: 1, max: 20 }),
  heads: few,
  d: channels,
})

const attentionEdges: Attention[] = [
  { b: 2, n: 9, m: 9, heads: 2, d: 4 },
  { b: 1, n: 1, m: 7, heads: 1, d: 3 },
  { b: 2, n: 40, m: 36, heads: 2, d: 24 }, // wasm computes it item by item
]

const qkv = ({ b, n, m, heads, d }: Attention) => [n, m, m].map((places) => [b, places, heads * d])

/** Attention of one kind. */
const attentionRow = (
  name: string,
  layer: typeof attention,
  formula: typeof formulas.attention,
): Row =>
  row({
    name,
    drawn: attentions,
    edges: attentionEdges,
    takes: qkv,
    layer:
      ({ heads }) =>
      (q, k, v) =>
        layer(q as Tensor3D, k as Tensor3D, v as Tensor3D, heads),
    formula:
      ({ heads }) =>
      (tape, q, k, v) =>
        formula(tape, q, k, v, heads),
  })

const factorsOf = (b: number) => Array.from({ length: b }, (_, i) => Math.fround(0.7 - i))

const any = fc.tuple(few, side, side, channels)

const images = fc.record({ b: few, h: side, w: side, c: channels })

// ---- the operations

const layers: Row[] = [
  ...[false, true].map((withSilu) =>
    row({
      name: `group norm${withSilu ? ' with SiLU' : ''}`,
      drawn: norms,
      edges: normEdges,
      takes: (norm) => [
        [norm.b, norm.pixels, channelsOf(norm)],
        [channelsOf(norm)],
        [channelsOf(norm)],
      ],
      layer:
        ({ groups }) =>
        (x, weight, bias) =>
          groupNorm(x as Tensor3D, weight as Tensor1D, bias as Tensor1D, {
            groups,
            eps: 1e-5,
            silu: withSilu,
          }),
      formula:
        ({ groups }) =>
        (tape, x, weight, bias) => {
          const z = formulas.norm(tape, x, weight, bias, groups, 1e-5)
          return withSilu ? formulas.silu(tape, z) : z
        },
    }),
  ),
  row({
    name: 'layer norm',
    drawn: fc.record({
      b: few,
      n: fc.integer({ min: 1, max: 9 }),
      c: fc.constantFrom(4, 5, 6, 8, 16),
    }),
    edges: [{ b: 2, n: 3, c: 8 }],
    takes: ({ b, n, c }) => [[b, n, c], [c], [c]],
    layer: () => (x, weight, bias) =>
      layerNorm(x as Tensor3D, weight as Tensor1D, bias as Tensor1D),
    formula:
      ({ b, n, c }) =>
      (tape, x, weight, bias) =>
        formulas.reshape(
          formulas.norm(tape, formulas.reshape(x, [b * n, 1, c]), weight, bias, 1, 1e-5),
          [b, n, c],
        ),
  }),
  row({
    name: 'SiLU',
    drawn: any,
    edges: [[1, 1, 1, 1]],
    takes: (shape) => [shape],
    layer: () => silu,
    formula: () => (tape, x) => formulas.silu(tape, x),
  }),
  row({
    name: 'GELU',
    drawn: any,
    edges: [[2, 1, 3, 4]],
    takes: (shape) => [shape],
    layer: () => gelu,
    formula: () => (tape, x) => formulas.gelu(tape, x),
  }),
  row({
    name: 'convolution',
    drawn: convs,
    edges: convEdges,
    takes: ({ size, kernel, from, to }) => [[...size, from], [...kernel, from, to], [to]],
    layer: (options) => (x, weight, bias) =>
      conv2d(x as Tensor4D, weight as Tensor4D, bias as Tensor1D, options),
    formula: (options) => (tape, x, weight, bias) => formulas.conv(tape, x, weight, bias, options),
  }),
  row<FusedConv>({
    name: 'convolution with fused norm and upsampling, bias for each item and residual',
    drawn: fusedConvs,
    edges: [
      {
        size: [2, 3, 4],
        from: [4, 8],
        groups: 3,
        silu: true,
        upsample: true,
        to: 5,
        stride: 1,
        oneRow: true,
        outputScale: 0.5,
      },
      {
        size: [1, 4, 4],
        from: [4],
        groups: 1,
        silu: false,
        upsample: false,
        to: 8,
        stride: 2,
        oneRow: false,
        outputScale: 1,
      },
      {
        size: [3, 4, 2],
        from: [2, 8],
        groups: 2,
        silu: true,
        upsample: true,
        to: 12,
        stride: 2,
        oneRow: false,
        outputScale: 1,
      },
    ],
    takes: (conv) => {
      const [c, b] = [total(conv.from), conv.size[0]]
      const perItem = [conv.oneRow ? 1 : b, conv.to]
      return [
        ...conv.from.map((each) => [...conv.size, each]),
        [c],
        [c],
        [3, 3, c, conv.to],
        [conv.to],
        perItem,
        outputOf(conv),
      ]
    },
    layer:
      ({ from, groups, silu, upsample, stride, outputScale }) =>
      (...args) => {
        const x = (from.length === 1 ? args[0] : args.slice(0, 2)) as ConvInput['x']
        const [w, b, weight, bias, perItem, residual] = args.slice(from.length)
        const norm = { weight: w as Tensor1D, bias: b as Tensor1D, groups, eps: 1e-5, silu }
        return conv2d({ x, norm, upsample }, weight as Tensor4D, bias as Tensor1D, {
          stride,
          pad: all(1),
          perItem: perItem as Tensor2D,
          residual: residual as Tensor4D,
          outputScale,
        })
      },
    formula:
      ({ from, groups, silu, upsample, stride, outputScale }) =>
      (tape, ...args) => {
        const [w, b, weight, bias, perItem, residual] = args.slice(from.length)
        const normal = formulas.norm(
          tape,
          from.length === 1 ? args[0] : formulas.concatChannels(args[0], args[1]),
          w,
          b,
          groups,
          1e-5,
        )
        const z = silu ? formulas.silu(tape, normal) : normal
        const y = formulas.conv(tape, upsample ? formulas.upsample(z) : z, weight, bias, {
          stride,
          pad: all(1),
        })
        const sum = formulas.add(tape, formulas.addPerItem(tape, y, perItem), residual)
        return formulas.map(sum, (one) => tape.scale(one, outputScale))
      },
  }),
  ...[true, false].map((hasBias) =>
    row({
      name: `linear layer${hasBias ? '' : ' without bias'}`,
      drawn: fc.record({
        rows: fc.oneof(
          fc.tuple(fc.constantFrom(1, 3, 16, 37, 192)),
          fc.tuple(few, fc.integer({ min: 1, max: 20 })),
        ),
        from: channels,
        to: fc.oneof(channels, fc.constantFrom(16, 17)),
      }),
      edges: [
        { rows: [2, 9], from: 8, to: 12 },
        { rows: [1], from: 3, to: 5 },
      ],
      takes: ({ rows, from, to }) => [[...rows, from], [from, to], ...(hasBias ? [[to]] : [])],
      layer: () => (x, weight, bias) =>
        linear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D | undefined),
      formula: () => (tape, x, weight, bias) => formulas.linear(tape, x, weight, bias),
    }),
  ),
  row({
    name: 'linear layers of one input',
    drawn: fc.record({
      n: fc.integer({ min: 1, max: 9 }),
      from: channels,
      to: fc.array(channels, { minLength: 1, maxLength: 4 }),
    }),
    edges: [{ n: 3, from: 5, to: [4, 3, 8] }],
    takes: ({ n, from, to }) => [[n, from], ...to.flatMap((each) => [[from, each], [each]])],
    layer:
      ({ to }) =>
      (x, ...weights) => {
        const layers = to.map((_, i) => ({
          weight: weights[2 * i] as Tensor2D,
          bias: weights[2 * i + 1] as Tensor1D,
        }))
        return tf.concat(projectAll(x as Tensor2D, layers), 1)
      },
    formula:
      ({ to }) =>
      (tape, x, ...weights) =>
        to
          .map((_, i) => formulas.linear(tape, x, weights[2 * i], weights[2 * i + 1]))
          .reduce(formulas.concatChannels),
  }),
  row({
    name: 'batched matrix products',
    drawn: fc.record({
      batch: items,
      n: fc.integer({ min: 1, max: 9 }),
      k: fc.integer({ min: 1, max: 9 }),
      m: fc.oneof(channels, fc.constantFrom(12, 24)),
      turned: fc.tuple(fc.boolean(), fc.boolean()),
    }),
    edges: [{ batch: 2, n: 3, k: 5, m: 8, turned: [false, true] }],
    takes: ({ batch, n, k, m, turned: [a, b] }) => [
      [batch, ...(a ? [k, n] : [n, k])],
      [batch, ...(b ? [m, k] : [k, m])],
    ],
    layer:
      ({ turned }) =>
      (a, b) =>
        tf.matMul(a, b, ...turned),
    formula:
      ({ turned }) =>
      (tape, a, b) =>
        formulas.products(
          tape,
          turned[0] ? formulas.transpose(a) : a,
          turned[1] ? formulas.transpose(b) : b,
        ),
  }),
  attentionRow('attention', attention, formulas.attention),
  attentionRow('linear attention', linearAttention, formulas.linearAttention),
  row({
    name: 'nearest upsampling',
    drawn: any,
    edges: [[1, 1, 1, 1]],
    takes: (shape) => [shape],
    layer: () => (x) => upsampleNearest2(x as Tensor4D),
    formula: () => (_, x) => formulas.upsample(x),
  }),
  row({
    name: '2x2 average pooling',
    drawn: images,
    edges: [{ b: 1, h: 1, w: 1, c: 3 }],
    takes: ({ b, h, w, c }) => [[b, 2 * h, 2 * w, c]],
    layer: () => (x) => avgPool2(x as Tensor4D),
    formula: () => (tape, x) => formulas.pool(tape, x),
  }),
  row({
    name: 'dropout',
    drawn: fc.record({ shape: any, rate: fc.constantFrom(0.1, 0.5), seed: fc.nat(99) }),
    edges: [],
    takes: ({ shape }) => [shape],
    layer:
      ({ rate, seed }) =>
      (x) =>
        dropout(x, rate, createRandom(seed)),
    formula:
      ({ rate, seed }) =>
      (tape, x) => {
        const drawn = createRandom(seed).uniform(x.all.length)
        return formulas.map(x, (one, i) => tape.scale(one, drawn[i] >= rate ? 1 / (1 - rate) : 0))
      },
  }),
  row({
    name: 'embedding by one-hot product',
    drawn: fc.record({ rows: fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }), d: channels }),
    edges: [{ rows: [3, 0, 3], d: 5 }],
    takes: ({ d }) => [[5, d]],
    layer:
      ({ rows }) =>
      (table) =>
        tf.matMul(oneHot(Int32Array.from(rows), 5), table as Tensor2D),
    formula: ({ rows }) => formulas.gatherRows(rows),
  }),
  row({
    name: 'embedding lookup',
    drawn: fc.record({ rows: fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }), d: channels }),
    edges: [{ rows: [3, 0, 3], d: 5 }],
    takes: ({ d }) => [[5, d]],
    layer:
      ({ rows }) =>
      (table) =>
        table.gather(tf.tensor1d(rows, 'int32')),
    formula: ({ rows }) => formulas.gatherRows(rows),
  }),
  row({
    name: 'weighted sums with a factor for each item',
    drawn: fc
      .record({
        b: few,
        n: fc.integer({ min: 1, max: 9 }),
        terms: few,
        all: fc.double({ min: -2, max: 2, noNaN: true }),
      })
      .map(({ all, ...one }) => ({
        ...one,
        factors: Array.from({ length: one.terms }, (_, i) => (i % 2 ? [all] : factorsOf(one.b))),
      })),
    edges: [{ b: 3, n: 5, terms: 2, factors: [factorsOf(3), [1]] }],
    takes: ({ b, n, terms }) => Array.from({ length: terms }, () => [b, n]),
    layer:
      ({ factors }) =>
      (...xs) =>
        weightedSum(xs.map((x, i) => [x, factors[i]] as const)),
    formula:
      ({ factors, n }) =>
      (tape, ...xs) =>
        xs
          .map((x, i) =>
            formulas.map(x, (one, at) =>
              tape.scale(one, factors[i][factors[i].length > 1 ? Math.floor(at / n) : 0]),
            ),
          )
          .reduce((sum, term) => formulas.add(tape, sum, term)),
  }),
  row({
    name: 'sums over all but the last axis',
    drawn: any,
    edges: [[1, 1, 1, 3]],
    takes: (shape) => [shape],
    layer: () => channelSums,
    formula: () => (tape, x) => formulas.sumOver(tape, x, [0, 1, 2]),
    withoutGradient: true,
  }),
  row({
    name: 'means over pixels',
    drawn: fc.record({ b: few, n: fc.integer({ min: 1, max: 40 }), c: channels }),
    edges: [{ b: 2, n: 1, c: 3 }],
    takes: ({ b, n, c }) => [[b, n, c]],
    layer: () => (x) => channelMeans(x as Tensor3D),
    formula:
      ({ n }) =>
      (tape, x) =>
        formulas.sumOver(
          tape,
          formulas.map(x, (one) => tape.scale(one, 1 / n)),
          [1],
        ),
    withoutGradient: true,
  }),
  ...(['sum', 'mean'] as const).map((kind) =>
    row({
      name: `tf.${kind}`,
      drawn: fc.record({ shape: any, axes: fc.subarray([0, 1, 2, 3], { minLength: 1 }) }),
      edges: [{ shape: [3, 5, 1, 4], axes: [0, 1, 2] }],
      takes: ({ shape }) => [shape],
      layer:
        ({ axes }) =>
        (x) =>
          x[kind](axes),
      formula:
        ({ shape, axes }) =>
        (tape, x) => {
          const terms = axes.reduce((product, axis) => product * shape[axis], 1)
          const sum = formulas.sumOver(tape, x, axes)
          return kind === 'sum' ? sum : formulas.map(sum, (one) => tape.scale(one, 1 / terms))
        },
    }),
  ),
  row({
    name: 'concatenation of channels',
    drawn: fc.record({ size: fc.tuple(few, side, side), first: channels, second: channels }),
    edges: [{ size: [1, 1, 1], first: 1, second: 3 }],
    takes: ({ size, first, second }) => [
      [...size, first],
      [...size, second],
    ],
    layer: () => (a, b) => tf.concat([a as Tensor4D, b as Tensor4D], 3),
    formula: () => (_, a, b) => formulas.concatChannels(a, b),
  }),
  row({
    name: 'softmax',
    drawn: fc.tuple(few, side, fc.integer({ min: 1, max: 40 })),
    edges: [],
    takes: (shape) => [shape],
    layer: () => (x) => tf.softmax(x),
    formula: () => (tape, x) => formulas.softmaxOfRows(tape, x),
  }),
]

// ---- blocks of a UNet

interface Block {
  size: [b: number, height: number, width: number]
  groups: number
  /** Input channels of a group, of one tensor or two. */
  from: number[]
  /** Output channels of a group. */
  to: number
  /** The embedding has one row for all items. */
  oneRow: boolean
  scaleShift: boolean
  output_scale: number
}

const blocks: fc.Arbitrary<Block> = fc.record({
  size: fc.tuple(few, fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 4 })),
  groups: fc.constantFrom(1, 2),
  from: fc.array(fc.constantFrom(1, 2, 3, 4), { minLength: 1, maxLength: 2 }),
  to: fc.constantFrom(2, 3, 4),
  oneRow: fc.boolean(),
  scaleShift: fc.boolean(),
  output_scale: fc.constantFrom(1, 1.5),
})

const EMBEDDED = 3

/** Names and shapes of the weights of a residual block. */
function residualWeights({
  groups,
  from,
  to,
  scaleShift,
}: Block): [name: string, shape: number[]][] {
  const [before, after] = [groups * total(from), groups * to]
  const layer = (name: string, shape: number[]): [string, number[]][] => [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape.at(-1)!]],
  ]
  return [
    ...layer('norm1', [before]),
    ...layer('conv1', [3, 3, before, after]),
    ...layer('time_emb_proj', [EMBEDDED, scaleShift ? 2 * after : after]),
    ...layer('norm2', [after]),
    ...layer('conv2', [3, 3, after, after]),
    ...(before === after ? [] : layer('conv_shortcut', [1, 1, before, after])),
  ]
}

const settings = ({ groups, scaleShift, output_scale }: Block) => ({
  groups,
  eps: 1e-5,
  activation: 'silu' as const,
  time_scale_shift: scaleShift ? ('scale_shift' as const) : ('default' as const),
  output_scale,
})

const named = <T>(names: readonly string[], values: readonly T[]) =>
  Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<string, T>

/** Norm, SiLU, convolution, twice, with the embedding in between, and a shortcut. */
function residualReference(
  tape: Tape,
  x: Numbers,
  embedding: Numbers,
  w: Record<string, Numbers>,
  block: Block,
): Numbers {
  const { groups, scaleShift, output_scale } = block
  const pair = (name: string) => [w[`${name}.weight`], w[`${name}.bias`]] as const
  const normOf = (h: Numbers, name: string) => formulas.norm(tape, h, ...pair(name), groups, 1e-5)
  const convOf = (h: Numbers, name: string) => {
    const [weight, bias] = pair(name)
    return formulas.conv(tape, h, weight, bias, { stride: 1, pad: formulas.samePad(weight) })
  }
  const embedded = formulas.linear(tape, embedding, ...pair('time_emb_proj'))
  const first = convOf(formulas.silu(tape, normOf(x, 'norm1')), 'conv1')
  const z = scaleShift
    ? formulas.modulate(tape, normOf(first, 'norm2'), embedded)
    : normOf(formulas.addPerItem(tape, first, embedded), 'norm2')
  const second = convOf(formulas.silu(tape, z), 'conv2')
  const shortcut = 'conv_shortcut.weight' in w ? convOf(x, 'conv_shortcut') : x
  return formulas.map(formulas.add(tape, shortcut, second), (one) =>
    tape.scale(one, 1 / output_scale),
  )
}

/** Norm, attention between all pixels, a linear layer, and a shortcut. */
function attentionReference(
  tape: Tape,
  x: Numbers,
  w: Record<string, Numbers>,
  groups: number,
  heads: number,
): Numbers {
  const [b, h, width, c] = x.shape as [number, number, number, number]
  const pair = (name: string) => [w[`${name}.weight`], w[`${name}.bias`]] as const
  const pixels = formulas.norm(
    tape,
    formulas.reshape(x, [b, h * width, c]),
    ...pair('group_norm'),
    groups,
    1e-5,
  )
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((name) =>
    formulas.linear(tape, pixels, ...pair(name)),
  )
  const mixed = formulas.attention(tape, q, k, v, heads)
  return formulas.add(tape, x, formulas.linear(tape, mixed, ...pair('to_out.0')))
}

const attentionNames = ['group_norm', 'to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((name) => [
  `${name}.weight`,
  `${name}.bias`,
])

const ofUnet: Row[] = [
  row<Block>({
    name: 'residual block',
    drawn: blocks,
    edges: [
      {
        size: [2, 3, 3],
        groups: 2,
        from: [4],
        to: 4,
        oneRow: false,
        scaleShift: false,
        output_scale: 1,
      },
      {
        size: [1, 2, 3],
        groups: 2,
        from: [2, 1],
        to: 2,
        oneRow: true,
        scaleShift: true,
        output_scale: 1.5,
      },
      {
        size: [1, 3, 2],
        groups: 2,
        from: [1, 2],
        to: 3,
        oneRow: true,
        scaleShift: false,
        output_scale: 1.5,
      },
    ],
    takes: (block) => [
      ...block.from.map((each) => [...block.size, block.groups * each]),
      [block.oneRow ? 1 : block.size[0], EMBEDDED],
      ...residualWeights(block).map(([, shape]) => shape),
    ],
    spread: 0.4,
    layer: (block) => {
      const names = residualWeights(block).map(([name]) => `r.${name}`)
      return (...args) => {
        const [x, skip] = args.slice(0, block.from.length) as Tensor4D[]
        const [embedding, ...weights] = args.slice(block.from.length)
        const all = named(names, weights) as Weights
        const projected = projectEmbedding(embedding as Tensor2D, all, 'r')
        return resnetBlock(skip ? [x, skip] : x, projected, all, 'r', settings(block))
      }
    },
    formula: (block) => {
      const names = residualWeights(block).map(([name]) => name)
      return (tape, ...args) => {
        const [x, skip] = args.slice(0, block.from.length)
        const [embedding, ...weights] = args.slice(block.from.length)
        return residualReference(
          tape,
          skip ? formulas.concatChannels(x, skip) : x,
          embedding,
          named(names, weights),
          block,
        )
      }
    },
  }),
  row({
    name: 'attention block',
    drawn: fc.record({
      size: fc.tuple(few, few, few),
      groups: few,
      heads: few,
      d: fc.constantFrom(2, 4),
    }),
    edges: [{ size: [2, 3, 3], groups: 2, heads: 2, d: 4 }],
    takes: ({ size, groups, heads, d }) => {
      const c = groups * heads * d
      return [[...size, c], [c], [c], ...[0, 1, 2, 3].flatMap(() => [[c, c], [c]])]
    },
    spread: 0.4,
    layer:
      ({ groups, heads }) =>
      (x, ...weights) => {
        const all = named(
          attentionNames.map((name) => `a.${name}`),
          weights,
        ) as Weights
        return selfAttentionBlock(x as Tensor4D, all, 'a', {
          heads,
          groups,
          eps: 1e-5,
          output_scale: 1,
        })
      },
    formula:
      ({ groups, heads }) =>
      (tape, x, ...weights) =>
        attentionReference(tape, x, named(attentionNames, weights), groups, heads),
  }),
]

// ---- optimizers and averages

interface Optimized {
  config: Partial<OptimizerConfig>
  count: number
}

const STEPS = 3
const LR = 0.01

const configOf = ({ config }: Optimized): OptimizerConfig => ({
  ...adamw,
  lr: LR,
  clip_norm: 0,
  ...config,
})

const adams: Partial<OptimizerConfig>[] = [
  {},
  { clip_norm: 1 },
  { algorithm: 'adam', clip_norm: 1e6 },
  { algorithm: 'adam', weight_decay: 0, amsgrad: true, clip_norm: 0.5, eps: 1e-4 },
]

/**
 * torch.optim.Adam and AdamW from zero moments: the weights and moments after a step with each
 * gradient.
 */
function adamReference(
  tape: Tape,
  config: OptimizerConfig,
  begin: Numbers,
  gradients: Numbers[],
): Numbers[] {
  const { algorithm, beta1, beta2, eps, weight_decay: decay, clip_norm, amsgrad } = config
  const { add, sub, scale, mul } = tape
  let weights = begin.all
  let [first, second, largest] = [begin, begin, begin].map(({ all }) =>
    all.map(() => tape.number(0)),
  )
  gradients.forEach(({ all: gradient }, step) => {
    const norm = tape.of(tape.sqrt(tape.dot(gradient, gradient)))
    const factor = clip_norm > 0 ? Math.min(clip_norm / (norm + 1e-6), 1) : 1
    const penalty = algorithm === 'adam' ? decay : 0
    const g = gradient.map((one, i) => add(scale(one, factor), scale(weights[i], penalty)))
    first = g.map((one, i) => add(scale(first[i], beta1), scale(one, 1 - beta1)))
    second = g.map((one, i) => add(scale(second[i], beta2), scale(mul(one, one), 1 - beta2)))
    largest = second.map((one, i) => (tape.of(one) > tape.of(largest[i]) ? one : largest[i]))
    weights = weights.map((weight, i) => {
      const square = scale((amsgrad ? largest : second)[i], 1 / (1 - beta2 ** (step + 1)))
      const spread = add(tape.sqrt(square), tape.number(eps))
      const moved = tape.div(scale(first[i], LR / (1 - beta1 ** (step + 1))), spread)
      return sub(scale(weight, algorithm === 'adamw' ? 1 - LR * decay : 1), moved)
    })
  })
  return [weights, first, second, ...(amsgrad ? [largest] : [])].map((all) => ({
    shape: begin.shape,
    all,
  }))
}

const ofTraining: Row[] = [
  row<Optimized>({
    name: 'steps of Adam and AdamW',
    drawn: fc.record({ config: fc.constantFrom(...adams), count: fc.integer({ min: 1, max: 70 }) }),
    edges: adams.flatMap((config) => [1, 64, 1003].map((count) => ({ config, count }))),
    takes: ({ count }) => Array.from({ length: 1 + STEPS }, () => [count]),
    layer:
      (optimized) =>
      (begin, ...gradients) => {
        const config = configOf(optimized)
        const state = gradients.reduce(
          (state, gradient, step) =>
            optimizerStep(config, { ...state, gradient: gradient as Tensor1D, step, total: 100 }),
          { weights: begin as Tensor1D, moments: zeroMoments(config, optimized.count) },
        )
        const { first, second, largest } = state.moments
        return [state.weights, first!, second!, ...(largest ? [largest] : [])]
      },
    formula:
      (optimized) =>
      (tape, begin, ...gradients) =>
        adamReference(tape, configOf(optimized), begin, gradients),
    tolerance: 1e-6,
    withoutGradient: true,
  }),
  row({
    name: 'averages of the weights',
    drawn: fc.tuple(fc.integer({ min: 1, max: 70 })),
    edges: [[64], [1001]],
    takes: ([count]) => [[count], [count]],
    layer: () => (average, weights) =>
      emaUpdate({ kind: 'constant', decay: 0.97 }, average as Tensor1D, weights as Tensor1D, 5),
    formula: () => (tape, average, weights) =>
      formulas.add(
        tape,
        formulas.map(average, (one) => tape.scale(one, 0.97)),
        formulas.map(weights, (one) => tape.scale(one, 0.03)),
      ),
    tolerance: 3e-7,
    withoutGradient: true,
  }),
]

// ---- tests on every backend

/** Random cases of each operation: webgpu has to compile programs for them. */
const runs = (backend: string) => (backend === 'webgpu' ? (FULL ? 40 : 2) : FULL ? 100 : 20)

const rows = [...layers, ...ofUnet, ...ofTraining]

onEachArithmetic((backend) => {
  test.each(rows.map((row) => [row.name, row] as const))(
    '%s',
    { timeout: FULL ? 600_000 : 30_000 },
    (_, { hold }) => hold(runs(backend)),
  )

  // A software device can run the kernels for hardware too, but compiles them slowly.
  if (backend === 'webgpu' && FULL)
    describe('with the kernels for hardware', { timeout: 600_000 }, () => {
      let end = () => {}
      beforeAll(() => void (end = pretendGPU(webgpuBackend().device)))
      afterAll(() => end())
      test.each(rows.map((row) => [row.name, row] as const))('%s', (_, { hold }) => hold(3))
    })
})
