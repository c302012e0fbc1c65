// Normalisation.
import { defineLayerOp, type WeightSpec } from '../layerOp.ts'
import { count, flag, positive } from './attributes.ts'
import { channelsOf, checkDivides } from './checks.ts'

const scale = (channels: number): WeightSpec => ({
  part: 'weight',
  shape: [channels],
  layout: 'plain',
  start: { kind: 'ones' },
})
const shift = (channels: number): WeightSpec => ({
  part: 'bias',
  shape: [channels],
  layout: 'plain',
  start: { kind: 'zeros' },
})

/** Group normalisation over the channels of images, tokens or vectors (Wu & He 2018). */
export const group_norm = defineLayerOp({
  inputs: ['x'],
  attrs: { groups: count, eps: positive },
  shape([x], { groups }) {
    checkDivides(groups, channelsOf(x), 'groups')
    return x
  },
  weights: ([x]) => [scale(channelsOf(x)), shift(channelsOf(x))],
  cost: { saves: 'norm' },
})

/** Layer normalisation over the last axis (Ba et al. 2016). */
export const layer_norm = defineLayerOp({
  inputs: ['x'],
  attrs: { eps: positive, affine: flag },
  shape: ([x]) => x,
  weights: ([x], { affine }) => (affine ? [scale(channelsOf(x)), shift(channelsOf(x))] : []),
  cost: { saves: 'norm' },
})

/** x / rms(x) over the last axis, with a weight per channel (Zhang & Sennrich 2019). */
export const rms_norm = defineLayerOp({
  inputs: ['x'],
  attrs: { eps: positive },
  shape: ([x]) => x,
  weights: ([x]) => [scale(channelsOf(x))],
  cost: { saves: 'norm' },
  title: 'RMS norm',
})
