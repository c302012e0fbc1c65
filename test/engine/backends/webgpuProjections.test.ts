// Small linear layers that share an input, batched into dispatches on the GPU, against plain loops
// in double precision.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { flatten, unflatten } from '../../../src/engine/training/flatWeights.ts'
import type { Tensor, TensorInfo } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import {
  projectionLayout,
  projections,
  projectionsFilterGradient,
  projectionsInputGradient,
} from '../../../src/engine/backends/webgpu/kernels/gemm/projections.ts'
import { onEachBackend } from '../../backends.ts'
import {
  expectNear,
  numbers,
  webgpuBackend,
  withPoisonedMemory,
  readAndDispose,
  uploadTensor,
} from '../../kernels.ts'

interface Case {
  rows: number
  depth: number
  columns: number[]
  /** Weights are views of one tensor, and so are their gradients. */
  together: boolean
}

const dataOf = ({ rows, depth, columns }: Case) => ({
  x: numbers(rows * depth, 1),
  dy: columns.map((c, i) => numbers(rows * c, 2 + i)),
  weights: columns.map((c, i) => numbers(depth * c, 20 + i)),
  biases: columns.map((c, i) => numbers(c, 40 + i)),
})

function reference(one: Case) {
  const { rows, depth, columns } = one
  const { x, dy, weights, biases } = dataOf(one)
  const dx = new Float64Array(rows * depth)
  const layers = columns.map((c, i) => {
    const [y, dW, db] = [
      new Float64Array(rows * c),
      new Float64Array(depth * c),
      new Float64Array(c),
    ]
    for (let row = 0; row < rows; row++) {
      for (let n = 0; n < c; n++) {
        const slope = dy[i][row * c + n]
        y[row * c + n] = biases[i][n]
        db[n] += slope
        for (let k = 0; k < depth; k++) {
          const [value, weight] = [x[row * depth + k], weights[i][k * c + n]]
          y[row * c + n] += value * weight
          dW[k * c + n] += value * slope
          dx[row * depth + k] += slope * weight
        }
      }
    }
    return { y, dW, db }
  })
  return { dx, layers }
}

/** The layers' numbers at the offsets of {@link projectionLayout}, with NaN in between. */
function packed(parts: Float32Array[], { rows, columns }: Case): Float32Array {
  const { offsets, size } = projectionLayout(rows, columns)
  const all = new Float32Array(size).fill(NaN)
  parts.forEach((part, i) => all.set(part, offsets[i]))
  return all
}

async function expectProjections(one: Case) {
  const { rows, depth, columns, together } = one
  const data = dataOf(one)
  const { offsets, size } = projectionLayout(rows, columns)
  const x = uploadTensor(data.x, [rows, depth])
  const dy = uploadTensor(packed(data.dy, one), [size])
  const alone = columns.flatMap((c, i) => [
    uploadTensor(data.weights[i], [depth, c]),
    uploadTensor(data.biases[i], [c]),
  ]) as Tensor[]
  const whole = together ? flatten(alone) : undefined
  const all: TensorInfo[] = whole ? unflatten(whole, alone) : alone
  const [weights, biases] = [0, 1].map((of) => all.filter((_, i) => i % 2 === of)) as [
    TensorInfo[],
    TensorInfo[],
  ]
  const right = reference(one)

  const y = await readAndDispose(
    withPoisonedMemory((backend) => projections(backend, { x, weights, biases })),
  )
  right.layers.forEach((layer, i) =>
    expectNear(y.subarray(offsets[i], offsets[i] + layer.y.length), layer.y, `y ${i}`),
  )
  const dx = withPoisonedMemory((backend) =>
    projectionsInputGradient(backend, { dy, rows, weights }),
  )
  expectNear(await readAndDispose(dx), right.dx, 'dx')
  const home = whole && tf.tensor1d(new Float32Array(whole.size).fill(NaN))
  const into = home && viewsLike(home, alone)
  const gradients = withPoisonedMemory((backend) =>
    projectionsFilterGradient(backend, { x, dy, columns, into }),
  )
  if (into) expect(gradients).toEqual(into)
  for (const [i, { dW, db }] of right.layers.entries()) {
    expectNear(await readAndDispose(gradients[2 * i]), dW, `dW ${i}`)
    expectNear(await readAndDispose(gradients[2 * i + 1]), db, `db ${i}`)
  }
  tf.dispose([x, dy, ...alone, home, whole, ...(together ? all : [])] as never)
}

/** Views for gradients of these shapes, with the layout of the weights. */
function viewsLike(gradientBuffer: Tensor, like: Tensor[]): TensorInfo[] {
  const { offsets } = projectionLayout(
    1,
    like.map(({ size }) => size),
  )
  return like.map(({ shape }, i) => webgpuBackend().view(gradientBuffer, offsets[i], shape))
}

const drawn: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 1, max: 20 }),
  depth: fc.constantFrom(1, 3, 4, 16, 70),
  columns: fc.array(fc.constantFrom(1, 3, 4, 12, 64, 65), { minLength: 1, maxLength: 10 }),
  together: fc.boolean(),
})

onEachBackend(() => {
  test('projections of any size, with separate weights or one tensor, and their gradients', async () => {
    await expectProjections({ rows: 5, depth: 20, columns: [12, 4, 64, 68], together: true })
    await expectProjections({ rows: 9, depth: 7, columns: [65, 3], together: false })
    await fc.assert(fc.asyncProperty(drawn, expectProjections), {
      numRuns: process.env.FULL ? 25 : 2,
      endOnFailure: true,
    })
  })

  test('one dispatch for weights in one tensor, and as few as the bindings allow for separate weights', async () => {
    const backend = webgpuBackend()
    const one: Case = { rows: 2, depth: 4, columns: Array<number>(17).fill(4), together: true }
    const data = dataOf(one)
    const x = uploadTensor(data.x, [2, 4])
    const alone = one.columns.flatMap((c, i) => [
      uploadTensor(data.weights[i], [4, c]),
      uploadTensor(data.biases[i], [c]),
    ]) as Tensor[]
    const flat = flatten(alone)
    const parts = unflatten(flat, alone)
    const dispatch = vi.spyOn(backend, 'dispatch')
    const found: Float32Array[] = []
    for (const all of [parts, alone]) {
      const [weights, biases] = [0, 1].map((of) => all.filter((_, i) => i % 2 === of)) as [
        Tensor[],
        Tensor[],
      ]
      found.push(await readAndDispose(projections(backend, { x, weights, biases })))
    }
    const most = Math.floor((backend.device.limits.maxStorageBuffersPerShaderStage - 2) / 2)
    expect(dispatch).toHaveBeenCalledTimes(1 + Math.ceil(17 / most))
    dispatch.mockRestore()
    expect(found[1].subarray(0, 8)).toEqual(found[0].subarray(0, 8))
    tf.dispose([x, ...alone, flat, ...parts] as never)
  })
}, ['webgpu'])
