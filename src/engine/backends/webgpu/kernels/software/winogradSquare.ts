// Transforms of Winograd convolutions in WGSL, in two dimensions; see winogradTransforms.ts of the
// backends.
import { createTileTransforms, type Transform } from '../../../winogradTransforms.ts'
import { unroll } from '../../wgsl.ts'

const literal = (value: number) => `f32(${value})`

/** A right operand; sums are in parentheses. */
const operand = (value: string) => (/ [+-] /.test(value) ? `(${value})` : value)

export const tileTransforms = createTileTransforms<string>({
  add: (x, y) => `${x} + ${operand(y)}`,
  sub: (x, y) => `${x} - ${operand(y)}`,
  times: (factor, x) => `${literal(factor)} * (${x})`,
  addTimes: (factor, x, y) => `fma(${literal(factor)}, ${x}, ${y})`,
})

/** Transforms WGSL expressions. Declares variables whose names begin with `name`. */
function transformColumn(transform: Transform<string>, column: readonly string[], name: string) {
  let declare = ''
  const values = transform(column, (shared) => {
    declare = shared.map(([each, value]) => `let ${name}_${each} = ${value};`).join(' ')
    return shared.map(([each]) => `${name}_${each}`)
  })
  return { declare, values }
}

/**
 * Transforms the columns and then the rows of the square of variables `<name><i>_<j>` with `size`
 * rows, and stores each value of the result.
 */
export function transformSquare(
  transform: Transform<string>,
  name: string,
  size: number,
  store: (i: number, j: number, value: string) => string,
): string {
  const column = (j: number) => {
    const { declare, values } = transformColumn(
      transform,
      Array.from({ length: size }, (_, i) => `${name}${i}_${j}`),
      `column${j}`,
    )
    return [declare, ...values.map((value, i) => `let r${i}_${j} = ${value};`)]
  }
  const rows = transformColumn(transform, Array<string>(size).fill(''), '').values.length
  const row = (i: number) => {
    const { declare, values } = transformColumn(
      transform,
      Array.from({ length: size }, (_, j) => `r${i}_${j}`),
      `row${i}`,
    )
    return [declare, ...values.map((value, j) => store(i, j, value))]
  }
  return `${unroll(size, (j) => column(j).join(' '))}
  ${unroll(rows, (i) => row(i).join(' '))}`
}
