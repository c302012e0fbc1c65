// Reference formulas of the engine's operations from the papers, in scalar loops.
import type { Pad } from '../src/engine/base/layerTypes.ts'
import type { Num, Tape } from './tape.ts'

/** A tensor on a tape, the last axis innermost. */
export interface Numbers {
  shape: readonly number[]
  all: readonly Num[]
}

const countElements = (shape: readonly number[]) =>
  shape.reduce((product, size) => product * size, 1)
const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Creates a tensor whose elements are computed from their indices. */
function each(shape: readonly number[], value: (...index: number[]) => Num): Numbers {
  const all = range(countElements(shape)).map((at) => {
    const index: number[] = []
    for (const size of shape.toReversed()) {
      index.unshift(at % size)
      at = Math.floor(at / size)
    }
    return value(...index)
  })
  return { shape, all }
}

const at = ({ shape, all }: Numbers, ...index: number[]): Num =>
  all[index.reduce((sum, i, axis) => sum * shape[axis] + i, 0)]

export const map = ({ shape, all }: Numbers, value: (one: Num, i: number) => Num): Numbers => ({
  shape,
  all: all.map(value),
})
export const add = (tape: Tape, a: Numbers, b: Numbers): Numbers =>
  map(a, (one, i) => tape.add(one, b.all[i]))
export const reshape = ({ all }: Numbers, shape: readonly number[]): Numbers => ({ shape, all })

// ---- elementwise

const siluNumber = (tape: Tape, x: Num) =>
  tape.div(x, tape.add(tape.number(1), tape.exp(tape.scale(x, -1))))

/** x / (1 + exp(-x)). */
export const silu = (tape: Tape, x: Numbers): Numbers => map(x, (one) => siluNumber(tape, one))

/** x Φ(x), with Φ the standard normal distribution function. */
export const gelu = (tape: Tape, x: Numbers): Numbers =>
  map(x, (one) => {
    const value = tape.of(one)
    const share = 0.5 + integral(value)
    return tape.apply(one, value * share, share + value * density(value))
  })

const density = (u: number) => Math.exp((-u * u) / 2) / Math.sqrt(2 * Math.PI)

/** Integral of the density from 0 to x by Simpson's rule. */
function integral(x: number): number {
  const steps = 400
  const sum = range(steps + 1).reduce(
    (sum, i) => sum + (i % steps === 0 ? 1 : i % 2 ? 4 : 2) * density((x * i) / steps),
    0,
  )
  return (sum * x) / steps / 3
}

// ---- layers

/** x W + b for x of [..., in] and W of [in, out]. */
export const linear = (tape: Tape, x: Numbers, weight: Numbers, bias?: Numbers): Numbers => {
  const [from, to] = weight.shape as [number, number]
  const rows = reshape(x, [x.all.length / from, from])
  const y = each([rows.shape[0], to], (row, column) => {
    const sum = tape.sum(range(from).map((k) => tape.mul(at(rows, row, k), at(weight, k, column))))
    return bias ? tape.add(sum, bias.all[column]) : sum
  })
  return reshape(y, [...x.shape.slice(0, -1), to])
}

/** Batched product of [batch, n, k] and [batch, k, m]. */
export function products(tape: Tape, a: Numbers, b: Numbers): Numbers {
  const [batch, n, k] = a.shape as [number, number, number]
  return each([batch, n, b.shape[2]], (item, i, j) =>
    tape.sum(range(k).map((l) => tape.mul(at(a, item, i, l), at(b, item, l, j)))),
  )
}

/** Transposes [batch, n, m] to [batch, m, n]. */
export const transpose = (x: Numbers): Numbers =>
  each([x.shape[0], x.shape[2], x.shape[1]], (item, i, j) => at(x, item, j, i))

/** Gathers rows of a table. */
export const gatherRows =
  (rows: readonly number[]) =>
  (_: Tape, ...[table]: Numbers[]): Numbers =>
    each([rows.length, table.shape[1]], (i, k) => at(table, rows[i], k))

export interface ConvOptions {
  stride: 1 | 2
  pad: Pad
}

/**
 * Convolution of x [b, h, w, in] with W [kh, kw, in, out]: sum of x[stride i + k - pad] W[k], plus
 * b.
 */
