// SplitChannels: the first channels of images, or coordinates of points, and the rest.
import { NodeError } from '../../engine/messages/fault.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'
import { transformedTypes, withTensor } from './image.ts'

export const splitChannels = defineNode({
  type: 'diffusion/SplitChannels',
  category: 'tools',
  summary:
    'Separates the channels of images, or the coordinates of points: the inverse of ConcatChannels, and of JoinDatasets along channels.',
  inputs: { value: slot.oneOf(transformedTypes, 'Images [b, h, w, c] or points [b, c]') },
  outputs: {
    first: slot.like('value', 'The first channels'),
    rest: slot.like('value', 'All other channels'),
  },
  params: { channels: param.integer(1, { min: 1, max: 100_000 }, 'Number of channels of first') },
  run: ({ value }, { channels }) => {
    const axis = value.tensor.rank - 1
    const all = value.tensor.shape[axis]
    if (channels >= all) {
      throw new NodeError({
        param: 'channels',
        message: evaluateMessages.splitChannels({ most: all - 1, channels, all }),
        cure: evaluateMessages.fewerToSplit(),
      })
    }
    const [first, rest] = tf.split(value.tensor, [channels, all - channels], axis)
    return { first: withTensor(value, first), rest: withTensor(value, rest) }
  },
})
