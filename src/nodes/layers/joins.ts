// Layers of several inputs.
import type { Features } from '../../engine/base/values.ts'
import { NodeError } from '../../engine/base/fault.ts'
import { features, integer, many } from '../define.ts'
import { layerNodeMessages } from '../messages/layerNodes.ts'
import { defineLayer, manyFeatures } from './defineLayer.ts'

/** The wired features. Throws NodeError if there are none. */
function wired(inputs: object): Features[] {
  const all = manyFeatures(inputs)
  if (all.length > 0) return all
  throw new NodeError({
    slot: 'x_1',
    message: layerNodeMessages.nothing(),
    cure: layerNodeMessages.connectOne(),
  })
}

export const concat = defineLayer({
  type: 'diffusion/Concat',
  summary: 'Joins features by channel, such as those of a decoder and a skip connection.',
  equation: 'y = [x_1, x_2, \\dots]',
  inputs: { x: many(features('Features of one size; the channels may differ')) },
  params: {},
  gives: 'Features with all channels',
  build: (b, inputs) => b.add('concat', wired(inputs)),
})

export const add = defineLayer({
  type: 'diffusion/Add',
  summary: 'Adds features. A vector is added to every pixel or token.',
  equation: 'y = x_1 + x_2 + \\dots',
  inputs: { x: many(features('Features of one shape, or vectors of their channels')) },
  params: {},
  gives: 'The sum',
  build: (b, inputs) => b.add('add', wired(inputs)),
})

export const multiply = defineLayer({
  type: 'diffusion/Multiply',
  summary: 'Multiplies features. A vector multiplies every pixel or token.',
  equation: 'y = x_1 \\, x_2 \\cdots',
  inputs: { x: many(features('Features of one shape, or vectors of their channels')) },
  params: {},
  gives: 'The product',
  build: (b, inputs) => b.add('multiply', wired(inputs)),
})

export const modulate = defineLayer({
  type: 'diffusion/Modulate',
  summary: 'Scales and shifts each channel by vectors, such as embeddings (FiLM, adaLN).',
  equation: 'y = x (1 + \\gamma) + \\beta',
  source: 'Perez et al. 2018; Peebles & Xie 2023',
  inputs: {
    x: features('Features, usually normalised'),
    scale: features('γ: a vector of as many channels'),
    shift: features('β: a vector of as many channels'),
  },
  params: {},
  gives: 'Modulated features',
  build: (b, { x, scale, shift }) => b.add('modulate', [x, scale, shift]),
})

export const split = defineLayer({
  type: 'diffusion/Split',
  summary: 'One of several equal parts of the channels.',
  inputs: { x: features('Features') },
  params: {
    count: integer(2, { min: 1, max: 64 }, 'Number of parts; must divide the channels'),
    index: integer(0, { min: 0, max: 63 }, 'Which part, from 0'),
  },
  gives: 'That part',
  build: (b, { x }, { count, index }) =>
    b.add('split', [x], { count, index: Math.min(index, count - 1) }),
})
