// Evaluation of activations, element by element, and of softmax.
import type { Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { activations, geluTanh } from '../../../layers/activations.ts'
import type { LayerRuns } from '../layer.ts'

const activate =
  (apply: (x: Tensor) => Tensor) =>
  ({ inputs: [x] }: { inputs: readonly Tensor[] }): Tensor =>
    apply(x)

export const runs = {
  silu: activate(activations.silu),
  gelu: activate(activations.gelu),
  gelu_tanh: activate(geluTanh),
  relu: activate(activations.relu),
  tanh: activate(activations.tanh),
  mish: activate(activations.mish),
  softmax: activate((x) => tf.softmax(x)),
} satisfies Partial<LayerRuns>
