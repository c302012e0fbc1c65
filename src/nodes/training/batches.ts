// Batches of a training: the items of each data set at a step.
import { rememberValues } from '../../engine/base/knownValues.ts'
import { itemsAt, tokenCondition } from '../../engine/datasets/items.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { createRandom } from '../../engine/base/random.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Outputs } from '../../engine/plan/op.ts'
import { listNumbered } from '../loops/carried.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

/** Params that determine the batches. */
export interface BatchParams {
  batch_size: number
  shuffle: boolean
  drop_last: boolean
  pairs: boolean
  seed: number
}

/** The last order of each data set, by its number from 0. */
const lastOrders = new Map<number, { key: string; order: Int32Array }>()

/**
 * The order of items in an epoch, from the seed and the numbers of epoch and data set. Caches the
 * last one.
 */
function epochOrder(
  epoch: number,
  size: number,
  { seed, shuffle }: BatchParams,
  dataset: number,
): Int32Array {
  const key = `${seed} ${epoch} ${size} ${shuffle}`
  const last = lastOrders.get(dataset)
  if (last?.key === key) return last.order
  const order = shuffle
    ? createRandom(seed, dataset ? [epoch, dataset] : [epoch]).permutation(size)
    : Int32Array.from({ length: size }, (_, i) => i)
  lastOrders.set(dataset, { key, order })
  return order
}

/** The items of a step. Depends only on the step, so a continued run has the same batches. */
function batchIndices(
  size: number,
  step: number,
  params: BatchParams,
  [slot, dataset]: [slot: string, dataset: number],
): Int32Array {
  const { batch_size: batchSize, drop_last: dropLast } = params
  if (size === 0) {
    throw new NodeError({
      slot,
      message: trainingNodeMessages.emptyDataset(),
      cure: trainingNodeMessages.drawPoints(),
    })
  }
  if (dropLast && size < batchSize) {
    throw new NodeError({
      slot,
      message: trainingNodeMessages.batchSize({ batchSize, count: size }),
      cure: trainingNodeMessages.lowerBatchSize({ count: size }),
    })
  }
  const perEpoch = dropLast ? Math.floor(size / batchSize) : Math.ceil(size / batchSize)
  const epoch = Math.floor(step / perEpoch)
  const start = (step % perEpoch) * batchSize
  return epochOrder(epoch, size, params, dataset).slice(start, start + batchSize)
}

/**
 * The batches of all data sets at a step, with labels and tokens where there are any: `x_0` of
 * `dataset`, `x_0_2` of `dataset_2`, ... Each data set has its own order, or all have that of the first.
 */
export function drawBatches(
  inputs: Readonly<Record<string, unknown>>,
  step: number,
  params: BatchParams,
): Outputs {
  const datasets = listNumbered<Dataset>(inputs, 'dataset')
  return Object.assign(
    {},
    ...datasets.map(([slot, dataset], i) => {
      if (params.pairs) checkPairs(datasets[0][1], dataset, slot)
      const chosen = batchIndices(dataset.size, step, params, [slot, params.pairs ? 0 : i])
      const suffix = slot.slice('dataset'.length)
      const { labels, tokens } = dataset
      const items = itemsAt(dataset, chosen)
      return {
        [`x_0${suffix}`]: {
          type: 'samples',
          tensor: rememberValues(tf.tensor(items, [chosen.length, ...dataset.shape]), items),
          space: dataset.space,
        },
        ...(labels && {
          [`labels${suffix}`]: { type: 'labels', labels: chosen.map((item) => labels[item]) },
        }),
        ...(tokens && {
          [`tokens${suffix}`]: { type: 'condition', condition: tokenCondition(tokens, chosen) },
        }),
      }
    }),
  ) as Outputs
}

function checkPairs(first: Dataset, other: Dataset, slot: string) {
  if (other.size === first.size) return
  throw new NodeError({
    slot,
    message: trainingNodeMessages.pairs({ expected: first.size, got: other.size }),
    cure: trainingNodeMessages.ownOrder(),
  })
}
