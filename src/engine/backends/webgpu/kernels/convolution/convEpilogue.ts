// Epilogue of a convolution: what is added to the product, and the factor of the sum; as a part of
// the product's program, or as a program of its own.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { Program } from '../../program.ts'
import {
  bindingsCode,
  cachedProgram,
  readerCode,
  tensorBinding,
  workgroupGrid,
  writerCode,
} from '../../wgsl.ts'

/** Tensors that the epilogue adds. */
export type Extra = 'bias' | 'perItem' | 'residual'
const extraNames = ['bias', 'perItem', 'residual'] as const satisfies Extra[]

/** Everything that the code of an epilogue depends on. */
export interface Epilogue {
  /** [kh, kw, cin, cout]. */
  filter: readonly [number, number, number, number]
  /** Pixels of y. */
  height: number
  width: number
  extras: readonly Extra[]
  /** `perItem` has one row for all items. */
  oneRow: boolean
  outputScale: number
  /** y is written in half precision, and the residual is read in half precision. */
  half: boolean
  residualHalf: boolean
}

export const presentExtras = (conv: Partial<Record<Extra, TensorInfo>>) =>
  extraNames.filter((extra) => conv[extra])

export const describeExtras = ({ extras, oneRow, half, residualHalf }: Epilogue) => {
  const names = {
    bias: 'bias',
    perItem: oneRow ? 'one row' : 'perItem',
    residual: residualHalf ? 'residual half' : 'residual',
  }
  return [...extras.map((extra) => names[extra]), ...(half ? ['to half'] : [])].join(' ')
}

/** The epilogue of `value`, the sum for `pixel` and the channels from `n` on. */
export function epilogueExpression({
  extras,
  oneRow,
  height,
  width,
  filter: [, , , to],
  shortcut,
  outputScale,
}: Epilogue & { shortcut?: unknown }): string {
  const values: { [E in Extra]: string } = {
    bias: 'bias_at(n)',
    perItem: oneRow ? 'perItem_at(n)' : `perItem_at(pixel / ${height * width}u * ${to}u + n)`,
    residual: `residual_at(pixel * ${to}u + n)`,
  }
  const added = [...extras.map((extra) => values[extra]), ...(shortcut ? ['outerBias_at(n)'] : [])]
  const sum = ['value', ...added].join(' + ')
  return outputScale === 1 ? sum : `(${sum}) * f32(${outputScale})`
}

/** The epilogue as a program of its own, for so many items. */
export const epilogueProgram = (shape: Epilogue, items: number): Program => {
  const { height, width, filter, extras, outputScale } = shape
  const to = filter[3]
  const size = [items, height, width, to].join('x')
  const key = `conv finish ${size} ${describeExtras(shape)} scale ${outputScale}`
  return cachedProgram(key, () => {
    const y = tensorBinding('y', to, shape.half)
    const inputs = ['raw', ...extras].map((name) =>
      tensorBinding(name, to, name === 'residual' && shape.residualHalf),
    )
    const fours = Math.ceil(to / 4)
    const count = items * height * width * fours
    const grid = workgroupGrid(Math.ceil(count / 64))
    const code = `${bindingsCode([y], inputs)}
${writerCode(y)}
${inputs.map(readerCode).join('\n')}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * 64u + thread;
  if (i >= ${count}u) { return; }
  let pixel = i / ${fours}u;
  let n = 4u * (i % ${fours}u);
  let value = raw_at(pixel * ${to}u + n);
  y_put(pixel * ${to}u + n, ${epilogueExpression(shape)}, ${to}u - n);
}`
    return { code, workgroups: grid.workgroups }
  })
}
