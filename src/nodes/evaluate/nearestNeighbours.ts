// NearestNeighbours: the training items closest to each sample.
import { isSameShape } from '../../engine/process/coefficients.ts'
import { nearestNeighbours as nearest } from '../../engine/metrics/nearestNeighbours.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, slot } from '../define.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const nearestNeighbours = defineNode({
  type: 'diffusion/NearestNeighbours',
  category: 'evaluate',
  summary:
    'Finds the nearest item of a data set for each sample. If the distance is far below that of held-out real data, the model has memorized its training data.',
  aliases: ['knn', 'memorization', 'overfitting', 'copies of training data'],
  equation:
    'n_i = \\arg\\min_j |x_i - d_j|, \\quad \\text{distance} = \\frac{1}{b} \\sum_i |x_i - d_{n_i}|',
  inputs: {
    samples: slot.samples('Samples to evaluate'),
    dataset: slot.dataset('Training data of the model'),
  },
  outputs: {
    neighbours: slot.samples('Nearest item for each sample; of equally near ones, the first'),
    distance: slot.number(
      'Euclidean distance over all numbers of an item (pixels from -1 to 1), mean over the samples',
    ),
    distances: slot.history('Distance of each sample, for Chart'),
  },
  params: {},
  run: ({ samples, dataset }) => {
    const { tensor } = samples
    if (!isSameShape(tensor.shape.slice(1), dataset.shape)) {
      throw new NodeError({
        slot: 'samples',
        message: evaluateMessages.datasetShape({
          expected: dataset.shape,
          got: tensor.shape.slice(1),
        }),
        cure: evaluateMessages.connectSimilar(),
      })
    }
    if (dataset.size === 0)
      throw new NodeError({
        slot: 'dataset',
        message: evaluateMessages.emptyDataset(),
        cure: evaluateMessages.chooseDataset(),
      })
    const { neighbours, distances, distance } = nearest(tensor, dataset)
    return {
      neighbours: { type: 'samples', tensor: neighbours, space: dataset.space },
      distance: { type: 'number', tensor: distance },
      distances: {
        type: 'history',
        losses: [distances],
        x: Float64Array.from({ length: distances.size }, (_, i) => i),
        xName: 'sample',
      },
    }
  },
})
