// The best possible model, in closed form.
import { exactModel as makeExact } from '../../engine/models/exact.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { eightCenters } from '../../engine/points.ts'
import type { Dataset } from '../../engine/values.ts'
import { advanced, choice, dataset, defineNode, integer, model, optional, real, schedule, symbol } from '../define.ts'
import { predictionTypes, saidBy } from './predicts.ts'

export const exactModel = defineNode({
  type: 'diffusion/ExactModel',
  category: 'model',
  summary:
    'The best possible denoiser of a mixture of Gaussians or of the points of a data set, in closed form: nothing to train.',
  equation:
    '\\hat{x}_0 = \\sum_i w_i \\, E[x_0 \\mid x_t, i], \\quad w = \\mathrm{softmax}_i\\left(-\\frac{|x_t - \\sqrt{\\bar\\alpha_t} c_i|^2}{2 (\\bar\\alpha_t s^2 + 1 - \\bar\\alpha_t)}\\right)',
  source: 'Karras et al. 2022, appendix B.3, for points; Bayes for Gaussians',
  inputs: {
    schedule: schedule('how noise was added'),
    dataset: optional(dataset('the centres, for the mixture `dataset`')),
  },
  outputs: { model: model('exact for this data and this schedule') },
  params: {
    mixture: choice(
      ['dataset', 'gaussian', 'eight_gaussians'],
      'the centres: all items of a data set, the origin, or eight on a circle',
    ),
    std: symbol('s', real(0, { min: 0, max: 100 }, 'standard deviation around each centre; 0: the centres alone')),
    predicts: choice(predictionTypes, 'what its output stands for'),
    dim: advanced(integer(2, { min: 1, max: 4096 }, 'coordinates, for the mixture `gaussian`')),
  },
  notices: ({ mixture }, wired) =>
    mixture !== 'dataset' && wired.has('dataset') ? [`The mixture is \`${mixture}\`: the wired dataset is not used.`] : [],
  foresees: ({ predicts }) => ({ model: saidBy({ predicts }) }),
  run: ({ schedule: { schedule }, dataset }, { mixture, std, predicts, dim }) => {
    const { centers, ...about } = mixture === 'dataset' ? centersOf(dataset) : mixtures[mixture](dim)
    return { model: makeExact(centers, { std, schedule, ...about }, predicts) }
  },
})

interface Centers {
  centers: Float32Array
  dim: number
  num_classes: number
  labels?: Int32Array
}

const mixtures: { [K in 'gaussian' | 'eight_gaussians']: (dim: number) => Centers } = {
  gaussian: (dim) => ({ centers: new Float32Array(dim), dim, num_classes: 0 }),
  eight_gaussians: () => ({ centers: eightCenters(), dim: 2, num_classes: 8, labels: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7) }),
}

function centersOf(dataset: Dataset | undefined): Centers {
  if (!dataset) {
    throw new NodeError({
      slot: 'dataset',
      message: 'The mixture is `dataset`, but no dataset is wired.',
      cure: 'Wire one, or choose another mixture.',
    })
  }
  if (dataset.shape.length !== 1) {
    throw new NodeError({
      slot: 'dataset',
      message: `Expected points, items of shape [dim], got items of shape [${dataset.shape}].`,
      cure: 'Wire a data set of points.',
    })
  }
  const { data, labels, classes } = dataset
  return { centers: data, dim: dataset.shape[0]!, num_classes: classes ?? 0, ...(labels && { labels }) }
}
