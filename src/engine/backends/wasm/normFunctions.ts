// Group normalisation with SiLU in few passes. Each function takes one item, which stays in the
// cache from one pass to the next. Its rows (pixels) have a multiple of four channels; values per
// channel are vectors of the length of a row. Moments of groups are computed in float64.
import type { Code, Local, Type } from './assembler.ts'
import {
  advance,
  clearBytes,
  f32,
  f32x4,
  f64,
  func,
  i32,
  load,
  newLocals,
  store,
  whileBelow,
} from './assembler.ts'
import { sigmoidCode } from './sigmoid.ts'

const { add, sub, mul, multiplyAdd } = f32x4

type NewLocal = (type: Type) => Local

/** Loops over the rows of matrices, and in each over the vectors, at `offset`. */
const overRows = (rows: Local[], end: Code, offset: Local, bytes: Code, body: Code): Code =>
  whileBelow(rows[0], end, [
    offset.set(i32.const(0)),
    whileBelow(offset, bytes, [body, advance(offset, 16)]),
    rows.map((row) => advance(row, bytes)),
  ])

const addressAt = (base: Local, offset: Local): Code => i32.add(base.get, offset.get)

const floatAt = (base: Local, offset: Local): Code =>
  f64.fromFloat(f32.load(addressAt(base, offset)))

/** Replaces the vector of `sums` at `offset`. */
const updateVector = (sums: Local, offset: Local, update: (sum: Code) => Code): Code =>
  store(addressAt(sums, offset), update(load(addressAt(sums, offset))))

/** Adds a value to the vector of `sums` at `offset`. */
const addToVector = (sums: Local, offset: Local, value: Code): Code =>
  updateVector(sums, offset, (sum) => add(sum, value))

/** sums += the sum of all rows. */
const sums = func(
  { x: 'i32', end: 'i32', bytes: 'i32', sums: 'i32' },
  ({ x, end, bytes, sums }, local) => {
    const offset = local('i32')
    return overRows(
      [x],
      end.get,
      offset,
      bytes.get,
      addToVector(sums, offset, load(addressAt(x, offset))),
    )
  },
)

/** totals = the sum of rows, in float64. */
const totals = func(
  { x: 'i32', end: 'i32', bytes: 'i32', totals: 'i32' },
  ({ x, end, bytes, totals }, local) => {
    const [row, offset, total] = [local('i32'), local('i32'), local('f64')]
    return [
      offset.set(i32.const(0)),
      whileBelow(offset, bytes.get, [
        row.set(x.get),
        total.set(f64.const(0)),
        whileBelow(row, end.get, [
          total.set(f64.add(total.get, floatAt(row, offset))),
          advance(row, bytes.get),
        ]),
        f32.store(addressAt(totals, offset), f64.toFloat(total.get)),
        advance(offset, 4),
      ]),
    ]
  },
)

/** Common parameters of the functions for an item. */
const itemParameters = {
  /** The rows and their end, and bytes of a row. */
  x: 'i32',
  end: 'i32',
  bytes: 'i32',
  weight: 'i32',
  bias: 'i32',
  /** Mean and 1 / std of every group. */
  means: 'i32',
  inverses: 'i32',
  /** Bytes of the channels of a group, and the count of its numbers in all rows. */
  group: 'i32',
  count: 'i32',
  /** Scratch memory for vectors of the length of a row. */
  scratch: 'i32',
} as const

type ItemParameters = { [K in keyof typeof itemParameters]: Local }

/** A group: offsets of its first channel, of the end of the last, and of its moments. */
interface GroupRange {
  channel: Local
  end: Local
  number: Local
}

type OverGroups = (body: (range: GroupRange) => Code) => Code

/** Loops over the groups. `body` has to advance `channel` to `end`. */
const overGroups =
  ({ bytes, group }: Pick<ItemParameters, 'bytes' | 'group'>, local: NewLocal): OverGroups =>
  (body) => {
    const [channel, end, number] = newLocals(local, 'i32', 3)
    return [
      channel.set(i32.const(0)),
      number.set(i32.const(0)),
      whileBelow(channel, bytes.get, [
        end.set(i32.add(channel.get, group.get)),
        body({ channel, end, number }),
        advance(number, 4),
      ]),
    ]
  }

/** Loops over the channels of a group. */
const forChannels = ({ channel, end }: GroupRange, body: Code): Code =>
  whileBelow(channel, end.get, [body, advance(channel, 4)])

/** Sums `value` over the channels of a group in float64, and resets `channel`. */
const sumGroup = (total: Local, range: GroupRange, group: Local, value: Code): Code => [
  total.set(f64.const(0)),
  forChannels(range, total.set(f64.add(total.get, value))),
  range.channel.set(i32.sub(range.channel.get, group.get)),
]

/** Sets `to` to the address of a vector in the scratch memory. */
const vectorIn = (scratch: Local, bytes: Local, index: number, to: Local): Code =>
  to.set(i32.add(scratch.get, i32.mul(bytes.get, i32.const(index))))

