// Is it new?
import { sameShape } from '../../engine/coefficients.ts'
import { nearestNeighbours as nearest } from '../../engine/metrics/nearestNeighbours.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { dataset, defineNode, number, samples } from '../define.ts'

export const nearestNeighbours = defineNode({
  type: 'diffusion/NearestNeighbours',
  category: 'evaluate',
  summary:
    'Finds for each sample the most similar item of a data set: a distance far below that of real data kept aside means that the model repeats what it has seen.',
  equation: 'n_i = \\arg\\min_j |x_i - d_j|, \\quad \\text{distance} = \\frac{1}{b} \\sum_i |x_i - d_{n_i}|',
  inputs: { samples: samples('what is judged'), dataset: dataset('what the model has learned from') },
  outputs: {
    neighbours: samples('for each sample its nearest item, the first of equals'),
    distance: number('Euclidean, of all numbers of an item together (pixels from -1 to 1); the mean over the samples'),
  },
  params: {},
  run: ({ samples, dataset }) => {
    const { tensor } = samples
    if (!sameShape(tensor.shape.slice(1), dataset.shape)) {
      throw new NodeError({
        slot: 'samples',
        message: `Expected items of the shape of those of the data set, [${dataset.shape}], got [${tensor.shape.slice(1)}].`,
        cure: 'Wire the data set that the samples are like.',
      })
    }
    if (dataset.size === 0) throw new NodeError({ slot: 'dataset', message: 'The data set is empty.', cure: 'Take another one.' })
    const { neighbours, distance } = nearest(tensor, dataset)
    return {
      neighbours: { type: 'samples', tensor: neighbours, space: dataset.space },
      distance: { type: 'number', tensor: distance },
    }
  },
})
