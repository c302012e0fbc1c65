// ModelInput and ConditionInput: where a network of layer nodes begins.
import { NodeError } from '../../engine/messages/fault.ts'
import { fixedSizes } from '../../engine/models/graph/ops/checks.ts'
import { featuresBuilder as b } from '../../engine/models/graph/features.ts'
import { defineNode, param, slot } from '../define.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { defineLayer } from './defineLayer.ts'
import { parseShape } from './parseShape.ts'

const readShape = (text: string) => parseShape(text, 4096, layerNodeMessages.writeShape())

/** Outputs for items of a shape. */
function modelInputs(shape: readonly number[]) {
  return { x: b.source('x', { shape: [...shape] }), t: b.source('time') }
}

export const modelInput = defineNode({
  type: 'diffusion/ModelInput',
  category: 'layers',
  summary: 'Inputs of a network of layers: noisy data x_t and its timestep t.',
  aliases: ['network input', 'placeholder'],
  inputs: { dataset: slot.optional(slot.dataset('Sets the shape of the data')) },
  outputs: {
    x: slot.features('Noisy data: images [h, w, c] or points [d]'),
    t: slot.features('Timesteps, for TimeEmbedding'),
  },
  params: {
    shape: param.unless(
      'dataset',
      param.text(
        '8, 8, 1',
        'Shape of one item: height, width and channels of an image, or dimension of a point',
      ),
    ),
  },
  staticOutputs({ shape }, { dataset }, _, wired) {
    if (dataset) return modelInputs(dataset.shape)
    return wired.has('dataset') ? {} : modelInputs(readShape(shape))
  },
  run: ({ dataset }, { shape }) => modelInputs(dataset ? dataset.shape : readShape(shape)),
})

export const conditionInput = defineLayer({
  type: 'diffusion/ConditionInput',
  summary:
    'Condition of a network of layers, as given to Predict or Sampler: labels, a number, a vector, tokens or extra channels.',
  aliases: ['class input', 'conditioning input'],
  inputs: {
    x: slot.optional(slot.features('x of ModelInput; extra channels have its height and width')),
    vocabulary: slot.optional(slot.vocabulary('Sets labels_per_item: the words of a caption')),
  },
  params: {
    kind: param.choice(['labels', 'number', 'vector', 'tokens', 'channels'], 'Kind of condition', {
      labels: 'Class labels, for LabelEmbedding or TokenEmbedding',
      number: 'One number per item, such as a second time, for TimeEmbedding',
      vector: 'One vector per item',
      tokens: 'A sequence of vectors per item, for CrossAttention',
      channels: 'Extra channels, for Concat with x: a mask, known pixels, an estimate',
    }),
    labels_per_item: param.when(
      'kind',
      'labels',
      param.unless(
        'vocabulary',
        param.integer(1, { min: 1, max: 64 }, 'Labels per item, as many as LabelTokens outputs'),
      ),
    ),
    width: param.when(
      'kind',
      ['vector', 'tokens'],
      param.integer(64, { min: 1, max: 4096 }, 'Size of a vector'),
    ),
    channels: param.when(
      'kind',
      'channels',
      param.integer(1, { min: 1, max: 1024 }, 'Number of extra channels, or of extra coordinates'),
    ),
  },
  gives: 'The condition',
  build(b, { x, vocabulary }, { kind, labels_per_item, width, channels }) {
    switch (kind) {
      case 'labels':
        return b.source('labels', { per_item: vocabulary?.length ?? labels_per_item })
      case 'number':
        return b.source('values')
      case 'vector':
        return b.source('vectors', { width })
      case 'tokens':
        return b.source('tokens', { width })
      case 'channels': {
        if (x?.operation.op === 'x')
          return b.source('channels', { shape: [...fixedSizes(x.shape).slice(0, -1), channels] })
        throw new NodeError({
          slot: 'x',
          message: x ? layerNodeMessages.otherX() : layerNodeMessages.noX(),
          cure: layerNodeMessages.connectX(),
        })
      }
    }
  },
})
