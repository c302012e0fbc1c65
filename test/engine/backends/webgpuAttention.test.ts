// Forward and backward passes of attention on the GPU against plain loops in double precision.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { webgpuAttention } from '../../../src/engine/backends/webgpu/layers/attention.ts'
import {
  attentionBackward,
  attentionForward,
} from '../../../src/engine/backends/webgpu/kernels/attention/attention.ts'
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
  items: number
  heads: number
  n: number
  m: number
  d: number
  /** q, k and v are column blocks of one tensor; then m is n. */
  packed: boolean
  /** Height of the tile; undefined for the default of the device. */
  height: number | undefined
}

const dataOf = ({ items, heads, n, m, d }: Case, scale: number) => ({
  q: numbers(items * n * heads * d, 1, scale),
  k: numbers(items * m * heads * d, 2, scale),
  v: numbers(items * m * heads * d, 3),
  dy: numbers(items * n * heads * d, 4),
})

function reference(one: Case, scale: number) {
  const { items, heads, n, m, d } = one
  const { q, k, v, dy } = dataOf(one, scale)
  const [y, dq] = [new Float64Array(q.length), new Float64Array(q.length)]
  const [dk, dv] = [new Float64Array(k.length), new Float64Array(k.length)]
  const logsumexp = new Float64Array(items * heads * n)
  const row = (i: number, count: number, r: number, h: number) => ((i * count + r) * heads + h) * d
  const dot = (a: Float32Array, from: number, b: Float32Array, to: number) => {
    let sum = 0
    for (let c = 0; c < d; c++) sum += a[from + c] * b[to + c]
    return sum
  }
  for (let i = 0; i < items; i++)
    for (let h = 0; h < heads; h++)
      for (let r = 0; r < n; r++) {
        const queryRow = row(i, n, r, h)
        const keys = Array.from({ length: m }, (_, j) => row(i, m, j, h))
        const scores = keys.map((at) => dot(q, queryRow, k, at) / Math.sqrt(d))
        const top = Math.max(...scores)
        const sum = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
        logsumexp[(i * heads + h) * n + r] = top + Math.log(sum)
        const p = scores.map((score) => Math.exp(score - top) / sum)
        const dp = keys.map((at) => dot(dy, queryRow, v, at))
        const slope = p.reduce((sum, share, j) => sum + share * dp[j], 0)
        keys.forEach((at, j) => {
          const ds = (p[j] * (dp[j] - slope)) / Math.sqrt(d)
          for (let c = 0; c < d; c++) {
            y[queryRow + c] += p[j] * v[at + c]
            dq[queryRow + c] += ds * k[at + c]
            dk[at + c] += ds * q[queryRow + c]
            dv[at + c] += p[j] * dy[queryRow + c]
          }
        })
      }
  return { y, logsumexp, gradients: [dq, dk, dv] as const }
}

/** q, k and v as column blocks of one matrix. */
const packQkv = (parts: readonly Float32Array[], width: number) =>
  Float32Array.from({ length: 3 * parts[0].length }, (_, at) => {
    const [r, c] = [Math.floor(at / (3 * width)), at % (3 * width)]
    return parts[Math.floor(c / width)][r * width + (c % width)]
  })

