// Group normalisation with SiLU, in as few passes as it takes. All functions go through the rows (pixels) of one item, of
// `channels` floats, a multiple of four; what is per channel lies in vectors as long as a row. An item stays in the cache from
// one pass to the next.
import type { Code, Local } from './assembler.ts'
import { advance, f32x4, func, i32, load, store, whileBelow } from './assembler.ts'
import { sigmoid } from './sigmoid.ts'

const { add, sub, mul } = f32x4

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

/** sums += the sum of (x - mean)^2. */
const squares = func({ x: 'i32', end: 'i32', bytes: 'i32', mean: 'i32', sums: 'i32' }, ({ x, end, bytes, mean, sums }, local) => {
  const [offset, centred] = [local('i32'), local('v128')]
  const sum = at(sums, offset)
  return overRows([x], end.get, offset, bytes.get, [
    centred.set(sub(load(at(x, offset)), load(at(mean, offset)))),
    store(sum, add(load(sum), mul(centred.get, centred.get))),
  ])
})

/** y = z, or z sigmoid(z), with z = (x - mean) scale + bias. */
const affine = (silu: boolean) =>
  func(
    { x: 'i32', end: 'i32', bytes: 'i32', mean: 'i32', scale: 'i32', bias: 'i32', y: 'i32' },
    ({ x, end, bytes, mean, scale, bias, y }, local) => {
      const [offset, z] = [local('i32'), local('v128')]
      const normal = add(mul(sub(load(at(x, offset)), load(at(mean, offset))), load(at(scale, offset))), load(at(bias, offset)))
      return overRows([x, y], end.get, offset, bytes.get, [
        z.set(normal),
        store(at(y, offset), silu ? mul(z.get, sigmoid(z.get, local)) : z.get),
      ])
    },
  )

/** dz = dy, or dy silu'(z); sums += the sum of dz, products += that of dz (x - mean). */
const towardsNormal = (silu: boolean) =>
  func(
    {
      x: 'i32',
      end: 'i32',
      bytes: 'i32',
      mean: 'i32',
      scale: 'i32',
      bias: 'i32',
      dy: 'i32',
      dz: 'i32',
      sums: 'i32',
      products: 'i32',
    },
    ({ x, end, bytes, mean, scale, bias, dy, dz, sums, products }, local) => {
      const [offset, centred, slope] = [local('i32'), local('v128'), local('v128')]
      const [sum, product] = [at(sums, offset), at(products, offset)]
      return overRows([x, dy, dz], end.get, offset, bytes.get, [
        centred.set(sub(load(at(x, offset)), load(at(mean, offset)))),
        slope.set(load(at(dy, offset))),
        silu
          ? slope.set(mul(slope.get, siluSlope(add(mul(centred.get, load(at(scale, offset))), load(at(bias, offset))), local)))
          : [],
        store(at(dz, offset), slope.get),
        store(sum, add(load(sum), slope.get)),
        store(product, add(load(product), mul(slope.get, centred.get))),
      ])
    },
  )

/** d/dz z s = s + z s (1 - s), s = sigmoid(z). */
function siluSlope(normal: Code, local: (type: 'v128') => Local): Code {
  const [z, s] = [local('v128'), local('v128')]
  return [z.set(normal), s.set(sigmoid(z.get, local)), add(s.get, mul(mul(z.get, s.get), sub(f32x4.const(1), s.get)))]
}

/** dx, in the place of dz: dz scale - ((x - mean) slope + offset). */
const towardsInput = func(
  { x: 'i32', end: 'i32', bytes: 'i32', mean: 'i32', scale: 'i32', slope: 'i32', shift: 'i32', dz: 'i32' },
  ({ x, end, bytes, mean, scale, slope, shift, dz }, local) => {
    const offset = local('i32')
    const correction = add(
      mul(sub(load(at(x, offset)), load(at(mean, offset))), load(at(slope, offset))),
      load(at(shift, offset)),
    )
    const dx = sub(mul(load(at(dz, offset)), load(at(scale, offset))), correction)
    return overRows([x, dz], end.get, offset, bytes.get, store(at(dz, offset), dx))
  },
)

export const normFunctions = {
  sums,
  squares,
  affine: affine(false),
  affineSilu: affine(true),
  towardsNormal: towardsNormal(false),
  towardsNormalSilu: towardsNormal(true),
  towardsInput,
}
