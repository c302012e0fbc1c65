// Attention on the GPU against plain loops in double precision, forwards and backwards.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { attentionByKernels } from '../../src/engine/layers/attention.ts'
import { attentionBackward, attentionForward } from '../../src/engine/webgpu/kernels/attention.ts'
import { onEachBackend } from '../backends.ts'
import { expectNear, numbers, poisoned, read, tensorOf } from '../kernels.ts'

interface Case {
  items: number
  heads: number
  n: number
  m: number
  d: number
  /** q, k and v side by side; then m is n. */
  packed: boolean
  /** Of the tile, or what fits the device. */
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
    for (let c = 0; c < d; c++) sum += a[from + c]! * b[to + c]!
    return sum
  }
  for (let i = 0; i < items; i++)
    for (let h = 0; h < heads; h++)
      for (let r = 0; r < n; r++) {
        const own = row(i, n, r, h)
        const keys = Array.from({ length: m }, (_, j) => row(i, m, j, h))
        const scores = keys.map((at) => dot(q, own, k, at) / Math.sqrt(d))
        const top = Math.max(...scores)
        const sum = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
        logsumexp[(i * heads + h) * n + r] = top + Math.log(sum)
        const p = scores.map((score) => Math.exp(score - top) / sum)
        const dp = keys.map((at) => dot(dy, own, v, at))
        const slope = p.reduce((sum, share, j) => sum + share * dp[j]!, 0)
        keys.forEach((at, j) => {
          const ds = (p[j]! * (dp[j]! - slope)) / Math.sqrt(d)
          for (let c = 0; c < d; c++) {
            y[own + c]! += p[j]! * v[at + c]!
            dq[own + c]! += ds * k[at + c]!
            dk[at + c]! += ds * q[own + c]!
            dv[at + c]! += p[j]! * dy[own + c]!
          }
        })
      }
  return { y, logsumexp, gradients: [dq, dk, dv] as const }
}

/** q, k and v side by side. */
const packed = (parts: readonly Float32Array[], width: number) =>
  Float32Array.from({ length: 3 * parts[0]!.length }, (_, at) => {
    const [r, c] = [Math.floor(at / (3 * width)), at % (3 * width)]
    return parts[Math.floor(c / width)]![r * width + (c % width)]!
  })

async function expectAttention(one: Case, scale = 1.5) {
  const { items, heads, n, m, d, height } = one
  const width = heads * d
  const { q, k, v, dy } = dataOf(one, scale)
  const qkv = one.packed
    ? tensorOf(packed([q, k, v], width), [items, n, 3 * width])
    : ([tensorOf(q, [items, n, width]), tensorOf(k, [items, m, width]), tensorOf(v, [items, m, width])] as const)
  const upstream = tensorOf(dy, [items, n, width])
  const { y, logsumexp } = poisoned((backend) => attentionForward(backend, { qkv, heads }, height))
  const gradients = poisoned((backend) => attentionBackward(backend, { qkv, heads, y, logsumexp, dy: upstream }, height))
  const right = reference(one, scale)
  const expected = one.packed
    ? [
        packed(
          right.gradients.map((each) => Float32Array.from(each)),
          width,
        ),
      ]
    : right.gradients
  expect(gradients.map(({ shape }) => shape)).toEqual('dataId' in qkv ? [qkv.shape] : qkv.map(({ shape }) => shape))
  const found = await Promise.all(gradients.map(read))
  expectNear(await read(y), right.y, 'y')
  expectNear(await read(logsumexp), right.logsumexp, 'logsumexp')
  for (const [i, each] of found.entries()) expectNear(each, expected[i]!, `gradient ${i}`)
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
    // Each is three programs more, which take a software device seconds to compile.
    ...(process.env.FULL
      ? [{ packed: false, m: 70, n: 9, d: 6 }, { heads: 1, items: 1, n: 5, m: 5, d: 132, height: 2 }, { height: 4 }]
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

  test('as a layer, of tensors of their own', async () => {
    const one = { ...plain, packed: false, n: 7, m: 5 }
    const { q, k, v, dy } = dataOf(one, 1.5)
    const right = reference(one, 1.5)
    const [y, ...gradients] = tf.tidy(() => {
      const inputs = [tf.tensor(q, [2, 7, 16]), tf.tensor(k, [2, 5, 16]), tf.tensor(v, [2, 5, 16])]
      const layer = (...given: Tensor[]) => attentionByKernels(2)(...given)
      const { value, grads } = tf.valueAndGrads(layer)(inputs, tf.tensor(dy, [2, 7, 16]))
      return [value, ...grads]
    })
    expectNear((await y!.data()) as Float32Array, right.y, 'y')
    for (const [i, each] of gradients.entries())
      expectNear((await each.data()) as Float32Array, right.gradients[i]!, `gradient ${i}`)
    tf.dispose([y!, ...gradients])
  })

  test('scores so large that their exponentials are no numbers', async () => {
    const { items, heads, n, d } = plain
    const { q, k, v } = dataOf(plain, 30)
    const qkv = tensorOf(packed([q, k, v], heads * d), [items, n, 3 * heads * d])
    const { y, logsumexp } = poisoned((backend) => attentionForward(backend, { qkv, heads }, plain.height))
    const right = reference(plain, 30)
    // A score of 2000 has 2^-13 as its last digit, and so has its exponential.
    expectNear(await read(y), right.y, 'y', 1e-3)
    expectNear(await read(logsumexp), right.logsumexp, 'logsumexp')
    tf.dispose([qkv] as never)
  })
}, ['webgpu'])
