// LatentScale: the scaling factor of an autoencoder, measured on data.
import { computeStatistics } from '../../engine/base/statistics.ts'
import { hostNumber } from '../../engine/base/values.ts'
import { evenlyFrom } from '../../engine/datasets/items.ts'
import { joinArrays } from '../../engine/datasets/combine.ts'
import { withDeviation } from '../../engine/models/kinds/vae/autoencoder.ts'
import { defineNode, param, slot } from '../define.ts'
import { latentsParam } from './encode.ts'
import { encodeAll } from './encodeAll.ts'
import { autoencoderFacts } from '../../engine/models/kinds/vae/facts.ts'
import { networkRows } from '../layers/networkRows.ts'

export const latentScale = defineNode({
  type: 'diffusion/LatentScale',
  category: 'model',
  summary:
    'Measures the standard deviation of the latents of a data set, and sets the scaling factor of the autoencoder, so that its latents have unit variance, as noise schedules expect.',
  aliases: ['scaling_factor', 'vae scaling'],
  equation: 's = 1 / \\sigma_z',
  source: 'Rombach et al. 2022, appendix G',
  inputs: {
    model: slot.model('Trained autoencoder'),
    dataset: slot.dataset('Images to measure'),
  },
  outputs: {
    model: slot.model('The autoencoder with its scaling factor'),
    scale: slot.onHost(slot.number('The scaling factor s')),
  },
  params: {
    count: param.integer(
      1000,
      { min: 2, max: 100_000 },
      'Largest number of images; evenly spaced ones',
    ),
    latents: latentsParam,
    seed: param.seed(),
  },
  room: { width: 250, height: 110 },
  reads: ({ model, dataset }, { count, latents, seed }) =>
    encodeAll(model, evenlyFrom(dataset, count), latents, seed),
  run: ({ model }, _, { read = [] }) => {
    const { std } = computeStatistics(joinArrays([...read], Float32Array))
    const measured = withDeviation(model, std / autoencoderFacts(model).scale)
    return { model: measured, scale: hostNumber(autoencoderFacts(measured).scale) }
  },
  show: ({ model }) => model && { kind: 'rows', rows: networkRows(model) ?? [] },
})
