// Nearest items of a dataset, compared with an exhaustive search.
import { describe, expect, test } from 'vitest'
import { nearestNeighbours } from '../../../src/engine/metrics/nearestNeighbours.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Dataset } from '../../../src/engine/datasets/dataset.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { evaluate, node } from '../../nodes/evaluate.ts'

const datasetOf = (data: Float32Array, shape: number[]): Dataset => ({
  type: 'dataset',
  data,
  shape,
  size: data.length / shape.reduce((a, b) => a * b, 1),
  space: 'image',
})

function bySearch(
  x: Float32Array,
  { data, shape, size }: Dataset,
): { index: number[]; distance: number } {
  const length = shape.reduce((a, b) => a * b, 1)
  const index: number[] = []
  let sum = 0
  for (let i = 0; i < x.length / length; i++) {
    let [best, least] = [-1, Infinity]
    for (let j = 0; j < size; j++) {
      let squared = 0
      for (let k = 0; k < length; k++) squared += (x[i * length + k] - data[j * length + k]) ** 2
      if (squared < least) [best, least] = [j, squared]
    }
    index.push(best)
    sum += Math.sqrt(least)
  }
  return { index, distance: sum / index.length }
}

async function found(x: Float32Array, dataset: Dataset, chunk?: number) {
  const length = dataset.data.length / dataset.size
  const tensor = tf.tensor(x, [x.length / length, ...dataset.shape])
  const { neighbours, distances, distance } = nearestNeighbours(tensor, dataset, chunk)
  expect(neighbours.shape).toEqual(tensor.shape)
  const read = {
    items: (await neighbours.data()) as Float32Array,
    distance: (await distance.data())[0],
  }
  tf.dispose([tensor, neighbours, distances, distance])
  return read
}

const itemsAt = ({ data, size }: Dataset, index: number[]) => {
  const length = data.length / size
  return Float32Array.from(index.flatMap((i) => [...data.subarray(i * length, (i + 1) * length)]))
}

onEachBackend(() => {
  test('match an exhaustive search, also over several chunks', async () => {
    const small = datasetOf(createRandom(2).normal(300 * 12), [2, 3, 2])
    const x = createRandom(3).normal(70 * 12)
    const expected = bySearch(x, small)
    for (const chunk of [undefined, 12 * 100, 12 * 71]) {
      const { items, distance } = await found(x, small, chunk)
      expect(items).toEqual(itemsAt(small, expected.index))
      expect(distance).toBeCloseTo(expected.distance, 5)
    }
  })

  test('a copy has distance 0 at any index', async () => {
    const dataset = datasetOf(createRandom(4).normal(130 * 16), [4, 4, 1])
    const { items, distance } = await found(dataset.data, dataset)
    expect(items).toEqual(dataset.data)
    expect(distance).toBe(0)
  })

  test('selects the first of equal items, within and across chunks', async () => {
    // Each item twice, with ties for a query halfway between two items. Equal items differ in the
    // sign of zero.
    const dataset = datasetOf(Float32Array.of(5, 5, 1, 0, 1, -0, -1, 0, -1, -0), [1, 2, 1])
    for (const chunk of [100, 12, 6]) {
      const { items } = await found(Float32Array.of(0, 0, 2, 0, -2, 0), dataset, chunk)
      expect([...items]).toEqual([1, 0, 1, 0, -1, 0])
    }
  })

  test('NaN gives a NaN distance without an error', async () => {
    const { distance } = await found(
      new Float32Array(4).fill(NaN),
      datasetOf(createRandom(5).normal(40), [2, 2, 1]),
    )
    expect(distance).toBeNaN()
  })
})

onCpu(() => {
  describe('as a node', () => {
    const digits = node('digits', 'Digits')
    const noise = (shape: string) =>
      node('noise', 'GaussianNoise', {}, { shape, batch_size: 3, seed: 6 })
    const near = node('near', 'NearestNeighbours', {
      samples: 'noise.noise',
      dataset: 'digits.dataset',
    })

    test('returns items of the dataset and their distance', async () => {
      const { x, dataset, neighbours, distance, each } = await evaluate(
        [digits, noise('8, 8, 1'), near],
        {
          x: 'noise.noise',
          dataset: 'digits.dataset',
          neighbours: 'near.neighbours',
          distance: 'near.distance',
          each: 'near.distances',
        },
      )
      const expected = bySearch(x.tensor.data, dataset as unknown as Dataset)
      expect(neighbours.tensor.shape).toEqual([3, 8, 8, 1])
      expect(neighbours.tensor.data).toEqual(itemsAt(dataset as unknown as Dataset, expected.index))
      expect(distance.tensor.data[0]).toBeCloseTo(expected.distance, 4)
      const [{ shape, data }] = each.losses
      expect(shape).toEqual([3])
      data.forEach((value, i) => {
        const apart = (j: number) => x.tensor.data[64 * i + j] - neighbours.tensor.data[64 * i + j]
        const squares = Array.from({ length: 64 }, (_, j) => apart(j) ** 2)
        expect(value).toBeCloseTo(Math.sqrt(squares.reduce((sum, square) => sum + square)), 4)
      })
    })

    test('rejects items of another shape', async () => {
      await expect(
        evaluate([digits, noise('4, 4, 1'), near], { n: 'near.neighbours' }),
      ).rejects.toThrow('[8,8,1], got [4,4,1]')
    })
  })
})
