// Classifier: a small convolutional classifier.
import {
  classifier as makeClassifier,
  classifierRows,
} from '../../engine/models/kinds/classifier/classifier.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkGroups, checkLevels } from '../model/levels.ts'
import { parseIntegers } from '../model/numbers.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const classifier = defineNode({
  type: 'diffusion/Classifier',
  category: 'evaluate',
  summary:
    'New network that classifies images. Trained on real images, it can evaluate generated ones.',
  aliases: ['cnn classifier', 'resnet classifier'],
  inputs: { dataset: slot.optional(slot.dataset('Sets size, channels and classes of the images')) },
  outputs: { model: slot.model('Untrained model, for Classify and TrainingStart') },
  params: {
    num_classes: param.unless(
      'dataset',
      param.integer(10, { min: 2, max: 100_000 }, 'Number of classes'),
    ),
    sample_size: param.unless(
      'dataset',
      param.integer(8, { min: 1, max: 1024 }, 'Height and width of the images, in pixels'),
    ),
    channels: param.unless(
      'dataset',
      param.integer(1, { min: 1, max: 4096 }, 'Channels of the images: 1 is grey, 3 is RGB'),
    ),
    block_out_channels: param.text(
      '16, 32',
      'Channels of each level, separated by commas; each level halves the resolution',
    ),
    norm_num_groups: param.advanced(
      param.integer(8, { min: 1, max: 4096 }, 'Groups of the group norms'),
    ),
    activation: param.advanced(
      param.choice(['silu', 'relu', 'tanh'], 'Activation after each normalization'),
    ),
    noised: param.toggle(false, 'For noisy images: receives their t, and can guide a sampler'),
    seed: param.advanced(param.seed('Equal seeds start with equal weights')),
  },
  opens: true,
  room: { width: 230, height: 96 },
  run: (
    { dataset },
    { num_classes, sample_size, channels, block_out_channels, norm_num_groups, activation, noised },
    { random },
  ) => {
    const sizes = dataset
      ? readImageSizes(dataset)
      : { height: sample_size, width: sample_size, in_channels: channels, num_classes }
    const widths = parseIntegers(block_out_channels, 'block_out_channels')
    checkLevels(sizes, widths)
    checkGroups(widths, norm_num_groups)
    return {
      model: makeClassifier(
        {
          ...sizes,
          block_out_channels: widths,
          norm_num_groups,
          activation,
          time_embedding_dim: noised ? 32 : 0,
        },
        random,
      ),
    }
  },
  show: ({ model }) => model && { kind: 'rows', rows: classifierRows(model) },
})

function readImageSizes({ shape, classes }: Dataset) {
  if (shape.length !== 3) {
    throw new NodeError({
      slot: 'dataset',
      message: evaluateMessages.imageItems({ shape }),
      cure: evaluateMessages.connectImages(),
    })
  }
  if (!classes) {
    throw new NodeError({
      slot: 'dataset',
      message: evaluateMessages.noClasses(),
      cure: evaluateMessages.connectLabelled(),
    })
  }
  const [height, width, in_channels] = shape as [number, number, number]
  return { height, width, in_channels, num_classes: classes }
}
