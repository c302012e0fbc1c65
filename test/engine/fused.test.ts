// Every operation that is computed in another way than tfjs would: its value and all its gradients, for any shape, on every
// backend, against its formula in float64. No number may be left unwritten, and a second time has the same bits.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emaUpdate } from '../../src/engine/averages.ts'
import { gelu, silu } from '../../src/engine/layers/activations.ts'
import { attention, linearAttention } from '../../src/engine/layers/attention.ts'
import type { ConvInput, Pad } from '../../src/engine/layers/conv.ts'
import { conv2d } from '../../src/engine/layers/conv.ts'
import { dropout } from '../../src/engine/layers/dropout.ts'
import { oneHot } from '../../src/engine/layers/embedding.ts'
import { groupNorm } from '../../src/engine/layers/groupNorm.ts'
import { layerNorm } from '../../src/engine/layers/layerNorm.ts'
import { linear } from '../../src/engine/layers/linear.ts'
import { projectionsOf } from '../../src/engine/layers/projections.ts'
import { avgPool2, upsampleNearest2 } from '../../src/engine/layers/resample.ts'
import { channelMeans, channelSums } from '../../src/engine/layers/sums.ts'
import { projectedFor, resnetBlock, selfAttentionBlock } from '../../src/engine/models/unet/blocks.ts'
import type { OptimizerConfig } from '../../src/engine/optimizers.ts'
import { noMoments, optimizerStep } from '../../src/engine/optimizers.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Weights } from '../../src/engine/values.ts'
import { weightedSum } from '../../src/engine/weightedSum.ts'
import { onEachBackend } from '../backends.ts'
import { adamw } from '../smallTraining.ts'
import type { Numbers } from '../formulas.ts'
import * as formulas from '../formulas.ts'
import { ownBackend, poisoned } from '../kernels.ts'
import type { Result } from '../tape.ts'
import { Tape } from '../tape.ts'

const FULL = Boolean(process.env.FULL)

// ---- how an operation is held against its formula

interface Operation<Drawn> {
  name: string
  /** Shapes, and what else it is called with. */
  drawn: fc.Arbitrary<Drawn>
  /** Those that are looked at every time. */
  edges: Drawn[]
  /** Shapes of what it takes. */
  takes(drawn: Drawn): number[][]
  /** Numbers are normal; this is their spread, of all but the first, if it is not 1. */
  spread?: number
  layer(drawn: Drawn): (...args: Tensor[]) => Tensor | Tensor[]
  formula(drawn: Drawn): (tape: Tape, ...args: Numbers[]) => Numbers | Numbers[]
  /** How far it may be away, as a share of the largest number, if that is not 1e-5. */
  within?: number
  /** It has none, like a step of an optimizer; then it may have several values. */
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
      fc.asyncProperty(operation.drawn, fc.nat(1e6), (drawn, seed) => holds(operation, drawn, seed)),
      {
        numRuns: operation.edges.length + numRuns,
        examples: operation.edges.map((edge) => [edge, 1]),
        endOnFailure: true, // every other shape may be a program more to compile
      },
    ),
})

/** Where terms cancel, no more can be told than the last bit of them. */
const LAST_BIT = 2 ** -23

/**
 * At most `within` of the largest number away from the formula, or twice as far as the formula itself is if each of its operations is
 * rounded to float32.
 */
async function holds<Drawn>(operation: Operation<Drawn>, drawn: Drawn, seed: number) {
  const args = operation.takes(drawn).map((shape, i) => {
    const normal = randomOf(seed, [i]).normal(tf.util.sizeFromShape(shape))
    const spread = i === 0 ? 1 : (operation.spread ?? 1)
    return { shape, data: normal.map((one) => spread * one) }
  })
  const exact = ofFormula(operation, drawn, args, (value) => value, seed)
  const rounded = ofFormula(operation, drawn, args, Math.fround, seed)
  const layer = operation.layer(drawn)
  const [first, second] = [await poisoned(() => ofLayer(layer, args, exact)), await ofLayer(layer, args, exact)]
  for (const [i, { values: right, terms }] of exact.found.entries()) {
    const what = `${i === 0 || operation.withoutGradient ? `value ${i}` : `gradient ${i - 1}`} of ${JSON.stringify(drawn)}`
    expect(first[i], `${what}, a second time`).toEqual(second[i])
    expect(first[i]!.length, what).toBe(right.length)
    const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const allowed = Math.max(
      (operation.within ?? 1e-5) * largest,
      2 * furthest(rounded.found[i]!.values, right),
      LAST_BIT * terms,
    )
    expect(furthest(first[i]!, right), what).toBeLessThanOrEqual(allowed)
  }
}

