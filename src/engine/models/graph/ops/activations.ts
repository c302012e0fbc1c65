// Activations, element by element, and softmax.
import type { Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { activations, geluTanh } from '../../../layers/activations.ts'
import type { LayerOp } from '../layer.ts'

const layer = (apply: (x: Tensor) => Tensor): LayerOp => ({
  inputs: ['x'],
  attrs: {},
  shape: ([x]) => x,
  run: ({ inputs: [x] }) => apply(x as Tensor),
})

export const silu = layer(activations.silu)
export const gelu = layer(activations.gelu)
/** GELU by its tanh approximation. */
export const gelu_tanh = layer(geluTanh)
export const relu = layer(activations.relu)
export const tanh = layer(activations.tanh)
export const mish = layer(activations.mish)
/** Softmax over the last axis. */
export const softmax = layer((x) => tf.softmax(x))
