// A node of a host's own.
import { defineNode, slot } from 'litegraph-diffusion'

export const mirror = defineNode({
  type: 'mine/Mirror',
  category: 'mine',
  summary: 'Mirrors points at the origin.',
  inputs: { x: slot.samples('points') },
  outputs: { mirrored: slot.samples('the same on the other side') },
  params: {},
  run: ({ x }) => ({ mirrored: { type: 'samples', space: x.space, tensor: x.tensor.neg() } }),
})