interface Given {
  shape: number[]
  data: Float32Array
}

/** What the value is multiplied by before it is summed, and the value with the gradients of that sum. */
interface Found {
  slope: Given | undefined
  found: Result[]
}

function ofFormula<Drawn>(
  { formula, withoutGradient }: Operation<Drawn>,
  drawn: Drawn,
  args: Given[],
  round: (value: number) => number,
  seed: number,
): Found {
  const tape = new Tape(round)
  const inputs = args.map(({ shape, data }) => ({ shape, all: tape.numbers(data) }))
  const made = [formula(drawn)(tape, ...inputs)].flat()
  const values = made.map(({ all }) => tape.result(all))
  if (withoutGradient) return { slope: undefined, found: values }
  const { shape, all } = made[0]!
  const slope = { shape: [...shape], data: randomOf(seed, [99]).normal(all.length) }
  const gradients = tape.gradients(
    all,
    slope.data,
    inputs.map(({ all }) => all),
  )
  return { slope, found: [...values, ...gradients] }
}

async function ofLayer(
  layer: (...args: Tensor[]) => Tensor | Tensor[],
  args: Given[],
  { slope }: Found,
): Promise<Float32Array[]> {
  const made = tf.tidy(() => {
    const inputs = args.map(({ shape, data }) => tf.tensor(data, shape))
    if (!slope) return [layer(...inputs)].flat()
    const { value, grads } = tf.valueAndGrads(layer as (...args: Tensor[]) => Tensor)(inputs, tf.tensor(slope.data, slope.shape))
    return [value, ...grads]
  })
  const numbers = await Promise.all(made.map((tensor) => tensor.data()))
  tf.dispose(made)
  return numbers as Float32Array[]
}

/** The largest difference; Infinity if there is something that is no number. */
function furthest(got: ArrayLike<number>, right: Float64Array): number {
  return right.reduce((most, value, i) => {
    const gap = Math.abs(value - got[i]!)
    return Number.isNaN(gap) ? Infinity : Math.max(most, gap)
  }, 0)
}

// ---- what is drawn

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

/** With many, some are done by one call on wasm. */
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
  .filter(({ size: [, h, w], kernel: [kh, kw], pad }) => h + pad.top + pad.bottom >= kh && w + pad.left + pad.right >= kw)

/** Those that wasm makes in tiles: of 3 by 3 places, with even sides and many channels. */
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
  .filter(({ size, kernel, from, to }) => [...size, ...kernel, from, to].reduce((product, one) => product * one, 1) < 2e5)

const convEdges: Conv[] = [
  { size: [2, 5, 3], kernel: [3, 3], from: 8, to: 4, stride: 1, pad: all(1) },
  { size: [1, 1, 1], kernel: [1, 1], from: 3, to: 5, stride: 1, pad: all(0) },
  { size: [3, 4, 4], kernel: [3, 3], from: 4, to: 8, stride: 2, pad: { top: 0, bottom: 1, left: 0, right: 1 } },
  { size: [64, 4, 4], kernel: [3, 3], from: 4, to: 3, stride: 1, pad: all(1) }, // on wasm transposed in blocks
  { size: [3, 4, 6], kernel: [3, 3], from: 12, to: 20, stride: 1, pad: all(1) },
  // What comes out has as many pixels as its gradient is read from, zeros between them left out.
  { size: [2, 1, 1], kernel: [2, 2], from: 5, to: 1, stride: 2, pad: { top: 1, bottom: 2, left: 1, right: 2 } },
]

