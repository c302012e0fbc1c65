// ConcatChannels: channels of images, or coordinates of points, side by side.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, slot } from '../define.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'
import { type Transformed, transformedTypes, withTensor } from './image.ts'

export const concatChannels = defineNode({
  type: 'diffusion/ConcatChannels',
  category: 'tools',
  summary:
    'Joins the channels of images, or the coordinates of points, such as noisy images and what they are conditioned on.',
  aliases: ['stack channels'],
  inputs: {
    a: slot.oneOf(transformedTypes, 'First channels [b, ..., c]'),
    b: slot.oneOf(transformedTypes, 'Next channels; the other sides are those of a'),
    c: slot.optional(slot.oneOf(transformedTypes, 'Last channels')),
  },
  outputs: { joined: slot.like('a', 'All channels, with the type of a') },
  params: {},
  run: ({ a, b, c }) => {
    checkSides(b, a, 'b')
    if (c) checkSides(c, a, 'c')
    const tensors: Tensor[] = [a.tensor, b.tensor, ...(c ? [c.tensor] : [])]
    return { joined: withTensor(a, tf.concat(tensors, a.tensor.rank - 1)) }
  },
})

function checkSides({ tensor }: Transformed, { tensor: first }: Transformed, slot: string) {
  const sides = (shape: number[]) => shape.slice(0, -1).join()
  if (tensor.rank === first.rank && sides(tensor.shape) === sides(first.shape)) return
  throw new NodeError({
    slot,
    message: evaluateMessages.channelSides({ expected: first.shape, shape: tensor.shape }),
    cure: evaluateMessages.sameSides(),
  })
}
