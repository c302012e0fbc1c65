// Attention between rows of tokens or pixels.
import { activeBackend } from '../base/backend.ts'
import type { Tensor, Tensor3D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { layerOp } from './operation.ts'
import { softmaxGradient } from './softmax.ts'
import { onGPU } from '../base/sums.ts'

/**
 * softmax(q k^T / sqrt(c / heads)) v for each head (Vaswani et al. 2017, equation 1): q of
 * `[b, n, c]`, k and v of `[b, m, c]`, with the heads concatenated in c.
 */
export function attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number): Tensor3D {
  const fused = activeBackend().attention?.(q, k, v, heads)
  if (fused) return fused
  const mixed = attentionOp(splitHeads(q, heads), splitHeads(k, heads), splitHeads(v, heads))
  return mergeHeads(mixed, heads)
}

/**
 * Attention weights of each head: softmax(q k^T / sqrt(c / heads)), `[b, heads, n, m]`, with q of
 * `[b, n, c]` and k of `[b, m, c]`. For display; {@link attention} does not materialise them.
 */
export function attentionProbabilities(q: Tensor3D, k: Tensor3D, heads: number): Tensor4D {
  const [b, n] = q.shape
  const scaled = splitHeads(q, heads).mul(1 / Math.sqrt(q.shape[2] / heads))
  const shares = tf.softmax(matrixProduct(scaled, splitHeads(k, heads), false, true))
  return shares.reshape([b, heads, n, -1])
}

/** {@link attentionProbabilities}, averaged over the heads: `[b, n, m]`. */
export const attentionShares = (q: Tensor3D, k: Tensor3D, heads: number): Tensor3D =>
  attentionProbabilities(q, k, heads).mean(1)

/**
 * softmax(q) (softmax(k)^T v) for each head, with softmax over the channels of a query and over the
 * positions of the keys (Shen et al. 2021, section 3.2; a case of Katharopoulos et al. 2020). The
 * inner product is `[d, d]`, so the cost is linear in n. q of `[b, n, c]`, k and v of `[b, m, c]`.
 */
export function linearAttention(q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number): Tensor3D {
  // softmax works on the last axis only. Transposing the keys here also saves a transpose in the
  // product.
  const places = tf.softmax(splitHeads(k, heads).transpose([0, 2, 1])) as Tensor3D
  const summary = tf.matMul(places, splitHeads(v, heads)) as Tensor3D
  return mergeHeads(tf.matMul(tf.softmax(splitHeads(q, heads)), summary) as Tensor3D, heads)
}

/** `[b, n, heads d]` to `[b heads, n, d]`. */
function splitHeads(x: Tensor3D, heads: number): Tensor3D {
  if (heads === 1) return x
  const [b, n, c] = x.shape
  const apart = x.reshape([b, n, heads, c / heads]).transpose([0, 2, 1, 3]) as Tensor4D
  return apart.reshape([b * heads, n, c / heads])
}

/** The inverse of {@link splitHeads}. */
function mergeHeads(x: Tensor3D, heads: number): Tensor3D {
  if (heads === 1) return x
  const [rows, n, d] = x.shape
  const apart = x.reshape([rows / heads, heads, n, d]).transpose([0, 2, 1, 3]) as Tensor4D
  return apart.reshape([rows / heads, n, heads * d])
}

const attentionOp = layerOp({
  own: (...args: unknown[]) => {
    const [q, k, v, save] = args as [Tensor3D, Tensor3D, Tensor3D, (tensors: Tensor[]) => void]
    const scale = 1 / Math.sqrt(q.shape[2])
    const shares = tf.softmax(matrixProduct(q.mul(scale), k, false, true)) as Tensor3D
    save([q, k, v, shares])
    return {
      value: matrixProduct(shares, v),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [q, k, v, shares] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D]
        const scores = softmaxGradient(
          shares,
          matrixProduct(dy as Tensor3D, v, false, true),
          1 / Math.sqrt(q.shape[2]),
        ) as Tensor3D
        return [
          matrixProduct(scores, k),
          matrixProduct(scores, q, true),
          matrixProduct(shares, dy as Tensor3D, true),
        ]
      },
    }
  },
  composed: (q: Tensor3D, k: Tensor3D, v: Tensor3D): Tensor3D => {
    const scores = matrixProduct(q.mul(1 / Math.sqrt(q.shape[2])), k, false, true)
    return matrixProduct(tf.softmax(scores), v)
  },
})

/** Batched a b. On GPUs, kernels for explicitly transposed operands are faster. */
function matrixProduct(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor3D {
  if (!onGPU()) return tf.matMul(a, b, transposeA, transposeB) as Tensor3D
  return tf.matMul(
    transposeA ? swapMiddleAxes(a) : a,
    transposeB ? swapMiddleAxes(b) : b,
  ) as Tensor3D
}

const swapMiddleAxes = (x: Tensor) => x.transpose([0, 2, 1])