interface FusedConv {
  size: [b: number, height: number, width: number]
  /** Channels of the tensor it reads, or of the two. */
  from: number[]
  groups: number
  silu: boolean
  upsample: boolean
  to: number
  stride: 1 | 2
  /** What is added to every pixel is the same for all items. */
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

/** The shape of what comes out, with 3 x 3 and a zero around. */
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
  // Of two numbers only a sign is left, and a gradient that is the rest of large numbers that are nearly equal.
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
  { b: 2, n: 40, m: 36, heads: 2, d: 24 }, // on wasm item by item
]

const qkv = ({ b, n, m, heads, d }: Attention) => [n, m, m].map((places) => [b, places, heads * d])

/** Attention of one kind. */
const attentionRow = (name: string, layer: typeof attention, formula: typeof formulas.attention): Row =>
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
        formula(tape, q!, k!, v!, heads),
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
      takes: (norm) => [[norm.b, norm.pixels, channelsOf(norm)], [channelsOf(norm)], [channelsOf(norm)]],
      layer:
        ({ groups }) =>
        (x, weight, bias) =>
          groupNorm(x as Tensor3D, weight as Tensor1D, bias as Tensor1D, { groups, eps: 1e-5, silu: withSilu }),
      formula:
        ({ groups }) =>
        (tape, x, weight, bias) => {
          const z = formulas.norm(tape, x!, weight!, bias!, groups, 1e-5)
          return withSilu ? formulas.silu(tape, z) : z
        },
    }),
  ),
  row({
    name: 'layer norm',
    drawn: fc.record({ b: few, n: fc.integer({ min: 1, max: 9 }), c: fc.constantFrom(4, 5, 6, 8, 16) }),
    edges: [{ b: 2, n: 3, c: 8 }],
    takes: ({ b, n, c }) => [[b, n, c], [c], [c]],
    layer: () => (x, weight, bias) => layerNorm(x as Tensor3D, weight as Tensor1D, bias as Tensor1D),
    formula:
      ({ b, n, c }) =>
      (tape, x, weight, bias) =>
        formulas.reshape(formulas.norm(tape, formulas.reshape(x!, [b * n, 1, c]), weight!, bias!, 1, 1e-5), [b, n, c]),
  }),
  row({
    name: 'SiLU',
    drawn: any,
    edges: [[1, 1, 1, 1]],
    takes: (shape) => [shape],
    layer: () => silu,
    formula: () => (tape, x) => formulas.silu(tape, x!),
  }),
  row({
    name: 'GELU',
    drawn: any,
    edges: [[2, 1, 3, 4]],
    takes: (shape) => [shape],
    layer: () => gelu,
    formula: () => (tape, x) => formulas.gelu(tape, x!),
  }),
  row({
    name: 'convolution',
    drawn: convs,
    edges: convEdges,
    takes: ({ size, kernel, from, to }) => [[...size, from], [...kernel, from, to], [to]],
    layer: (options) => (x, weight, bias) => conv2d(x as Tensor4D, weight as Tensor4D, bias as Tensor1D, options),
    formula: (options) => (tape, x, weight, bias) => formulas.conv(tape, x!, weight!, bias!, options),
  }),
  row<FusedConv>({
    name: 'convolution of what is normalised and upsampled, with what is added',
    drawn: fusedConvs,
    edges: [
      { size: [2, 3, 4], from: [4, 8], groups: 3, silu: true, upsample: true, to: 5, stride: 1, oneRow: true, outputScale: 0.5 },
      { size: [1, 4, 4], from: [4], groups: 1, silu: false, upsample: false, to: 8, stride: 2, oneRow: false, outputScale: 1 },
      { size: [3, 4, 2], from: [2, 8], groups: 2, silu: true, upsample: true, to: 12, stride: 2, oneRow: false, outputScale: 1 },
    ],
    takes: (conv) => {
      const [c, b] = [total(conv.from), conv.size[0]]
      const perItem = [conv.oneRow ? 1 : b, conv.to]
      return [...conv.from.map((each) => [...conv.size, each]), [c], [c], [3, 3, c, conv.to], [conv.to], perItem, outputOf(conv)]
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
          from.length === 1 ? args[0]! : formulas.joined(args[0]!, args[1]!),
          w!,
          b!,
          groups,
          1e-5,
        )
        const z = silu ? formulas.silu(tape, normal) : normal
        const y = formulas.conv(tape, upsample ? formulas.upsample(z) : z, weight!, bias!, { stride, pad: all(1) })
        const sum = formulas.add(tape, formulas.addPerItem(tape, y, perItem!), residual!)
        return formulas.map(sum, (one) => tape.scale(one, outputScale))
      },
  }),
  ...[true, false].map((hasBias) =>
    row({
      name: `linear layer${hasBias ? '' : ' without bias'}`,
      drawn: fc.record({
        rows: fc.oneof(fc.tuple(fc.constantFrom(1, 3, 16, 37, 192)), fc.tuple(few, fc.integer({ min: 1, max: 20 }))),
        from: channels,
        to: fc.oneof(channels, fc.constantFrom(16, 17)),
      }),
      edges: [
        { rows: [2, 9], from: 8, to: 12 },
        { rows: [1], from: 3, to: 5 },
      ],
      takes: ({ rows, from, to }) => [[...rows, from], [from, to], ...(hasBias ? [[to]] : [])],
      layer: () => (x, weight, bias) => linear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D | undefined),
      formula: () => (tape, x, weight, bias) => formulas.linear(tape, x!, weight!, bias),
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
        const layers = to.map((_, i) => ({ weight: weights[2 * i] as Tensor2D, bias: weights[2 * i + 1] as Tensor1D }))
        return tf.concat(projectionsOf(x as Tensor2D, layers), 1)
      },
    formula:
      ({ to }) =>
      (tape, x, ...weights) =>
        to.map((_, i) => formulas.linear(tape, x!, weights[2 * i]!, weights[2 * i + 1]!)).reduce(formulas.joined),
  }),
  row({
    name: 'products of batches of matrices',
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
        tf.matMul(a!, b!, ...turned),
    formula:
      ({ turned }) =>
      (tape, a, b) =>
        formulas.products(tape, turned[0] ? formulas.turned(a!) : a!, turned[1] ? formulas.turned(b!) : b!),
  }),
  attentionRow('attention', attention, formulas.attention),
  attentionRow('linear attention', linearAttention, formulas.linearAttention),
  row({
    name: 'every pixel four times',
    drawn: any,
    edges: [[1, 1, 1, 1]],
    takes: (shape) => [shape],
    layer: () => (x) => upsampleNearest2(x as Tensor4D),
    formula: () => (_, x) => formulas.upsample(x!),
  }),
  row({
    name: 'means of 2 by 2 pixels',
    drawn: images,
    edges: [{ b: 1, h: 1, w: 1, c: 3 }],
    takes: ({ b, h, w, c }) => [[b, 2 * h, 2 * w, c]],
    layer: () => (x) => avgPool2(x as Tensor4D),
    formula: () => (tape, x) => formulas.pool(tape, x!),
  }),
  row({
    name: 'dropout',
    drawn: fc.record({ shape: any, rate: fc.constantFrom(0.1, 0.5), seed: fc.nat(99) }),
    edges: [],
    takes: ({ shape }) => [shape],
    layer:
      ({ rate, seed }) =>
      (x) =>
        dropout(x, rate, randomOf(seed)),
    formula:
      ({ rate, seed }) =>
      (tape, x) => {
        const drawn = randomOf(seed).uniform(x!.all.length)
        return formulas.map(x!, (one, i) => tape.scale(one, drawn[i]! >= rate ? 1 / (1 - rate) : 0))
      },
  }),
  row({
    name: 'rows of a table',
    drawn: fc.record({ rows: fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }), d: channels }),
    edges: [{ rows: [3, 0, 3], d: 5 }],
    takes: ({ d }) => [[5, d]],
    layer:
      ({ rows }) =>
      (table) =>
        tf.matMul(oneHot(Int32Array.from(rows), 5), table as Tensor2D),
    formula: ({ rows }) => formulas.rowsOf(rows),
  }),
  row({
    name: 'rows looked up',
    drawn: fc.record({ rows: fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }), d: channels }),
    edges: [{ rows: [3, 0, 3], d: 5 }],
    takes: ({ d }) => [[5, d]],
    layer:
      ({ rows }) =>
      (table) =>
        table.gather(tf.tensor1d(rows, 'int32')),
    formula: ({ rows }) => formulas.rowsOf(rows),
  }),
  row({
    name: 'sums with a factor for each item',
    drawn: fc
      .record({ b: few, n: fc.integer({ min: 1, max: 9 }), terms: few, all: fc.double({ min: -2, max: 2, noNaN: true }) })
      .map(({ all, ...one }) => ({
        ...one,
        factors: Array.from({ length: one.terms }, (_, i) => (i % 2 ? [all] : factorsOf(one.b))),
      })),
    edges: [{ b: 3, n: 5, terms: 2, factors: [factorsOf(3), [1]] }],
    takes: ({ b, n, terms }) => Array.from({ length: terms }, () => [b, n]),
    layer:
      ({ factors }) =>
      (...xs) =>
        weightedSum(xs.map((x, i) => [x, factors[i]!] as const)),
    formula:
      ({ factors, n }) =>
      (tape, ...xs) =>
        xs
          .map((x, i) =>
            formulas.map(x, (one, at) => tape.scale(one, factors[i]![factors[i]!.length > 1 ? Math.floor(at / n) : 0]!)),
          )
          .reduce((sum, term) => formulas.add(tape, sum, term)),
  }),
  row({
    name: 'sums over all but the last axis',
    drawn: any,
    edges: [[1, 1, 1, 3]],
    takes: (shape) => [shape],
    layer: () => channelSums,
    formula: () => (tape, x) => formulas.sumOver(tape, x!, [0, 1, 2]),
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
          formulas.map(x!, (one) => tape.scale(one, 1 / n)),
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
          const terms = axes.reduce((product, axis) => product * shape[axis]!, 1)
          const sum = formulas.sumOver(tape, x!, axes)
          return kind === 'sum' ? sum : formulas.map(sum, (one) => tape.scale(one, 1 / terms))
        },
    }),
  ),
  row({
    name: 'channels side by side',
    drawn: fc.record({ size: fc.tuple(few, side, side), first: channels, second: channels }),
    edges: [{ size: [1, 1, 1], first: 1, second: 3 }],
    takes: ({ size, first, second }) => [
      [...size, first],
      [...size, second],
    ],
    layer: () => (a, b) => tf.concat([a as Tensor4D, b as Tensor4D], 3),
    formula: () => (_, a, b) => formulas.joined(a!, b!),
  }),
  row({
    name: 'softmax',
    drawn: fc.tuple(few, side, fc.integer({ min: 1, max: 40 })),
    edges: [],
    takes: (shape) => [shape],
    layer: () => (x) => tf.softmax(x),
    formula: () => (tape, x) => formulas.softmaxOfRows(tape, x!),
  }),
]

