// Space to depth and back: order of channels, exact round trip, gradients.
import { describe, expect, test } from 'vitest'
import { GraphError } from '../../../src/engine/messages/fault.ts'
import { depthToSpace, spaceToDepth } from '../../../src/engine/layers/patches.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'
import { evaluate, node } from '../../nodes/evaluate.ts'

const B = 2
const H = 6
const W = 9
const C = 2
const S = 3
const random = (count: number) => createRandom(5).normal(count)

/** y[b, i, j, (u s + v) c + k] = x[b, i s + u, j s + v, k] */
function byDefinition(x: Float32Array): Float32Array {
  const y = new Float32Array(x.length)
  for (let b = 0; b < B; b++) {
    for (let row = 0; row < H; row++) {
      for (let column = 0; column < W; column++) {
        for (let k = 0; k < C; k++) {
          const [i, u, j, v] = [Math.floor(row / S), row % S, Math.floor(column / S), column % S]
          const to = ((b * (H / S) + i) * (W / S) + j) * S * S * C + (u * S + v) * C + k
          y[to] = x[((b * H + row) * W + column) * C + k]
        }
      }
    }
  }
  return y
}

onEachBackend(() => {
  test('follows the definition, and its inverse is exact', async () => {
    const numbers = random(B * H * W * C)
    const x = tf.tensor(numbers, [B, H, W, C])
    const y = spaceToDepth(x, S)
    const back = depthToSpace(y, S)
    expect(y.shape).toEqual([B, H / S, W / S, S * S * C])
    expect(await y.data()).toEqual(byDefinition(numbers))
    expect(back.shape).toEqual(x.shape)
    expect(await back.data()).toEqual(numbers)
    tf.dispose([x, y, back])
  })

  test('gradients are the inverse permutation', async () => {
    const numbers = random(B * H * W * C)
    const x = tf.tensor(numbers, [B, H, W, C])
    const weights = tf.tensor(byDefinition(numbers), [B, H / S, W / S, S * S * C])
    const there = tf.tidy(() =>
      tf.grad((x) => spaceToDepth(x, S).mul(weights).sum())(tf.zerosLike(x)),
    )
    const back = tf.tidy(() =>
      tf.grad((y) => depthToSpace(y, S).mul(x).sum())(tf.zerosLike(weights)),
    )
    expect(await there.data()).toEqual(numbers)
    expect(await back.data()).toEqual(await weights.data())
    tf.dispose([x, weights, there, back])
  })
})

describe('as nodes', () => {
  const noise = node('noise', 'GaussianNoise', {}, { shape: '8, 12, 3', batch_size: 2 })

  onEachBackend(() => {
    test('nodes are inverse to each other', async () => {
      const { x, y, z } = await evaluate(
        [
          noise,
          node('there', 'SpaceToDepth', { samples: 'noise.noise' }, { block_size: 4 }),
          node('back', 'DepthToSpace', { samples: 'there.samples' }, { block_size: 4 }),
        ],
        { x: 'noise.noise', y: 'there.samples', z: 'back.samples' },
      )
      expect(y.tensor.shape).toEqual([2, 2, 3, 48])
      expect(z.tensor).toEqual(x.tensor)
    })

    test.each([
      ['SpaceToDepth', 3, 'whose sides are multiples of 3, got [2,8,12,3]'],
      ['DepthToSpace', 2, 'c a multiple of 4, got [2,8,12,3]'],
    ])('%s rejects sizes that %i does not divide', async (type, block_size, words) => {
      const failing = evaluate(
        [noise, node('it', type, { samples: 'noise.noise' }, { block_size })],
        { y: 'it.samples' },
      )
      await expect(failing).rejects.toThrow(GraphError)
      await expect(failing).rejects.toThrow(words)
    })
  }, ['cpu'])
})