async function expectAttention(one: Case, scale = 1.5) {
  const { items, heads, n, m, d, height } = one
  const width = heads * d
  const { q, k, v, dy } = dataOf(one, scale)
  const qkv = one.packed
    ? uploadTensor(packQkv([q, k, v], width), [items, n, 3 * width])
    : ([
        uploadTensor(q, [items, n, width]),
        uploadTensor(k, [items, m, width]),
        uploadTensor(v, [items, m, width]),
      ] as const)
  const upstream = uploadTensor(dy, [items, n, width])
  const { y, logsumexp } = withPoisonedMemory((backend) =>
    attentionForward(backend, { qkv, heads }, height),
  )
  const gradients = withPoisonedMemory((backend) =>
    attentionBackward(backend, { qkv, heads, y, logsumexp, dy: upstream }, height),
  )
  const right = reference(one, scale)
  const expected = one.packed
    ? [
        packQkv(
          right.gradients.map((each) => Float32Array.from(each)),
          width,
        ),
      ]
    : right.gradients
  expect(gradients.map(({ shape }) => shape)).toEqual(
    'dataId' in qkv ? [qkv.shape] : qkv.map(({ shape }) => shape),
  )
  const found = await Promise.all(gradients.map(readAndDispose))
  expectNear(await readAndDispose(y), right.y, 'y')
  expectNear(await readAndDispose(logsumexp), right.logsumexp, 'logsumexp')
  for (const [i, each] of found.entries()) expectNear(each, expected[i], `gradient ${i}`)
  tf.dispose([...('dataId' in qkv ? [qkv] : qkv), upstream] as never)
}

const drawn: fc.Arbitrary<Case> = fc
  .record({
    items: fc.integer({ min: 1, max: 3 }),
    heads: fc.integer({ min: 1, max: 3 }),
    n: fc.integer({ min: 1, max: 40 }),
    m: fc.integer({ min: 1, max: 70 }),
    d: fc.constantFrom(1, 2, 3, 4, 5, 8, 12, 20, 36),
    packed: fc.boolean(),
    height: fc.constantFrom(undefined, 1, 2, 4),
  })
  .map((one) => (one.packed ? { ...one, m: one.n } : one))

onEachBackend(() => {
  const plain: Case = { items: 2, heads: 2, n: 33, m: 33, d: 8, packed: true, height: 1 }

  test.each<Partial<Case>>([
    {},
    // Each case has three programs of its own, which take a software device seconds to compile.
    ...(process.env.FULL
      ? [
          { packed: false, m: 70, n: 9, d: 6 },
          { heads: 1, items: 1, n: 5, m: 5, d: 132, height: 2 },
          { height: 4 },
        ]
      : []),
  ])('attention of %o', async (changes) => {
    await expectAttention({ ...plain, ...changes })
  })

  if (process.env.FULL)
    test('attention of any shape', async () => {
      await fc.assert(
        fc.asyncProperty(drawn, (one) => expectAttention(one)),
        { numRuns: 15, endOnFailure: true },
      )
    })

  test('the attention layer of separate q, k and v', async () => {
    const one = { ...plain, packed: false, n: 7, m: 5 }
    const { q, k, v, dy } = dataOf(one, 1.5)
    const right = reference(one, 1.5)
    const [y, ...gradients] = tf.tidy(() => {
      const inputs = [tf.tensor(q, [2, 7, 16]), tf.tensor(k, [2, 5, 16]), tf.tensor(v, [2, 5, 16])]
      const layer = (...given: Tensor[]) => webgpuAttention(webgpuBackend(), 2)(...given)
      const { value, grads } = tf.valueAndGrads(layer)(inputs, tf.tensor(dy, [2, 7, 16]))
      return [value, ...grads]
    })
    expectNear((await y.data()) as Float32Array, right.y, 'y')
    for (const [i, each] of gradients.entries())
      expectNear((await each.data()) as Float32Array, right.gradients[i], `gradient ${i}`)
    tf.dispose([y, ...gradients])
  })

  test('scores whose exponentials overflow', async () => {
    const { items, heads, n, d } = plain
    const { q, k, v } = dataOf(plain, 30)
    const qkv = uploadTensor(packQkv([q, k, v], heads * d), [items, n, 3 * heads * d])
    const { y, logsumexp } = withPoisonedMemory((backend) =>
      attentionForward(backend, { qkv, heads }, plain.height),
    )
    const right = reference(plain, 30)
    // The last bit of a score of 2000 is 2^-13, which is the relative error of its exponential.
    expectNear(await readAndDispose(y), right.y, 'y', 1e-3)
    expectNear(await readAndDispose(logsumexp), right.logsumexp, 'logsumexp')
    tf.dispose([qkv] as never)
  })
}, ['webgpu'])
