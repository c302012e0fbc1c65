// Derivatives of pixel maps, of both orders, against their matrix.
import { expect, test } from 'vitest'
import { applyPixelMap, createPixelMap } from '../../../src/engine/images/pixelMap.ts'
import type { Tensor, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onEachBackend } from '../../backends.ts'

/** Two sources per pixel: the mirrored one, and half of the one above it. */
const map = createPixelMap([2, 3], [2, 3], (row, column) => [
  [row, 2 - column, 1],
  [row - 1, 2 - column, 0.5],
])

const apply = (x: Tensor) => applyPixelMap(x as Tensor4D, map)
const values = [1, -2, 3, 0.5, 2, -1]
const read = async (tensor: Tensor) => [...(await tensor.data())]

/** Columns of the matrix of the map, by unit images. */
async function readMatrix(): Promise<number[][]> {
  const columns = []
  for (let i = 0; i < 6; i++) {
    const unit = tf
      .oneHot(tf.tensor1d([i], 'int32'), 6)
      .cast('float32')
      .reshape([1, 2, 3, 1])
    columns.push(await read(apply(unit)))
  }
  return columns
}

onEachBackend(() => {
  test('gradients of a sum of cubes of a mapped image, and of their squares', async () => {
    tf.engine().startScope()
    const columns = await readMatrix()
    const x = tf.tensor(values, [1, 2, 3, 1])
    const y = await read(apply(x))
    const cubes = (x: Tensor) => apply(x).pow(3).sum().asScalar()
    const first = differentiate(() => cubes(x), [x]).grads[0] as Tensor
    const slope = columns.map((column) => column.reduce((sum, m, p) => sum + m * 3 * y[p] ** 2, 0))
    const got = await read(first)
    slope.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 3))
    // d/dx_i of the sum of squared slopes: 2 Σ_j g_j H_ji with H = Mᵀ diag(6 y) M.
    const second = differentiate(() => {
      const inner = differentiate(() => cubes(x), [x]).grads[0] as Tensor
      return inner.square().sum().asScalar()
    }, [x]).grads[0] as Tensor
    const along = y.map((_, p) => columns.reduce((sum, column, j) => sum + column[p] * slope[j], 0))
    const expected = columns.map((column) =>
      column.reduce((sum, m, p) => sum + 2 * m * 6 * y[p] * along[p], 0),
    )
    const curved = await read(second)
    const scale = Math.max(...expected.map(Math.abs))
    expected.forEach((value, i) => expect(curved[i] / scale).toBeCloseTo(value / scale, 4))
    tf.engine().endScope()
  })
})
