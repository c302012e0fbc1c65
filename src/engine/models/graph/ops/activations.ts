// Activations, element by element.
import type { Tensor } from '../../../base/tf.ts'
import { activations } from '../../../layers/activations.ts'
import type { LayerOp } from '../layer.ts'

const layer = (apply: (x: Tensor) => Tensor): LayerOp => ({
  shape: ([x]) => x,
  run: ({ inputs: [x] }) => apply(x as Tensor),
})

export const silu = layer(activations.silu)
export const gelu = layer(activations.gelu)
export const relu = layer(activations.relu)
export const tanh = layer(activations.tanh)
export const mish = layer(activations.mish)
