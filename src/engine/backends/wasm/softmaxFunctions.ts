// The gradient of softmax for rows of a multiple of four numbers.
import type { Local } from './assembler.ts'
import { advance, f32, f32x4, func, i32, load, store, whileBelow } from './assembler.ts'

const { sub, mul, multiplyAdd, splat, lane } = f32x4

/** The sum of the lanes of a vector. */
const sumLanes = ({ get }: Local) =>
  f32.add(f32.add(lane(get, 0), lane(get, 1)), f32.add(lane(get, 2), lane(get, 3)))

/** dx = scale y (dy - sum y dy) for the rows of y up to the address `end`, of `bytes` each. */
const softmaxGradient = func(
  { y: 'i32', end: 'i32', bytes: 'i32', dy: 'i32', dx: 'i32', scale: 'f32' },
  ({ y, end, bytes, dy, dx, scale }, local) => {
    const [offset, sum] = [local('i32'), local('v128')]
    const at = (matrix: Local) => i32.add(matrix.get, offset.get)
    const [share, slope] = [load(at(y)), load(at(dy))]
    const overRow = (body: typeof share) => [
      offset.set(i32.const(0)),
      whileBelow(offset, bytes.get, [body, advance(offset, 16)]),
    ]
    return whileBelow(y, end.get, [
      sum.set(f32x4.const(0)),
      overRow(sum.set(multiplyAdd(share, slope, sum.get))),
      sum.set(splat(sumLanes(sum))),
      overRow(store(at(dx), mul(mul(share, sub(slope, sum.get)), splat(scale.get)))),
      [y, dy, dx].map((matrix) => advance(matrix, bytes.get)),
    ])
  },
)

export const softmaxFunctions = { softmaxGradient }