export function conv(
  tape: Tape,
  x: Numbers,
  weight: Numbers,
  bias: Numbers,
  { stride, pad }: ConvOptions,
): Numbers {
  const [b, h, w] = x.shape as [number, number, number]
  const [kh, kw, from, to] = weight.shape as [number, number, number, number]
  const rows = Math.floor((h + pad.top + pad.bottom - kh) / stride) + 1
  const columns = Math.floor((w + pad.left + pad.right - kw) / stride) + 1
  return each([b, rows, columns, to], (item, row, column, o) => {
    const terms: Num[] = []
    for (let ky = 0; ky < kh; ky++)
      for (let kx = 0; kx < kw; kx++) {
        const [y, z] = [row * stride + ky - pad.top, column * stride + kx - pad.left]
        if (y < 0 || y >= h || z < 0 || z >= w) continue
        for (let c = 0; c < from; c++)
          terms.push(tape.mul(at(x, item, y, z, c), at(weight, ky, kx, c, o)))
      }
    return tape.add(tape.sum(terms), bias.all[o])
  })
}

/** Convolution with padding (k - 1) / 2. */
export function samePad({ shape: [kh, kw] }: Pick<Numbers, 'shape'>): Pad {
  const [y, x] = [Math.floor((kh - 1) / 2), Math.floor((kw - 1) / 2)]
  return { top: y, bottom: y, left: x, right: x }
}

/**
 * (x - mean) / sqrt(variance + eps) weight + bias of [b, ..., c], the moments over all places of a
 * group of channels.
 */
export function norm(
  tape: Tape,
  x: Numbers,
  weight: Numbers,
  bias: Numbers,
  groups: number,
  eps: number,
): Numbers {
  const [b, c] = [x.shape[0], x.shape.at(-1)!]
  const size = c / groups
  const pixels = reshape(x, [b, x.all.length / b / c, c])
  const found = range(b).map((item) =>
    range(groups).map((group) => {
      const members = range(pixels.shape[1]).flatMap((p) =>
        range(size).map((k) => at(pixels, item, p, group * size + k)),
      )
      const mean = tape.scale(tape.sum(members), 1 / members.length)
      const centred = members.map((one) => tape.sub(one, mean))
      const variance = tape.scale(tape.dot(centred, centred), 1 / members.length)
      return { mean, deviation: tape.sqrt(tape.add(variance, tape.number(eps))) }
    }),
  )
  const y = each(pixels.shape, (item, p, k) => {
    const { mean, deviation } = found[item][Math.floor(k / size)]
    const normal = tape.div(tape.sub(at(pixels, item, p, k), mean), deviation)
    return tape.add(tape.mul(normal, weight.all[k]), bias.all[k])
  })
  return reshape(y, x.shape)
}

function softmax(tape: Tape, scores: readonly Num[]): Num[] {
  const top = tape.number(Math.max(...scores.map(tape.of)))
  const powers = scores.map((score) => tape.exp(tape.sub(score, top)))
  const sum = tape.sum(powers)
  return powers.map((power) => tape.div(power, sum))
}

/** Elements of position n of a head. */
const rowOfHead = (x: Numbers, item: number, n: number, head: number, heads: number): Num[] => {
  const d = x.shape[2] / heads
  return range(d).map((k) => at(x, item, n, head * d + k))
}

/** softmax(q k^T / sqrt(d)) v per head, for [b, n, c] and [b, m, c]. */
export function attention(tape: Tape, q: Numbers, k: Numbers, v: Numbers, heads: number): Numbers {
  const [d, m] = [q.shape[2] / heads, k.shape[1]]
  const shares = new Map<string, Num[]>()
  const sharesOf = (item: number, n: number, head: number) => {
    const key = `${item} ${n} ${head}`
    if (!shares.has(key)) {
      const query = rowOfHead(q, item, n, head, heads)
      const scores = range(m).map((j) =>
        tape.scale(tape.dot(query, rowOfHead(k, item, j, head, heads)), 1 / Math.sqrt(d)),
      )
      shares.set(key, softmax(tape, scores))
    }
    return shares.get(key)!
  }
  return each(q.shape, (item, n, channel) =>
    tape.dot(
      sharesOf(item, n, Math.floor(channel / d)),
      range(m).map((j) => at(v, item, j, channel)),
    ),
  )
}

/**
 * softmax(q) (softmax(k)^T v) per head: over the channels of a query, over the positions of the
 * keys.
 */
