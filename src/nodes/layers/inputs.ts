// ModelInput and ConditionInput: where a network of layer nodes begins.
import { NodeError } from '../../engine/base/fault.ts'
import { featuresBuilder as b } from '../../engine/models/graph/features.ts'
import {
  choice,
  dataset,
  defineNode,
  features,
  integer,
  optional,
  text,
  unless,
  when,
} from '../define.ts'
import { parseIntegers } from '../model/numbers.ts'
import { layerNodeMessages } from '../messages/layerNodes.ts'
import { defineLayer } from './defineLayer.ts'

/** Outputs for items of a shape. */
function modelInputs(shape: readonly number[]) {
  return { x: b.source('x', { shape: [...shape] }), t: b.source('time') }
}

function parseShape(value: string): number[] {
  const sizes = parseIntegers(value, 'shape')
  if (sizes.length >= 1 && sizes.length <= 3 && sizes.every((size) => size > 0 && size <= 4096))
    return sizes
  throw new NodeError({
    param: 'shape',
    message: layerNodeMessages.shape({ got: value }),
    cure: layerNodeMessages.writeShape(),
  })
}

export const modelInput = defineNode({
  type: 'diffusion/ModelInput',
  category: 'layers',
  summary: 'Input of a network of layers: a batch of noisy items, and their timesteps.',
  inputs: { dataset: optional(dataset('Sets the shape of the items')) },
  outputs: {
    x: features('Noisy items: images [h, w, c] or points [d]'),
    t: features('Timesteps. Put them through a TimeEmbedding'),
  },
  params: {
    shape: unless(
      'dataset',
      text('8, 8, 1', 'Shape of an item: height, width and channels, or the number of coordinates'),
    ),
  },
  staticOutputs({ shape }, { dataset }, _, wired) {
    if (dataset) return modelInputs(dataset.shape)
    return wired.has('dataset') ? {} : modelInputs(parseShape(shape))
  },
  run: ({ dataset }, { shape }) => modelInputs(dataset ? dataset.shape : parseShape(shape)),
})

export const conditionInput = defineLayer({
  type: 'diffusion/ConditionInput',
  summary:
    'Condition of a network of layers, from `condition` of Predict or Sampler: labels, a number, a vector, tokens, or channels beside those of x.',
  inputs: { x: optional(features('x of ModelInput, whose size the channels have')) },
  params: {
    kind: choice(['labels', 'number', 'vector', 'tokens', 'channels'], 'What the condition is', {
      labels: 'Class labels. Put them through a LabelEmbedding',
      number: 'One number per item, such as a second time. Put it through a TimeEmbedding',
      vector: 'One vector per item',
      tokens: 'A sequence of vectors per item, for CrossAttention',
      channels: 'Images or points as large as x: a mask, known pixels, an estimate',
    }),
    labels_per_item: when(
      'kind',
      'labels',
      integer(1, { min: 1, max: 64 }, 'Labels per item; above 1 from LabelTokens'),
    ),
    width: when(
      'kind',
      ['vector', 'tokens'],
      integer(64, { min: 1, max: 4096 }, 'Numbers of a vector'),
    ),
    channels: when(
      'kind',
      'channels',
      integer(1, { min: 1, max: 1024 }, 'Number of channels, or of coordinates'),
    ),
  },
  gives: 'The condition',
  build(b, { x }, { kind, labels_per_item, width, channels }) {
    switch (kind) {
      case 'labels':
        return b.source('labels', { per_item: labels_per_item })
      case 'number':
        return b.source('values')
      case 'vector':
        return b.source('vectors', { width })
      case 'tokens':
        return b.source('tokens', { width })
      case 'channels': {
        if (x)
          return b.source('channels', { shape: [...(x.shape.slice(0, -1) as number[]), channels] })
        throw new NodeError({
          slot: 'x',
          message: layerNodeMessages.channelsLike(),
          cure: layerNodeMessages.connectLike(),
        })
      }
    }
  },
})
