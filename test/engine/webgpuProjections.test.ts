// Small linear layers of one input on the GPU, as many in a dispatch as can be bound, against plain loops in double precision.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { flatten, unflatten } from '../../src/engine/flat.ts'
import type { Tensor, TensorInfo } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import {
  placesOf,
  projections,
  projectionsFilterGradient,
  projectionsInputGradient,
} from '../../src/engine/webgpu/kernels/projections.ts'
import { onEachBackend } from '../backends.ts'
import { expectNear, numbers, ownBackend, poisoned, read, tensorOf } from '../kernels.ts'

interface Case {
  rows: number
  depth: number
  columns: number[]
  /** Weights are parts of one tensor, and so are their gradients. */
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
    const [y, dW, db] = [new Float64Array(rows * c), new Float64Array(depth * c), new Float64Array(c)]
    for (let row = 0; row < rows; row++) {
      for (let n = 0; n < c; n++) {
        const slope = dy[i]![row * c + n]!
        y[row * c + n] = biases[i]![n]!
        db[n]! += slope
        for (let k = 0; k < depth; k++) {
          const [value, weight] = [x[row * depth + k]!, weights[i]![k * c + n]!]
          y[row * c + n]! += value * weight
          dW[k * c + n]! += value * slope
          dx[row * depth + k]! += slope * weight
        }
      }
    }
    return { y, dW, db }
  })
  return { dx, layers }
}

/** Numbers of each layer where {@link placesOf} says, NaN in between. */
function packed(parts: Float32Array[], { rows, columns }: Case): Float32Array {
  const { places, size } = placesOf(rows, columns)
  const all = new Float32Array(size).fill(NaN)
  parts.forEach((part, i) => all.set(part, places[i]))
  return all
}

async function expectProjections(one: Case) {
  const { rows, depth, columns, together } = one
  const data = dataOf(one)
  const { places, size } = placesOf(rows, columns)
  const x = tensorOf(data.x, [rows, depth])
  const dy = tensorOf(packed(data.dy, one), [size])
  const alone = columns.flatMap((c, i) => [tensorOf(data.weights[i]!, [depth, c]), tensorOf(data.biases[i]!, [c])]) as Tensor[]
  const whole = together ? flatten(alone) : undefined
  const all: TensorInfo[] = whole ? unflatten(whole, alone) : alone
  const [weights, biases] = [0, 1].map((of) => all.filter((_, i) => i % 2 === of)) as [TensorInfo[], TensorInfo[]]
  const right = reference(one)

  const y = await read(poisoned((backend) => projections(backend, { x, weights, biases })))
  right.layers.forEach((layer, i) => expectNear(y.subarray(places[i], places[i]! + layer.y.length), layer.y, `y ${i}`))
  const dx = poisoned((backend) => projectionsInputGradient(backend, { dy, rows, weights }))
  expectNear(await read(dx), right.dx, 'dx')
  const home = whole && tf.tensor1d(new Float32Array(whole.size).fill(NaN))
  const into = home && homesLike(home, alone)
  const gradients = poisoned((backend) => projectionsFilterGradient(backend, { x, dy, columns, into }))
  if (into) expect(gradients).toEqual(into)
  for (const [i, { dW, db }] of right.layers.entries()) {
    expectNear(await read(gradients[2 * i]!), dW, `dW ${i}`)
    expectNear(await read(gradients[2 * i + 1]!), db, `db ${i}`)
  }
  tf.dispose([x, dy, ...alone, home, whole, ...(together ? all : [])] as never)
}

/** Places for gradients of these shapes, laid out as weights are. */
function homesLike(home: Tensor, like: Tensor[]): TensorInfo[] {
  const { places } = placesOf(
    1,
    like.map(({ size }) => size),
  )
  return like.map(({ shape }, i) => ownBackend().view(home, places[i]!, shape))
}

const drawn: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 1, max: 20 }),
  depth: fc.constantFrom(1, 3, 4, 16, 70),
  columns: fc.array(fc.constantFrom(1, 3, 4, 12, 64, 65), { minLength: 1, maxLength: 10 }),
  together: fc.boolean(),
})

onEachBackend(() => {
  test('of any size, apart or together, and their gradients', async () => {
    await expectProjections({ rows: 5, depth: 20, columns: [12, 4, 64, 68], together: true })
    await expectProjections({ rows: 9, depth: 7, columns: [65, 3], together: false })
    await fc.assert(fc.asyncProperty(drawn, expectProjections), { numRuns: process.env.FULL ? 25 : 2, endOnFailure: true })
  })

  test('are one dispatch where weights lie together, and as few as can be bound where they do not', async () => {
    const backend = ownBackend()
    const one: Case = { rows: 2, depth: 4, columns: Array<number>(17).fill(4), together: true }
    const data = dataOf(one)
    const x = tensorOf(data.x, [2, 4])
    const alone = one.columns.flatMap((c, i) => [tensorOf(data.weights[i]!, [4, c]), tensorOf(data.biases[i]!, [c])]) as Tensor[]
    const flat = flatten(alone)
    const parts = unflatten(flat, alone)
    const asked = vi.spyOn(backend, 'dispatch')
    const found: Float32Array[] = []
    for (const all of [parts, alone]) {
      const [weights, biases] = [0, 1].map((of) => all.filter((_, i) => i % 2 === of)) as [Tensor[], Tensor[]]
      found.push(await read(projections(backend, { x, weights, biases })))
    }
    const most = Math.floor((backend.device.limits.maxStorageBuffersPerShaderStage - 2) / 2)
    expect(asked).toHaveBeenCalledTimes(1 + Math.ceil(17 / most))
    asked.mockRestore()
    expect(found[1]!.subarray(0, 8)).toEqual(found[0]!.subarray(0, 8))
    tf.dispose([x, ...alone, flat, ...parts] as never)
  })
}, ['webgpu'])