export function linearAttention(
  tape: Tape,
  q: Numbers,
  k: Numbers,
  v: Numbers,
  heads: number,
): Numbers {
  const [b, n, c] = q.shape as [number, number, number]
  const [d, m] = [c / heads, k.shape[1]]
  const keys = each([b, c, m], (item, channel, j) => at(k, item, j, channel))
  const places = range(b * c).map((row) => softmax(tape, keys.all.slice(row * m, (row + 1) * m)))
  const summary = each([b, c, d], (item, channel, to) =>
    tape.dot(
      places[item * c + channel],
      range(m).map((j) => at(v, item, j, Math.floor(channel / d) * d + to)),
    ),
  )
  const queries = range(b * n * heads).map((row) => {
    const [item, place, head] = [
      Math.floor(row / n / heads),
      Math.floor(row / heads) % n,
      row % heads,
    ]
    return softmax(tape, rowOfHead(q, item, place, head, heads))
  })
  return each(q.shape, (item, place, channel) => {
    const head = Math.floor(channel / d)
    return tape.dot(
      queries[(item * n + place) * heads + head],
      range(d).map((i) => at(summary, item, head * d + i, channel % d)),
    )
  })
}

/** Nearest-neighbour upsampling of [b, h, w, c] by 2. */
export const upsample = ({ shape: [b, h, w, c], ...x }: Numbers): Numbers =>
  each([b, 2 * h, 2 * w, c], (item, y, z, k) =>
    at({ shape: [b, h, w, c], ...x }, item, y >> 1, z >> 1, k),
  )

/** 2 x 2 average pooling. */
export const pool = (tape: Tape, x: Numbers): Numbers => {
  const [b, h, w, c] = x.shape as [number, number, number, number]
  const corners = [0, 1, 2, 3]
  return each([b, h / 2, w / 2, c], (item, y, z, k) =>
    tape.scale(
      tape.sum(corners.map((i) => at(x, item, 2 * y + (i >> 1), 2 * z + (i & 1), k))),
      0.25,
    ),
  )
}

/** Sums over some axes. */
export function sumOver(tape: Tape, x: Numbers, axes: readonly number[]): Numbers {
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const shape = rest.map((axis) => x.shape[axis])
  const terms = range(countElements(shape)).map((): Num[] => [])
  each(x.shape, (...index) => {
    const one = at(x, ...index)
    terms[rest.reduce((sum, axis) => sum * x.shape[axis] + index[axis], 0)].push(one)
    return one
  })
  return { shape, all: terms.map(tape.sum) }
}

/** Softmax over the last axis. */
export function softmaxOfRows(tape: Tape, x: Numbers): Numbers {
  const c = x.shape.at(-1)!
  return {
    shape: x.shape,
    all: range(x.all.length / c).flatMap((row) =>
      softmax(tape, x.all.slice(row * c, (row + 1) * c)),
    ),
  }
}

/** Concatenation along channels. */
export const concatChannels = (a: Numbers, b: Numbers): Numbers => {
  const [first, second] = [a.shape.at(-1)!, b.shape.at(-1)!]
  const [left, right] = [
    reshape(a, [a.all.length / first, first]),
    reshape(b, [b.all.length / second, second]),
  ]
  const y = each([left.shape[0], first + second], (row, k) =>
    k < first ? at(left, row, k) : at(right, row, k - first),
  )
  return reshape(y, [...a.shape.slice(0, -1), first + second])
}

/** Row i of [b, c], or its only row. */
const rowFor = (rows: Numbers, item: number): readonly Num[] => {
  const c = rows.shape[1]
  const row = rows.shape[0] === 1 ? 0 : item
  return rows.all.slice(row * c, (row + 1) * c)
}

/** Adds one number per channel and item, [b, c] or one row for all, to every pixel. */
export function addPerItem(tape: Tape, x: Numbers, perItem: Numbers): Numbers {
  const [b, c] = [x.shape[0], x.shape.at(-1)!]
  const rows = range(b).map((item) => rowFor(perItem, item))
  return map(x, (one, i) => tape.add(one, rows[Math.floor((i * b) / x.all.length)][i % c]))
}

/** z (1 + scale) + shift, with both concatenated, [b, 2 c] or one row for all. */
export function modulate(tape: Tape, z: Numbers, scaleShift: Numbers): Numbers {
  const [b, c] = [z.shape[0], z.shape.at(-1)!]
  const rows = range(b).map((item) => rowFor(scaleShift, item))
  return map(z, (one, i) => {
    const row = rows[Math.floor((i * b) / z.all.length)]
    return tape.add(tape.mul(one, tape.add(row[i % c], tape.number(1))), row[c + (i % c)])
  })
}
