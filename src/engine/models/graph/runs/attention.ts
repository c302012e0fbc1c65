// Evaluation of attention between tokens.
import type { Tensor3D } from '../../../base/tf.ts'
import { attention as attend, linearAttention } from '../../../layers/attention.ts'
import type { LayerRuns } from '../layer.ts'
import { forAll } from './arithmetic.ts'

export const runs = {
  attention({ inputs, attrs: { heads }, index, pass }) {
    const [q, k, v] = inputs as [Tensor3D, Tensor3D, Tensor3D]
    const [keys, values] = [k, v].map((one) => forAll(one, q.shape[0])) as [Tensor3D, Tensor3D]
    pass.watch?.({ layer: index, q, k: keys, heads })
    return attend(q, keys, values, heads)
  },
  linear_attention({ inputs, attrs: { heads } }) {
    const [q, k, v] = inputs as [Tensor3D, Tensor3D, Tensor3D]
    return linearAttention(q, forAll(k, q.shape[0]), forAll(v, q.shape[0]), heads)
  },
} satisfies Partial<LayerRuns>
