// Data sets from samples, their parts and their unions.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  appendDatasets,
  createDataset,
  pairDatasets,
  splitPositions,
} from '../../src/engine/datasets/combine.ts'
import type { Dataset } from '../../src/engine/datasets/dataset.ts'
import { onCpu } from '../backends.ts'
import type { Seen } from './evaluate.ts'
import { evaluate, node } from './evaluate.ts'

const asDataset = (seen: Seen) => seen as unknown as Dataset

const sampling = [
  node('schedule', 'FlowSchedule'),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', predicts: 'flow_prediction', std: 0.1 },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 6, seed: 1 }),
  node(
    'sampler',
    'Sampler',
    { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
    { num_inference_steps: 3, sampler: 'euler' },
  ),
]

onCpu(() => {
  describe('ToDataset', () => {
    test('contains the samples, or frames of a trajectory, with labels', async () => {
      const graph = [
        ...sampling,
        node('labels', 'Labels', { like: 'noise.noise' }, { label: -1, num_classes: 3 }),
        node('plain', 'ToDataset', { samples: 'sampler.x_0', labels: 'labels.labels' }),
        ...(['last', 'first', 'all'] as const).map((frames) =>
          node(frames, 'ToDataset', { samples: 'sampler.trajectory' }, { frames }),
        ),
      ]
      const { x, z, trajectory, plain, last, first, all } = await evaluate(graph, {
        x: 'sampler.x_0',
        z: 'noise.noise',
        trajectory: 'sampler.trajectory',
        plain: 'plain.dataset',
        last: 'last.dataset',
        first: 'first.dataset',
        all: 'all.dataset',
      })
      expect(asDataset(plain)).toMatchObject({ shape: [2], size: 6, space: 'point', classes: 3 })
      expect([...(asDataset(plain).labels ?? [])]).toEqual([0, 1, 2, 0, 1, 2])
      expect(asDataset(plain).data).toEqual(x.tensor.data)
      expect(asDataset(last).data).toEqual(x.tensor.data)
      expect(asDataset(first).data).toEqual(z.tensor.data)
      expect(asDataset(all).size).toBe(24)
      expect(asDataset(all).data.subarray(12, 24)).toEqual(trajectory.frames[1].data)
    })

    test('trains, and is read once per iteration inside a loop', async () => {
      const graph = [
        ...sampling,
        node('repeat', 'RepeatStart', { value_1: 'noise.noise' }, { times: 2 }),
        node('set', 'ToDataset', { samples: 'repeat.value_1' }),
        node('batch', 'Batch', { dataset: 'set.dataset' }, { batch_size: 4, start: 2 }),
        node('end', 'RepeatEnd', { loop: 'repeat.loop', value_1: 'batch.x_0' }),
      ]
      const { x, z } = await evaluate(graph, { x: 'end.value_1', z: 'noise.noise' })
      expect(x.tensor.data).toEqual(z.tensor.data.slice(8, 12))
    })

    test('rejects labels of another batch', async () => {
      const graph = [
        ...sampling,
        node('labels', 'Labels', {}, { batch_size: 4 }),
        node('set', 'ToDataset', { samples: 'noise.noise', labels: 'labels.labels' }),
      ]
      await expect(evaluate(graph, { x: 'set.dataset' })).rejects.toThrow(
        'set.labels: Expected one label per item: [6], got [4].',
      )
    })
  })

  describe('Subset', () => {
    const points = node('points', 'Points', {}, { count: 103, distribution: 'moons' })
    const parts = async (params: object) => {
      const graph = [points, node('subset', 'Subset', { dataset: 'points.dataset' }, { ...params })]
      const { all, part, rest } = await evaluate(graph, {
        all: 'points.dataset',
        part: 'subset.dataset',
        rest: 'subset.rest',
      })
      return { all: asDataset(all), part: asDataset(part), rest: asDataset(rest) }
    }
    const itemsOf = ({ data, labels }: Dataset) =>
      Array.from({ length: data.length / 2 }, (_, i) =>
        [data[2 * i], data[2 * i + 1], labels?.[i]].join(),
      )

    test('of a range is consecutive without shuffling, and has its labels', async () => {
      const { all, part, rest } = await parts({ start: 10, count: 20, shuffle: false })
      expect(itemsOf(part)).toEqual(itemsOf(all).slice(10, 30))
      expect(itemsOf(rest)).toEqual([...itemsOf(all).slice(0, 10), ...itemsOf(all).slice(30)])
      expect((await parts({ start: 100, count: 0, shuffle: false })).part.size).toBe(3)
    })

    test('in folds covers every item once', async () => {
      const folds = [0, 1, 2, 3].map((fold) => parts({ by: 'fold', fold, folds: 4, seed: 2 }))
      const found = await Promise.all(folds.map(async (each) => await each))
      expect(found.map(({ part }) => part.size)).toEqual([25, 26, 26, 26])
      const seen = found.flatMap(({ part }) => itemsOf(part)).sort()
      expect(seen).toEqual(itemsOf(found[0].all).sort())
      for (const { part, rest, all } of found) {
        expect([...itemsOf(part), ...itemsOf(rest)].sort()).toEqual(itemsOf(all).sort())
      }
    })

    test('rejects parts without items', async () => {
      await expect(parts({ start: 103 })).rejects.toThrow('at most 102, as the data set has 103')
      await expect(parts({ by: 'fold', fold: 5 })).rejects.toThrow('from 0 to 4, got 5')
      await expect(parts({ by: 'fold', folds: 200 })).rejects.toThrow('items, 103, got 200')
    })
  })

  test('positions of all folds are a partition', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (size, folds) => {
          fc.pre(folds <= size)
          const parts = Array.from({ length: folds }, (_, fold) =>
            splitPositions(size, { by: 'fold', fold, folds }),
          )
          const seen = parts.flatMap(({ chosen }) => [...chosen])
          expect(seen).toEqual(Array.from({ length: size }, (_, i) => i))
          for (const { chosen, rest } of parts) expect(chosen.length + rest.length).toBe(size)
          const sizes = parts.map(({ chosen }) => chosen.length)
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  describe('JoinDatasets', () => {
    const set = (values: number[], shape: number[], labels?: number[]) =>
      createDataset(Float32Array.from(values), shape, 'point', labels && Int32Array.from(labels))

    test('appends items, with their labels or the number of their set', () => {
      const [a, b] = [set([1, 2, 3, 4], [2], [1, 0]), set([5, 6], [2])]
      const joined = appendDatasets([a, b], 'keep')
      expect([...joined.data]).toEqual([1, 2, 3, 4, 5, 6])
      expect(joined).toMatchObject({ size: 3, shape: [2], classes: 2 })
      expect([...(joined.labels ?? [])]).toEqual([1, 0, -1])
      expect([...(appendDatasets([a, b], 'by_source').labels ?? [])]).toEqual([0, 0, 1])
      expect(appendDatasets([b, b], 'keep').labels).toBeUndefined()
    })

    test('pairs items along their last axis', () => {
      const joined = pairDatasets([set([1, 2, 3, 4], [2]), set([5, 6], [1], [0, 1])])
      expect([...joined.data]).toEqual([1, 2, 5, 3, 4, 6])
      expect(joined).toMatchObject({ size: 2, shape: [3], classes: 2 })
      const images = pairDatasets([set([1, 2, 3, 4], [2, 2, 1]), set([5, 6, 7, 8], [2, 2, 1])])
      expect([...images.data]).toEqual([1, 5, 2, 6, 3, 7, 4, 8])
      expect(images.shape).toEqual([2, 2, 2])
    })

    test('names the data set that does not fit', async () => {
      const join = (first: object, second: object, axis: string) =>
        evaluate(
          [
            node('a', 'Points', {}, { count: 5, ...first }),
            node('b', 'Points', {}, { count: 5, ...second }),
            node(
              'join',
              'JoinDatasets',
              { dataset_1: 'a.dataset', dataset_2: 'b.dataset' },
              { axis },
            ),
          ],
          { x: 'join.dataset' },
        )
      await expect(join({}, { distribution: 'laplace_1d' }, 'items')).rejects.toThrow(
        'join.dataset_2: Expected items of shape [2], as in the first data set, got [1].',
      )
      await expect(join({}, { count: 4 }, 'channels')).rejects.toThrow(
        'join.dataset_2: Expected 5 items, as in the first data set, got 4.',
      )
      const { x } = await join({}, { distribution: 'laplace_1d' }, 'channels')
      expect(asDataset(x).shape).toEqual([3])
    })
  })
})