// ---- blocks of a UNet

interface Block {
  size: [b: number, height: number, width: number]
  groups: number
  /** Channels of a group, before (of the tensor, or of the two) and after. */
  from: number[]
  to: number
  /** One embedding for all items. */
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
function residualWeights({ groups, from, to, scaleShift }: Block): [name: string, shape: number[]][] {
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

/** Norm, SiLU, convolution, twice, with the embedding in between, and a way around. */
function residual(tape: Tape, x: Numbers, embedding: Numbers, w: Record<string, Numbers>, block: Block): Numbers {
  const { groups, scaleShift, output_scale } = block
  const pair = (name: string) => [w[`${name}.weight`]!, w[`${name}.bias`]!] as const
  const normOf = (h: Numbers, name: string) => formulas.norm(tape, h, ...pair(name), groups, 1e-5)
  const convOf = (h: Numbers, name: string) => {
    const [weight, bias] = pair(name)
    return formulas.conv(tape, h, weight, bias, { stride: 1, pad: formulas.samePad(weight) })
  }
  const told = formulas.linear(tape, embedding, ...pair('time_emb_proj'))
  const first = convOf(formulas.silu(tape, normOf(x, 'norm1')), 'conv1')
  const z = scaleShift
    ? formulas.modulate(tape, normOf(first, 'norm2'), told)
    : normOf(formulas.addPerItem(tape, first, told), 'norm2')
  const second = convOf(formulas.silu(tape, z), 'conv2')
  const around = 'conv_shortcut.weight' in w ? convOf(x, 'conv_shortcut') : x
  return formulas.map(formulas.add(tape, around, second), (one) => tape.scale(one, 1 / output_scale))
}

/** Norm, attention between all pixels, a linear layer, and a way around. */
function attended(tape: Tape, x: Numbers, w: Record<string, Numbers>, groups: number, heads: number): Numbers {
  const [b, h, width, c] = x.shape as [number, number, number, number]
  const pair = (name: string) => [w[`${name}.weight`]!, w[`${name}.bias`]!] as const
  const pixels = formulas.norm(tape, formulas.reshape(x, [b, h * width, c]), ...pair('group_norm'), groups, 1e-5)
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((name) => formulas.linear(tape, pixels, ...pair(name)))
  const mixed = formulas.attention(tape, q!, k!, v!, heads)
  return formulas.add(tape, x, formulas.linear(tape, mixed, ...pair('to_out.0')))
}

const attentionNames = ['group_norm', 'to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((name) => [`${name}.weight`, `${name}.bias`])

const ofUnet: Row[] = [
  row<Block>({
    name: 'residual block',
    drawn: blocks,
    edges: [
      { size: [2, 3, 3], groups: 2, from: [4], to: 4, oneRow: false, scaleShift: false, output_scale: 1 },
      { size: [1, 2, 3], groups: 2, from: [2, 1], to: 2, oneRow: true, scaleShift: true, output_scale: 1.5 },
      { size: [1, 3, 2], groups: 2, from: [1, 2], to: 3, oneRow: true, scaleShift: false, output_scale: 1.5 },
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
        const projected = projectedFor(embedding as Tensor2D, all).get('r')!
        return resnetBlock(skip ? [x!, skip] : x!, projected, all, 'r', settings(block))
      }
    },
    formula: (block) => {
      const names = residualWeights(block).map(([name]) => name)
      return (tape, ...args) => {
        const [x, skip] = args.slice(0, block.from.length)
        const [embedding, ...weights] = args.slice(block.from.length)
        return residual(tape, skip ? formulas.joined(x!, skip) : x!, embedding!, named(names, weights), block)
      }
    },
  }),
  row({
    name: 'attention block',
    drawn: fc.record({ size: fc.tuple(few, few, few), groups: few, heads: few, d: fc.constantFrom(2, 4) }),
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
        return selfAttentionBlock(x as Tensor4D, all, 'a', { heads, groups, eps: 1e-5, output_scale: 1 })
      },
    formula:
      ({ groups, heads }) =>
      (tape, x, ...weights) =>
        attended(tape, x!, named(attentionNames, weights), groups, heads),
  }),
]

// ---- what a training does with its gradient

interface Optimized {
  config: Partial<OptimizerConfig>
  count: number
}

const STEPS = 3
const LR = 0.01

const configOf = ({ config }: Optimized): OptimizerConfig => ({ ...adamw, lr: LR, clip_norm: 0, ...config })

const adams: Partial<OptimizerConfig>[] = [
  {},
  { clip_norm: 1 },
  { algorithm: 'adam', clip_norm: 1e6 },
  { algorithm: 'adam', weight_decay: 0, amsgrad: true, clip_norm: 0.5, eps: 1e-4 },
]

/** torch.optim.Adam and AdamW from no moments on: the weights, and the moments, after a step with each gradient. */
function adamInFull(tape: Tape, config: OptimizerConfig, begin: Numbers, gradients: Numbers[]): Numbers[] {
  const { algorithm, beta1, beta2, eps, weight_decay: decay, clip_norm, amsgrad } = config
  const { add, sub, scale, mul } = tape
  let weights = begin.all
  let [first, second, largest] = [begin, begin, begin].map(({ all }) => all.map(() => tape.number(0)))
  gradients.forEach(({ all: gradient }, step) => {
    const norm = tape.of(tape.sqrt(tape.dot(gradient, gradient)))
    const factor = clip_norm > 0 ? Math.min(clip_norm / (norm + 1e-6), 1) : 1
    const penalty = algorithm === 'adam' ? decay : 0
    const g = gradient.map((one, i) => add(scale(one, factor), scale(weights[i]!, penalty)))
    first = g.map((one, i) => add(scale(first![i]!, beta1), scale(one, 1 - beta1)))
    second = g.map((one, i) => add(scale(second![i]!, beta2), scale(mul(one, one), 1 - beta2)))
    largest = second.map((one, i) => (tape.of(one) > tape.of(largest![i]!) ? one : largest![i]!))
    weights = weights.map((weight, i) => {
      const square = scale((amsgrad ? largest : second)![i]!, 1 / (1 - beta2 ** (step + 1)))
      const spread = add(tape.sqrt(square), tape.number(eps))
      const moved = tape.div(scale(first![i]!, LR / (1 - beta1 ** (step + 1))), spread)
      return sub(scale(weight, algorithm === 'adamw' ? 1 - LR * decay : 1), moved)
    })
  })
  return [weights, first!, second!, ...(amsgrad ? [largest!] : [])].map((all) => ({ shape: begin.shape, all }))
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
          (state, gradient, step) => optimizerStep(config, { ...state, gradient: gradient as Tensor1D, step, total: 100 }),
          { weights: begin as Tensor1D, moments: noMoments(config, optimized.count) },
        )
        const { first, second, largest } = state.moments
        return [state.weights, first!, second!, ...(largest ? [largest] : [])]
      },
    formula:
      (optimized) =>
      (tape, begin, ...gradients) =>
        adamInFull(tape, configOf(optimized), begin!, gradients),
    within: 1e-6,
    withoutGradient: true,
  }),
  row({
    name: 'averages of the weights',
    drawn: fc.tuple(fc.integer({ min: 1, max: 70 })),
    edges: [[64], [1001]],
    takes: ([count]) => [[count], [count]],
    layer: () => (average, weights) => emaUpdate({ kind: 'constant', decay: 0.97 }, average as Tensor1D, weights as Tensor1D, 5),
    formula: () => (tape, average, weights) =>
      formulas.add(
        tape,
        formulas.map(average!, (one) => tape.scale(one, 0.97)),
        formulas.map(weights!, (one) => tape.scale(one, 0.03)),
      ),
    within: 3e-7,
    withoutGradient: true,
  }),
]

// ---- everywhere

/** How many more shapes are drawn of each: programs are compiled for them on webgpu. */
const runs = (backend: string) => (backend === 'webgpu' ? (FULL ? 40 : 4) : FULL ? 100 : 20)

const rows = [...layers, ...ofUnet, ...ofTraining]

onEachBackend((backend) => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', { timeout: FULL ? 600_000 : 30_000 }, (_, { hold }) =>
    hold(runs(backend)),
  )

  // Kernels are chosen by the kind of the device; those for hardware compute the same on one that has none, once they are compiled.
  if (backend === 'webgpu' && FULL)
    describe('with the kernels for hardware', { timeout: 600_000 }, () => {
      const info = { vendor: 'test', architecture: '', device: '', description: '', subgroupMinSize: 4, subgroupMaxSize: 128 }
      beforeAll(() => void Object.defineProperty(ownBackend().device, 'adapterInfo', { configurable: true, value: info }))
      afterAll(() => void Reflect.deleteProperty(ownBackend().device, 'adapterInfo'))
      test.each(rows.map((row) => [row.name, row] as const))('%s', (_, { hold }) => hold(3))
    })
})
