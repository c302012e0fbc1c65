// Linear layers that share an input, computed in one dispatch on the GPU, against plain loops in
// double precision.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import {
  linears,
  linearsFilterGradient,
  linearsInputGradient,
} from '../../../src/engine/backends/webgpu/kernels/gemm/linears.ts'
import type { Tile } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { onEachBackend } from '../../backends.ts'
import {
  expectNear,
  numbers,
  webgpuBackend,
  withPoisonedMemory,
  readAndDispose,
  uploadTensor,
  withBindingLimit,
} from '../../kernels.ts'
import { fullTest } from '../../families.ts'

interface Case {
  b: number
  n: number
  /** Channels of x and of a layer. */
  from: number
  to: number
  layers: number
  affine: boolean
  bias: boolean
  /** The tile below, which is for GPUs, instead of the default of this device. */
  tile: boolean
}

const tile: Tile = { shape: 'tiled', rows: 4, columns: 4, tall: 2, wide: 4, depth: 8 }

function dataOf({ b, n, from, to, layers, affine, bias }: Case) {
  const each = <Made>(make: (i: number) => Made) =>
    Array.from({ length: layers }, (_, i) => make(i))
  return {
    x: numbers(b * n * from, 1),
    affine: affine ? numbers(b * 2 * from, 2) : undefined,
    dy: numbers(b * n * layers * to, 3),
    weights: each((i) => numbers(from * to, 4 + i)),
    biases: bias ? each((i) => numbers(to, 7 + i)) : [],
  }
}

/** y, dz (with respect to the input after the affine map), and for every layer dW and db. */
function reference(one: Case) {
  const { b, n, from, to, layers } = one
  const { x, affine, dy, weights, biases } = dataOf(one)
  const y = new Float64Array(b * n * layers * to)
  const dz = new Float64Array(b * n * from)
  const gradients = weights.map(() => ({
    dW: new Float64Array(from * to),
    db: new Float64Array(to),
  }))
  for (let row = 0; row < b * n; row++) {
    const item = Math.floor(row / n)
    const z = Array.from({ length: from }, (_, c) => {
      const value = x[row * from + c]
      return affine
        ? value * affine[2 * item * from + c] + affine[(2 * item + 1) * from + c]
        : value
    })
    weights.forEach((weight, i) => {
      for (let k = 0; k < to; k++) {
        const at = row * layers * to + i * to + k
        y[at] = biases[i]?.[k] ?? 0
        gradients[i].db[k] += dy[at]
        for (let c = 0; c < from; c++) {
          y[at] += z[c] * weight[c * to + k]
          dz[row * from + c] += dy[at] * weight[c * to + k]
          gradients[i].dW[c * to + k] += z[c] * dy[at]
        }
      }
    })
  }
  return { y, dz, gradients }
}

async function expectLinears(one: Case) {
  const { b, n, from, to, layers } = one
  const data = dataOf(one)
  const x = uploadTensor(data.x, [b, n, from])
  const affine = data.affine && uploadTensor(data.affine, [b, 2, from])
  const dy = uploadTensor(data.dy, [b, n, layers * to])
  const weights = data.weights.map((weight) => uploadTensor(weight, [from, to]))
  const biases = data.biases.map((bias) => uploadTensor(bias, [to]))
  const chosenTile = one.tile ? tile : undefined
  const right = reference(one)
  const y = withPoisonedMemory((backend) =>
    linears(backend, { x, affine, weights, biases }, chosenTile),
  )
  expect(y.shape).toEqual([b, n, layers * to])
  expectNear(await readAndDispose(y), right.y, 'y')
  const dx = withPoisonedMemory((backend) =>
    linearsInputGradient(backend, { dy, weights }, chosenTile),
  )
  expect(dx.shape).toEqual([b, n, from])
  expectNear(await readAndDispose(dx), right.dz, 'dx')
  const found = withPoisonedMemory((backend) =>
    linearsFilterGradient(backend, { x, affine, dy, layers, bias: one.bias }, chosenTile),
  )
  const expected = right.gradients.flatMap(({ dW, db }) => (one.bias ? [dW, db] : [dW]))
  expect(found).toHaveLength(expected.length)
  for (const [i, gradient] of found.entries())
    expectNear(await readAndDispose(gradient), expected[i], `gradient ${i}`)
  tf.dispose([x, affine, dy, ...weights, ...biases] as never)
}

const plain: Case = {
  b: 2,
  n: 5,
  from: 8,
  to: 12,
  layers: 3,
  affine: true,
  bias: true,
  tile: false,
}

const drawn: fc.Arbitrary<Case> = fc.record({
  b: fc.integer({ min: 1, max: 3 }),
  n: fc.integer({ min: 1, max: 20 }),
  from: fc.constantFrom(1, 3, 4, 8, 20),
  to: fc.constantFrom(1, 3, 4, 6, 8, 20),
  layers: fc.integer({ min: 2, max: 3 }),
  affine: fc.boolean(),
  bias: fc.boolean(),
  tile: fc.boolean(),
})

onEachBackend(() => {
  fullTest('three layers after an affine map, and their gradients', async () => {
    await expectLinears(plain)
    await expectLinears({ ...plain, n: 3, from: 6, to: 5, tile: true })
  })

  // Every shape has three programs to compile.
  if (process.env.FULL)
    test('linear layers of any shape', async () => {
      await fc.assert(fc.asyncProperty(drawn, expectLinears), { numRuns: 25, endOnFailure: true })
    })

  test('a device with fewer bindings runs fewer layers in a dispatch, with the same results', async () => {
    const backend = webgpuBackend()
    const data = dataOf(plain)
    const x = uploadTensor(data.x, [plain.b, plain.n, plain.from])
    const weights = data.weights.map((weight) => uploadTensor(weight, [plain.from, plain.to]))
    const biases = data.biases.map((bias) => uploadTensor(bias, [plain.to]))
    const whole = await readAndDispose(linears(backend, { x, weights, biases }))
    await withBindingLimit(6, async () => {
      expect(
        await readAndDispose(withPoisonedMemory(() => linears(backend, { x, weights, biases }))),
      ).toEqual(whole)
    })
    tf.dispose([x, ...weights, ...biases] as never)
  })
}, ['webgpu'])
