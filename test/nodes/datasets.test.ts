// Data sets as nodes: what comes out of them is what is in the files.
import { describe, expect, test } from 'vitest'
import type { Dataset } from '../../src/engine/values.ts'
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
})