// ---- forward

/**
 * y = z, or z sigmoid(z), with z = (x - mean) / std weight + bias. Also computes means and 1 / std.
 */
const normForward = (silu: boolean) =>
  func({ ...itemParameters, y: 'i32', eps: 'f32' }, ({ y, eps, ...p }, local) => {
    const { x, end, bytes } = p
    const [row, offset, sum, mean, scale] = newLocals(local, 'i32', 5)
    const [total, value, one] = [local('f64'), local('f32'), local('v128')]
    const centred = sub(load(addressAt(x, offset)), load(addressAt(mean, offset)))
    /** Sets `sum` to the sum of the rows; `addRow` adds a vector of a row to its argument. */
    const sumRows = (addRow: (sum: Code) => Code): Code => [
      clearBytes(sum.get, bytes.get),
      row.set(x.get),
      overRows([x], end.get, offset, bytes.get, updateVector(sum, offset, addRow)),
      x.set(row.get),
    ]
    const groups = overGroups(p, local)
    const channelMean = f64.div(total.get, f64.fromUnsigned(p.count.get))
    const groupMean = (range: GroupRange): Code => [
      sumGroup(total, range, p.group, floatAt(sum, range.channel)),
      value.set(f64.toFloat(channelMean)),
      f32.store(addressAt(p.means, range.number), value.get),
      forChannels(range, f32.store(addressAt(mean, range.channel), value.get)),
    ]
    const variance = f64.add(channelMean, f64.fromFloat(eps.get))
    const groupScale = (range: GroupRange): Code => [
      sumGroup(total, range, p.group, floatAt(sum, range.channel)),
      value.set(f64.toFloat(f64.div(f64.const(1), f64.sqrt(variance)))),
      f32.store(addressAt(p.inverses, range.number), value.get),
      forChannels(
        range,
        f32.store(
          addressAt(scale, range.channel),
          f32.mul(value.get, f32.load(addressAt(p.weight, range.channel))),
        ),
      ),
    ]
    return [
      [sum, mean, scale].map((vector, i) => vectorIn(p.scratch, bytes, i, vector)),
      sumRows((sum) => add(sum, load(addressAt(x, offset)))),
      groups(groupMean),
      sumRows((sum) => [one.set(centred), multiplyAdd(one.get, one.get, sum)]),
      groups(groupScale),
      overRows([x, y], end.get, offset, bytes.get, [
        one.set(
          multiplyAdd(centred, load(addressAt(scale, offset)), load(addressAt(p.bias, offset))),
        ),
        store(addressAt(y, offset), silu ? mul(one.get, sigmoidCode(one.get, local)) : one.get),
      ]),
    ]
  })

// ---- backward

/** Parameters and variables of the backward pass. */
interface Backward {
  p: ItemParameters & { [K in 'dy' | 'dx' | 'sums' | 'products']: Local }
  offset: Local
  /** Vectors: mean, weight / std, and slope and shift of the correction of dx. */
  mean: Local
  scale: Local
  slope: Local
  shift: Local
  total: Local
  other: Local
  inverse: Local
  centred: Local
  dz: Local
}

/**
 * Computes dx for dy; sums += the sum of dz, products += that of dz (x - mean), dz = dy or dy
 * silu'(z). With means over the group, dx = (dz weight - mean(dz weight) - (x - mean) / std mean(dz
 * weight (x - mean) / std)) / std.
 */
const normBackward = (silu: boolean) =>
  func({ ...itemParameters, dy: 'i32', dx: 'i32', sums: 'i32', products: 'i32' }, (p, local) => {
    const [offset, mean, scale, slope, shift, rowX, rowDx] = newLocals(local, 'i32', 7)
    const [total, other, inverse] = [local('f64'), local('f64'), local('f32')]
    const [centred, dz] = newLocals(local, 'v128', 2)
    const vectors = { mean, scale, slope, shift }
    const b: Backward = { p, offset, ...vectors, total, other, inverse, centred, dz }
    const groups = overGroups(p, local)
    return [
      Object.values(vectors).map((vector, i) => vectorIn(p.scratch, p.bytes, i, vector)),
      groups(spreadMoments(b)),
      rowX.set(p.x.get),
      rowDx.set(p.dx.get),
      sumDz(b, silu, local),
      p.x.set(rowX.get),
      p.dx.set(rowDx.get),
      groups(groupCorrection(b)),
      correctDx(b),
    ]
  })

/** Writes the mean and weight / std of every channel. */
const spreadMoments =
  ({ p, mean, scale }: Backward) =>
  (range: GroupRange): Code => {
    const { channel, number } = range
    return forChannels(range, [
      f32.store(addressAt(mean, channel), f32.load(addressAt(p.means, number))),
      f32.store(
        addressAt(scale, channel),
        f32.mul(f32.load(addressAt(p.inverses, number)), f32.load(addressAt(p.weight, channel))),
      ),
    ])
  }

