// ToDataset: computed samples as a data set.
import { createDataset, joinArrays } from '../../engine/datasets/combine.ts'
import { EngineError } from '../../engine/base/errors.ts'
import { processMessages } from '../../engine/messages/process.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import type { Noise, Samples, Trajectory } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'

const frameChoices = ['last', 'first', 'all'] as const

export const toDataset = defineNode({
  type: 'diffusion/ToDataset',
  category: 'data',
  summary:
    'Data set of computed samples, such as those of a sampler, to train on them or to compare with them. Reads them back from the device.',
  aliases: ['TensorDataset', 'samples to data set'],
  inputs: {
    samples: slot.oneOf(['samples', 'noise', 'trajectory'], 'Points, images or latents [n, ...]'),
    labels: slot.optional(slot.labels('Class of each item, or one for all; -1 for none')),
  },
  outputs: { dataset: slot.dataset('The items, in their order') },
  params: {
    frames: param.choice(frameChoices, 'Frames of a trajectory', {
      last: 'The last one: the samples',
      first: 'The first one: the initial noise',
      all: 'All frames, one after the other',
    }),
  },
  reads: ({ samples }, { frames }) => chooseFrames(samples, frames),
  run: ({ samples, labels }, { frames }, { read = [] }) => {
    const tensors = chooseFrames(samples, frames)
    const [size = 0, ...shape] = tensors[0]?.shape ?? []
    const each = labels && labelItems(labels.labels, size)
    return {
      dataset: createDataset(
        // Copied, since a data set outlives the tensors.
        joinArrays([...read], Float32Array),
        shape,
        samples.space,
        each && joinLabels(each, tensors.length),
      ),
    }
  },
})

function chooseFrames(
  samples: Samples | Noise | Trajectory,
  frames: (typeof frameChoices)[number],
): readonly Tensor[] {
  if (samples.type !== 'trajectory') return [samples.tensor]
  if (frames === 'all') return samples.frames
  return samples.frames.slice(...(frames === 'first' ? [0, 1] : [-1]))
}

function labelItems(labels: Int32Array, size: number): Int32Array {
  if (labels.length === size) return labels
  if (labels.length === 1) return new Int32Array(size).fill(labels[0])
  throw new EngineError(processMessages.labelsPerItem, {
    argument: 'labels',
    batch: size,
    count: labels.length,
  })
}

const joinLabels = (labels: Int32Array, frames: number): Int32Array =>
  Int32Array.from({ length: labels.length * frames }, (_, i) => labels[i % labels.length])
