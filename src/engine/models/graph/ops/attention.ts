// Attention between tokens.
import type { Tensor, Tensor3D } from '../../../base/tf.ts'
import { attention as attend, linearAttention } from '../../../layers/attention.ts'
import type { LayerOp } from '../layer.ts'

/** Softmax attention of queries to keys and values. Those with one item apply to all. */
export const attention: LayerOp = {
  shape: ([q, , v]) => [q[0], v[1]],
  run({ inputs, attrs: { heads }, index, pass }) {
    const [q, k, v] = inputs as [Tensor3D, Tensor3D, Tensor3D]
    const [keys, values] = [k, v].map((one) => forAll(one, q.shape[0])) as [Tensor3D, Tensor3D]
    pass.watch?.({ layer: index, q, k: keys, heads: heads as number })
    return attend(q, keys, values, heads as number)
  },
}

/** Attention whose cost is linear in the number of tokens (Shen et al. 2021). */
export const linear_attention: LayerOp = {
  shape: ([q, , v]) => [q[0], v[1]],
  run({ inputs, attrs: { heads } }) {
    const [q, k, v] = inputs as [Tensor3D, Tensor3D, Tensor3D]
    return linearAttention(q, forAll(k, q.shape[0]), forAll(v, q.shape[0]), heads as number)
  },
}

const forAll = <T extends Tensor>(x: T, batch: number): T =>
  x.shape[0] === batch ? x : (x.tile([batch, ...x.shape.slice(1).map(() => 1)]) as T)