const centre = ({ p, offset, mean, centred }: Backward): Code =>
  centred.set(sub(load(addressAt(p.x, offset)), load(addressAt(mean, offset))))

/** Writes dz to dx, and adds up dz and dz (x - mean). */
function sumDz(b: Backward, silu: boolean, local: NewLocal): Code {
  const { p, offset, scale, centred, dz } = b
  const z = multiplyAdd(
    centred.get,
    load(addressAt(scale, offset)),
    load(addressAt(p.bias, offset)),
  )
  return overRows([p.x, p.dy, p.dx], p.end.get, offset, p.bytes.get, [
    centre(b),
    dz.set(load(addressAt(p.dy, offset))),
    silu ? dz.set(mul(dz.get, siluDerivative(z, local))) : [],
    store(addressAt(p.dx, offset), dz.get),
    addToVector(p.sums, offset, dz.get),
    updateVector(p.products, offset, (sum) => multiplyAdd(dz.get, centred.get, sum)),
  ])
}

/** Computes slope and shift of dx from the sums of a group. */
const groupCorrection =
  ({ p, total, other, inverse, slope, shift }: Backward) =>
  (range: GroupRange): Code => {
    const { channel, number } = range
    const weighted = (vector: Local) =>
      f64.mul(floatAt(vector, channel), floatAt(p.weight, channel))
    const inverse64 = f64.fromFloat(inverse.get)
    const cubed = f64.mul(f64.mul(inverse64, inverse64), inverse64)
    const mean = (sum: Code) => f64.toFloat(f64.div(sum, f64.fromUnsigned(p.count.get)))
    return [
      sumGroup(total, range, p.group, weighted(p.sums)),
      sumGroup(other, range, p.group, weighted(p.products)),
      inverse.set(f32.load(addressAt(p.inverses, number))),
      forChannels(range, [
        f32.store(addressAt(shift, channel), mean(f64.mul(total.get, inverse64))),
        f32.store(addressAt(slope, channel), mean(f64.mul(other.get, cubed))),
      ]),
    ]
  }

/** dx = dz scale - ((x - mean) slope + shift). */
function correctDx(b: Backward): Code {
  const { p, offset, scale, slope, shift, centred, dz } = b
  return overRows([p.x, p.dx], p.end.get, offset, p.bytes.get, [
    centre(b),
    dz.set(mul(load(addressAt(p.dx, offset)), load(addressAt(scale, offset)))),
    store(
      addressAt(p.dx, offset),
      sub(
        dz.get,
        multiplyAdd(centred.get, load(addressAt(slope, offset)), load(addressAt(shift, offset))),
      ),
    ),
  ])
}

/**
 * Adds up the gradients of all items: dbias = sum dz, dweight = sum dz (x - mean) / std. `sums` has the
 * sums of dz of the first item, then those of dz (x - mean); items are `step` bytes apart.
 */
const normTotals = func(
  {
    sums: 'i32',
    end: 'i32',
    step: 'i32',
    bytes: 'i32',
    group: 'i32',
    inverses: 'i32',
    inverseStep: 'i32',
    weight: 'i32',
    bias: 'i32',
  },
  (p, local) => {
    const [item, products, inverse] = newLocals(local, 'i32', 3)
    const [total, other] = newLocals(local, 'f64', 2)
    return overGroups(
      p,
      local,
    )((range) => {
      const { channel, number } = range
      const product = f64.mul(floatAt(products, channel), f64.fromFloat(f32.load(inverse.get)))
      return forChannels(range, [
        [item.set(p.sums.get), products.set(i32.add(p.sums.get, p.bytes.get))],
        inverse.set(addressAt(p.inverses, number)),
        [total.set(f64.const(0)), other.set(f64.const(0))],
        whileBelow(item, p.end.get, [
          total.set(f64.add(total.get, floatAt(item, channel))),
          other.set(f64.add(other.get, product)),
          [item, products].map((vector) => advance(vector, p.step.get)),
          advance(inverse, p.inverseStep.get),
        ]),
        f32.store(addressAt(p.bias, channel), f64.toFloat(total.get)),
        f32.store(addressAt(p.weight, channel), f64.toFloat(other.get)),
      ])
    })
  },
)

/** d/dz z s = s + z s (1 - s), s = sigmoid(z). */
function siluDerivative(normal: Code, local: (type: 'v128') => Local): Code {
  const [z, s] = [local('v128'), local('v128')]
  return [
    z.set(normal),
    s.set(sigmoidCode(z.get, local)),
    multiplyAdd(mul(z.get, s.get), sub(f32x4.const(1), s.get), s.get),
  ]
}

export const normFunctions = {
  sums,
  totals,
  norm: normForward(false),
  normSilu: normForward(true),
  normGradient: normBackward(false),
  normSiluGradient: normBackward(true),
  normTotals,
}
