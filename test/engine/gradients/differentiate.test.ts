// Gradients that free memory during the backward pass: same bits as tfjs, less memory, no leaks.
import { expect, test } from 'vitest'
import { claimAccumulatedGradient } from '../../../src/engine/gradients/accumulatedGradients.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { operation } from '../../../src/engine/layers/operation.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { numbers } from '../../kernels.ts'
import { measurePeak } from '../../peak.ts'

const square = (n: number, seed: number) => tf.tensor2d(numbers(n * n, seed, 0.5), [n, n])

const dataOf = (tensors: readonly (Tensor | null | undefined)[]) =>
  Promise.all(tensors.map(async (tensor) => tensor && [...(await tensor.data())]))

onEachBackend(() => {
  test('has the same bits as the gradients of tfjs', async () => {
    const [a, b, c] = [square(5, 1), square(5, 2), square(5, 3)]
    const f = () => {
      const once = a.matMul(b).tanh() as Tensor
      const [left, right] = tf.split(once.mul(a).add(once), [2, 3], 1) as [Tensor, Tensor]
      return tf.concat([right, left], 1).softmax().mul(once).sum()
    }
    const own = differentiate(f, [a, b, c])
    const stock = tf.engine().gradients(f, [a, b, c], undefined, true)
    const [found, expected] = [own, stock].map(({ value, grads }) => [value, ...grads])
    expect(await dataOf(found)).toEqual(await dataOf(expected))
    tf.dispose([a, b, c, found.slice(0, 3), expected.slice(0, 3)] as never)
  })
})

onCpu(() => {
  test('returns no gradient for inputs that the value does not depend on', async () => {
    const [x, y] = [tf.scalar(2), tf.scalar(3)]
    const { value, grads } = differentiate(() => x.square(), [x, y])
    expect(await dataOf([value, ...grads])).toEqual([[4], [4], undefined])
    tf.dispose([x, y, value, grads[0]!])
  })

  test('skips comparisons, which have no gradient', async () => {
    const x = tf.tensor1d([-2, 3])
    const f = () => tf.where(x.greater(0), x.square(), x).mul(x.less(5).toFloat())
    const { value, grads } = differentiate(() => f().sum(), [x])
    expect(await dataOf([value, ...grads])).toEqual([[7], [1, 6]])
    tf.dispose([x, value, grads[0]] as Tensor[])
  })

  test('accepts a dy and does not dispose it', async () => {
    const [x, dy] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 5])]
    const { value, grads } = differentiate(() => x.square(), [x], dy)
    expect(await dataOf(grads)).toEqual([[6, 20]])
    expect(dy.isDisposed).toBe(false)
    tf.dispose([x, dy, value, grads[0]!])
  })

  test('works inside a differentiated function and during another backward pass', async () => {
    const x = tf.scalar(3)
    const cubed = tf.tidy(() =>
      tf.grad((x) => differentiate(() => x.mul(x).mul(x), [x]).grads[0]!)(x),
    )
    expect(await dataOf([cubed])).toEqual([[18]])
    const again = tf.customGrad((...args: unknown[]) => {
      const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
      save([x])
      return {
        value: x.square(),
        gradFunc: (dy: Tensor, [x]: Tensor[]) => differentiate(() => x.square(), [x], dy).grads[0]!,
      }
    })
    const { value, grads } = differentiate(() => again(x.mul(2)), [x])
    expect(await dataOf([value, ...grads])).toEqual([[36], [24]])
    tf.dispose([x, cubed, value, grads[0]!])
  })

  test('an error leaks no tensors', () => {
    const x = tf.scalar(3)
    const fails = tf.customGrad((...args: unknown[]) => {
      const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
      save([x])
      const gradFunc = () => {
        throw new Error('no way back')
      }
      return { value: x.square(), gradFunc }
    })
    const failsAtOnce = (): Tensor => {
      throw new Error(`no way from ${x.square().shape}`)
    }
    expect(() => differentiate(() => fails(x.square()), [x])).toThrow('no way back')
    expect(() => differentiate(failsAtOnce, [x])).toThrow('no way from')
    x.dispose()
  })

  test('uses little more memory than the saved tensors', () => {
    const [x, layers] = [square(64, 1), 12]
    const f = () => {
      let h: Tensor = x
      for (let i = 0; i < layers; i++) h = h.mul(h)
      return h.sum()
    }
    const [own, stock] = [differentiate, tf.engine().gradients.bind(tf.engine())].map((gradients) =>
      measurePeak(() => tf.tidy(() => void gradients(f, [x]))),
    ) as [number, number]
    expect(own).toBeLessThan(0.8 * stock)
    x.dispose()
  })

  /** 3 x, whose gradient includes what other operations gave before, if it is offered. */
  function triple(x: Tensor, sums: (number[] | undefined)[]): Tensor {
    const [y] = operation({ x }, () => ({
      outputs: [x.mul(3)],
      keep: [],
      gradients: ([dy]) => ({
        x() {
          const soFar = claimAccumulatedGradient(x)
          sums.push(soFar && [...soFar.dataSync()])
          expect(claimAccumulatedGradient(x)).toBeUndefined()
          return soFar ? dy.mul(3).add(soFar) : dy.mul(3)
        },
      }),
    }))
    return y
  }

  test('offers the gradient so far of an input, which an operation may add to its own', async () => {
    const x = tf.tensor1d([1, 2])
    const sums: (number[] | undefined)[] = []
    const tensorCount = tf.memory().numTensors
    const { value, grads } = differentiate(() => {
      const y = x.mul(1)
      // Backward: the square, then the copy's reader, then the reader of y itself.
      const first = triple(y, sums)
      const second = triple(y.clone(), sums)
      return y.square().add(first).add(second)
    }, [x])
    expect(await dataOf([value, ...grads])).toEqual([
      [7, 16],
      [8, 10],
    ])
    expect(sums).toEqual([
      [2, 4],
      [5, 7],
    ])
    tf.dispose([value, grads[0]!])
    expect(tf.memory().numTensors).toBe(tensorCount)
    x.dispose()
  })

  test('offers the sum of an original to no operation if several read its copy', async () => {
    const x = tf.tensor1d([1, 2])
    const sums: (number[] | undefined)[] = []
    let copy: Tensor = x
    const { value, grads } = differentiate(() => {
      const y = x.mul(1)
      copy = y.clone()
      const own = triple(copy, sums).add(copy)
      return own.add(y.square())
    }, [x])
    expect(await dataOf([...grads])).toEqual([[6, 8]])
    // The sum of the copy itself, without that of its original.
    expect(sums).toEqual([[1, 1]])
    tf.dispose([value, grads[0]!, x])
    expect(copy.isDisposed).toBe(true)
  })
})
