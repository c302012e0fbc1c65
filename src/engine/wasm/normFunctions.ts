// Group normalisation with SiLU, in as few passes as it takes, each function for one item, which stays in the cache from one
// pass to the next. Its rows (pixels) have a multiple of four channels; what is per channel lies in vectors as long as a row.
// Moments of groups are computed in float64.
import type { Code, Local, Type } from './assembler.ts'
import { advance, clearBytes, f32, f32x4, f64, func, i32, load, store, whileBelow } from './assembler.ts'
import { sigmoid } from './sigmoid.ts'

const { add, sub, mul } = f32x4

type NewLocal = (type: Type) => Local

/** Addresses of matrices and their end: goes through the rows, and in each through the vectors, at which `offset` is. */
const overRows = (rows: Local[], end: Code, offset: Local, bytes: Code, body: Code): Code =>
  whileBelow(rows[0]!, end, [
    offset.set(i32.const(0)),
    whileBelow(offset, bytes, [body, advance(offset, 16)]),
    rows.map((row) => advance(row, bytes)),
  ])

const at = (base: Local, offset: Local): Code => i32.add(base.get, offset.get)

/** sums += the sum of all rows. */
const sums = func({ x: 'i32', end: 'i32', bytes: 'i32', sums: 'i32' }, ({ x, end, bytes, sums }, local) => {
  const offset = local('i32')
  const sum = at(sums, offset)
  return overRows([x], end.get, offset, bytes.get, store(sum, add(load(sum), load(at(x, offset)))))
})

/** What the functions for an item have in common. */
const item = {
  /** The rows and their end, and bytes of a row. */
  x: 'i32',
  end: 'i32',
  bytes: 'i32',
  weight: 'i32',
  bias: 'i32',
  /** Of every group, mean and 1 / std. */
  means: 'i32',
  inverses: 'i32',
  /** Bytes of the channels of a group, and how many numbers it has in all rows. */
  group: 'i32',
  count: 'i32',
  /** For vectors as long as a row. */
  room: 'i32',
} as const

