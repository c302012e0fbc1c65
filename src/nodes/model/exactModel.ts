// ExactModel: the closed-form denoiser of a mixture or a data set.
import { exactModel as makeExact } from '../../engine/models/kinds/exact/exact.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { eightCenters } from '../../engine/datasets/points.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelFacts, predictsParam } from './predicts.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const exactModel = defineNode({
  type: 'diffusion/ExactModel',
  category: 'model',
  summary:
    'Optimal denoiser in closed form, for a mixture of Gaussians or the points of a data set. Needs no training.',
  aliases: ['optimal denoiser', 'ideal denoiser', 'analytic score', 'closed form'],
  equation:
    '\\hat{x}_0 = \\sum_i w_i \\, E[x_0 \\mid x_t, i], \\quad w = \\mathrm{softmax}_i\\left(-\\frac{|x_t - \\sqrt{\\bar\\alpha_t} c_i|^2}{2 (\\bar\\alpha_t s^2 + 1 - \\bar\\alpha_t)}\\right)',
  source: 'Karras et al. 2022, appendix B.3, for points; Bayes for Gaussians',
  inputs: {
    schedule: slot.schedule('Noise schedule'),
    dataset: slot.optional(slot.dataset('Centres of the mixture `dataset`')),
  },
  outputs: { model: slot.model('Model that is exact for this data and this schedule') },
  params: {
    mixture: param.choice(['dataset', 'gaussian', 'eight_gaussians'], 'Centres of the Gaussians', {
      dataset: 'All items of the data set',
      gaussian: 'The origin',
      eight_gaussians: 'Eight points on a circle',
    }),
    std: param.symbol(
      's',
      param.real(
        0,
        { min: 0, max: 100 },
        'Standard deviation around each centre; 0: only the centres',
      ),
    ),
    predicts: predictsParam,
    dim: param.advanced(
      param.integer(2, { min: 1, max: 4096 }, 'Dimension of the mixture `gaussian`'),
    ),
  },
  notices: ({ mixture }, wired) =>
    mixture !== 'dataset' && wired.has('dataset')
      ? [modelNodeMessages.datasetUnused({ mixture })]
      : [],
  staticOutputs: ({ predicts }) => ({ model: modelFacts({ predicts }) }),
  run: ({ schedule: { schedule }, dataset }, { mixture, std, predicts, dim }) => {
    const { centers, ...about } =
      mixture === 'dataset' ? readCenters(dataset) : mixtures[mixture](dim)
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
  eight_gaussians: () => ({
    centers: eightCenters(),
    dim: 2,
    num_classes: 8,
    labels: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  }),
}

function readCenters(dataset: Dataset | undefined): Centers {
  if (!dataset) {
    throw new NodeError({
      slot: 'dataset',
      message: modelNodeMessages.noDataset(),
      cure: modelNodeMessages.connectDataset(),
    })
  }
  if (dataset.shape.length !== 1) {
    throw new NodeError({
      slot: 'dataset',
      message: modelNodeMessages.pointItems({ shape: dataset.shape }),
      cure: modelNodeMessages.connectPoints(),
    })
  }
  const { data, labels, classes } = dataset
  return {
    centers: data,
    dim: dataset.shape[0],
    num_classes: classes ?? 0,
    ...(labels && { labels }),
  }
}
