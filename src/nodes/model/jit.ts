// JiT: a transformer on raw patches that predicts clean data.
import { jit as definition } from '../../engine/models/kinds/defined/jit.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { networkRows } from '../layers/networkRows.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { datasetImages } from './datasetImages.ts'
import { classCount, imageChannels, patchSize, sampleSize } from './imageParams.ts'
import { checkPatches } from './dit.ts'
import { modelFacts, predictions } from './predicts.ts'

export const jit = defineNode({
  type: 'diffusion/JiT',
  title: 'JiT',
  category: 'model',
  summary:
    'New network for images: a plain transformer on raw patches, which predicts clean data. Its tokens come through a bottleneck and know their position by rotations.',
  aliases: ['just image transformer', 'pixel transformer'],
  source: 'Li & He 2025, Back to Basics: Let Denoising Generative Models Denoise',
  inputs: {
    dataset: slot.optional(slot.dataset('Sets image size, channels and number of classes')),
  },
  outputs: { model: slot.model('Untrained model') },
  params: {
    sample_size: sampleSize(8),
    channels: imageChannels,
    patch_size: patchSize,
    bottleneck: param.integer(
      16,
      { min: 1, max: 4096 },
      'Width between the two linear layers that embed a patch; may be less than the pixels of a patch',
    ),
    num_layers: param.integer(4, { min: 1, max: 128 }, 'Transformer blocks in a row'),
    num_heads: param.integer(4, { min: 1, max: 256 }, 'Attention heads of each block'),
    head_dim: param.integer(
      32,
      { min: 4, max: 1024, step: 4 },
      'Channels per head, a multiple of 4; the width of the tokens is that of all heads',
    ),
    num_classes: classCount,
    predicts: param.choice(
      ['sample', 'epsilon', 'v_prediction', 'flow_prediction'],
      'Prediction type of the model. The paper compares them: with large patches only clean data works',
      predictions,
    ),
    seed: param.seed('Equal seeds start with equal weights'),
  },
  opens: true,
  room: { width: 260, height: 80 },
  staticOutputs: (params) => ({ model: modelFacts(params) }),
  run: ({ dataset }, { predicts, seed: _seed, sample_size, ...params }, { createModel }) => {
    const images = dataset
      ? datasetImages(dataset)
      : { sample_size, channels: params.channels, num_classes: params.num_classes }
    checkPatches(images, params.patch_size)
    checkHeads(params.head_dim)
    const size = images.sample_size
    const [height, width] = typeof size === 'number' ? [size, size] : size
    const { channels, num_classes } = images
    const config = { ...params, height, width, channels, num_classes }
    return { model: createModel(definition, config, { predicts }) }
  },
  show: ({ model }) => model && { kind: 'rows', rows: networkRows(model) ?? [] },
})

/** Checks that each head has planes to rotate by the row and by the column. */
function checkHeads(dim: number) {
  if (dim % 4 === 0) return
  throw new NodeError({
    param: 'head_dim',
    message: modelNodeMessages.headWidth({ dim }),
    cure: modelNodeMessages.takeNumber({ number: 4 * Math.ceil(dim / 4) }),
  })
}