/** Goes through the groups: `body` for each, with the offset of its first channel and of the end of the last, and that of the group. */
function overGroups(
  { bytes, group }: { bytes: Local; group: Local },
  local: NewLocal,
  body: (range: { channel: Local; end: Local; number: Local }) => Code,
): Code {
  const [channel, end, number] = [local('i32'), local('i32'), local('i32')]
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

/** The sum of what `value` is for each channel of a group, in float64; `channel` is then where it was. */
function sumOf(total: Local, { channel, end }: { channel: Local; end: Local }, group: Local, value: Code): Code {
  return [
    total.set(f64.const(0)),
    whileBelow(channel, end.get, [total.set(f64.add(total.get, value)), advance(channel, 4)]),
    channel.set(i32.sub(channel.get, group.get)),
  ]
}

const floatAt = (base: Local, offset: Local): Code => f64.of(f32.load(at(base, offset)))

/** A vector in the room. */
const vectorIn = (room: Local, bytes: Local, index: number, to: Local): Code =>
  to.set(i32.add(room.get, i32.mul(bytes.get, i32.const(index))))

/** y = z, or z sigmoid(z), with z = (x - mean) / std weight + bias. Means and 1 / std come out as well. */
const forward = (silu: boolean) =>
  func({ ...item, y: 'i32', eps: 'f32' }, ({ x, end, bytes, y, eps, ...p }, local) => {
    const [row, offset, sum, mean, scale] = [local('i32'), local('i32'), local('i32'), local('i32'), local('i32')]
    const [total, value, one] = [local('f64'), local('f32'), local('v128')]
    const centred = sub(load(at(x, offset)), load(at(mean, offset)))
    /** Adds up `body`'s vectors of all rows in `sum`. */
    const addUp = (vector: Code): Code => [
      clearBytes(sum.get, bytes.get),
      row.set(x.get),
      overRows([x], end.get, offset, bytes.get, store(at(sum, offset), add(load(at(sum, offset)), vector))),
      x.set(row.get),
    ]
    const groups = (body: Parameters<typeof overGroups>[2]) => overGroups({ bytes, group: p.group }, local, body)
    const channelMean = f64.div(total.get, f64.ofCount(p.count.get))
    return [
      [sum, mean, scale].map((vector, i) => vectorIn(p.room, bytes, i, vector)),
      addUp(load(at(x, offset))),
      groups(({ channel, end, number }) => [
        sumOf(total, { channel, end }, p.group, floatAt(sum, channel)),
        value.set(f64.toFloat(channelMean)),
        f32.store(at(p.means, number), value.get),
        whileBelow(channel, end.get, [f32.store(at(mean, channel), value.get), advance(channel, 4)]),
      ]),
      addUp([one.set(centred), mul(one.get, one.get)]),
      groups(({ channel, end, number }) => [
        sumOf(total, { channel, end }, p.group, floatAt(sum, channel)),
        value.set(f64.toFloat(f64.div(f64.const(1), f64.sqrt(f64.add(channelMean, f64.of(eps.get)))))),
        f32.store(at(p.inverses, number), value.get),
        whileBelow(channel, end.get, [
          f32.store(at(scale, channel), f32.mul(value.get, f32.load(at(p.weight, channel)))),
          advance(channel, 4),
        ]),
      ]),
      overRows([x, y], end.get, offset, bytes.get, [
        one.set(add(mul(centred, load(at(scale, offset))), load(at(p.bias, offset)))),
        store(at(y, offset), silu ? mul(one.get, sigmoid(one.get, local)) : one.get),
      ]),
    ]
  })

/**
 * dx for dy, and sums += the sum of dz, products += that of dz (x - mean), dz = dy or dy silu'(z). With means over the group,
 * dx = (dz weight - mean(dz weight) - (x - mean) / std mean(dz weight (x - mean) / std)) / std.
 */
const backward = (silu: boolean) =>
  func(
    { ...item, dy: 'i32', dx: 'i32', sums: 'i32', products: 'i32' },
    ({ x, end, bytes, dy, dx, sums, products, ...p }, local) => {
      const [offset, mean, scale, slope, shift] = [local('i32'), local('i32'), local('i32'), local('i32'), local('i32')]
      const [rowX, rowDx, total, other, inverse] = [local('i32'), local('i32'), local('f64'), local('f64'), local('f32')]
      const [centred, dz] = [local('v128'), local('v128')]
      const groups = (body: Parameters<typeof overGroups>[2]) => overGroups({ bytes, group: p.group }, local, body)
      const addTo = (vector: Local, value: Code) => store(at(vector, offset), add(load(at(vector, offset)), value))
      const weighted = (vector: Local, channel: Local) => f64.mul(floatAt(vector, channel), floatAt(p.weight, channel))
      const count = f64.ofCount(p.count.get)
      const cubed = f64.mul(f64.mul(f64.of(inverse.get), f64.of(inverse.get)), f64.of(inverse.get))
      return [
        [mean, scale, slope, shift].map((vector, i) => vectorIn(p.room, bytes, i, vector)),
        groups(({ channel, end, number }) =>
          whileBelow(channel, end.get, [
            f32.store(at(mean, channel), f32.load(at(p.means, number))),
            f32.store(at(scale, channel), f32.mul(f32.load(at(p.inverses, number)), f32.load(at(p.weight, channel)))),
            advance(channel, 4),
          ]),
        ),
        rowX.set(x.get),
        rowDx.set(dx.get),
        overRows([x, dy, dx], end.get, offset, bytes.get, [
          centred.set(sub(load(at(x, offset)), load(at(mean, offset)))),
          dz.set(load(at(dy, offset))),
          silu
            ? dz.set(mul(dz.get, siluSlope(add(mul(centred.get, load(at(scale, offset))), load(at(p.bias, offset))), local)))
            : [],
          store(at(dx, offset), dz.get),
          addTo(sums, dz.get),
          addTo(products, mul(dz.get, centred.get)),
        ]),
        x.set(rowX.get),
        dx.set(rowDx.get),
        groups(({ channel, end, number }) => [
          sumOf(total, { channel, end }, p.group, weighted(sums, channel)),
          sumOf(other, { channel, end }, p.group, weighted(products, channel)),
          inverse.set(f32.load(at(p.inverses, number))),
          whileBelow(channel, end.get, [
            f32.store(at(shift, channel), f64.toFloat(f64.div(f64.mul(total.get, f64.of(inverse.get)), count))),
            f32.store(at(slope, channel), f64.toFloat(f64.div(f64.mul(other.get, cubed), count))),
            advance(channel, 4),
          ]),
        ]),
        overRows([x, dx], end.get, offset, bytes.get, [
          centred.set(sub(load(at(x, offset)), load(at(mean, offset)))),
          dz.set(mul(load(at(dx, offset)), load(at(scale, offset)))),
          store(at(dx, offset), sub(dz.get, add(mul(centred.get, load(at(slope, offset))), load(at(shift, offset))))),
        ]),
      ]
    },
  )

/** d/dz z s = s + z s (1 - s), s = sigmoid(z). */
function siluSlope(normal: Code, local: (type: 'v128') => Local): Code {
  const [z, s] = [local('v128'), local('v128')]
  return [z.set(normal), s.set(sigmoid(z.get, local)), add(s.get, mul(mul(z.get, s.get), sub(f32x4.const(1), s.get)))]
}

export const normFunctions = {
  sums,
  norm: forward(false),
  normSilu: forward(true),
  normGradient: backward(false),
  normSiluGradient: backward(true),
}
