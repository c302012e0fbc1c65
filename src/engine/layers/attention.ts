import type { Tensor, Tensor3D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'
import { isSoftware } from '../webgpu/device.ts'
import { attentionBackward, attentionForward } from '../webgpu/kernels/attention.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'
import { softmaxGradient } from './softmax.ts'
import { onGPU } from './sums.ts'

/**
 * softmax(q k^T / sqrt(c / heads)) v (Vaswani et al. 2017, equation 1), for every head by itself: q of `[b, n, c]`, k and v
 * of `[b, m, c]`, with the heads side by side in c.
 */
export function attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number): Tensor3D {
  const kernels = ownKernels()
  // Devices made of software are as quick with stock kernels, and compile these for seconds.
  if (kernels && !isSoftware(kernels.device)) return attentionByKernels(heads)(q, k, v) as Tensor3D
  const mixed = attentionOp(headsOf(q, heads), headsOf(k, heads), headsOf(v, heads)) as Tensor3D
  return joined(mixed, heads)
}

/**
 * What every query takes from every key, the mean over the heads: softmax(q k^T / sqrt(c / heads)) of `[b, n, m]`. For
 * looking at; {@link attention} does not need it whole.
 */
export function attentionShares(q: Tensor3D, k: Tensor3D, heads: number): Tensor3D {
  const [b, n] = q.shape
  const scaled = headsOf(q, heads).mul(1 / Math.sqrt(q.shape[2] / heads))
  const shares = tf.softmax(product(scaled, headsOf(k, heads), false, true))
  return shares.reshape([b, heads, n, -1]).mean(1) as Tensor3D
}

/**
 * softmax(q) (softmax(k)^T v), for every head by itself (Shen et al. 2021, section 3.2; of the linear attentions of
 * Katharopoulos et al. 2020 the one with these two softmaxes): over the channels of a query, and over the places of the
 * keys. The middle is `[d, d]`, so that the cost grows with n and not with its square. q of `[b, n, c]`, k and v of `[b, m, c]`.
 */
export function linearAttention(q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number): Tensor3D {
  // softmax is over the last axis alone, so the keys are turned before and need not be turned for the product.
  const places = tf.softmax(headsOf(k, heads).transpose([0, 2, 1])) as Tensor3D
  const summary = tf.matMul(places, headsOf(v, heads)) as Tensor3D
  return joined(tf.matMul(tf.softmax(headsOf(q, heads)), summary) as Tensor3D, heads)
}

/** `[b, n, heads d]` to `[b heads, n, d]`. */
function headsOf(x: Tensor3D, heads: number): Tensor3D {
  if (heads === 1) return x
  const [b, n, c] = x.shape
  const apart = x.reshape([b, n, heads, c / heads]).transpose([0, 2, 1, 3]) as Tensor4D
  return apart.reshape([b * heads, n, c / heads])
}

/** The inverse of {@link headsOf}. */
function joined(x: Tensor3D, heads: number): Tensor3D {
  if (heads === 1) return x
  const [rows, n, d] = x.shape
  const apart = x.reshape([rows / heads, heads, n, d]).transpose([0, 2, 1, 3]) as Tensor4D
  return apart.reshape([rows / heads, n, heads * d])
}

/** On webgpu with kernels of our own: one dispatch forwards, two backwards, and shares of every query are nowhere kept. */
export const attentionByKernels = (heads: number) =>
  tf.customGrad((...args: unknown[]) => {
    const [q, k, v, save] = args as [Tensor3D, Tensor3D, Tensor3D, (tensors: Tensor[]) => void]
    const backend = ownKernels()!
    const found = attentionForward(backend, { qkv: [q, k, v], heads })
    const [y, logsumexp] = [tensorOf(found.y), tensorOf(found.logsumexp)]
    save([q, k, v, y, logsumexp])
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [q, k, v, y, logsumexp] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor]
        return attentionBackward(backend, { qkv: [q, k, v], heads, y, logsumexp, dy }).map((each) => tensorOf(each))
      },
    }
  })

const attentionOp = tf.customGrad((...args: unknown[]) => {
  const [q, k, v, save] = args as [Tensor3D, Tensor3D, Tensor3D, (tensors: Tensor[]) => void]
  const scale = 1 / Math.sqrt(q.shape[2])
  const shares = tf.softmax(product(q.mul(scale), k, false, true)) as Tensor3D
  save([q, k, v, shares])
  return {
    value: product(shares, v),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [q, k, v, shares] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D]
      const scores = softmaxGradient(shares, product(dy as Tensor3D, v, false, true), 1 / Math.sqrt(q.shape[2])) as Tensor3D
      return [product(scores, k), product(scores, q, true), product(shares, dy as Tensor3D, true)]
    },
  }
})

/** a b, item by item. On GPUs kernels are quicker for what was transposed before. */
function product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor3D {
  if (!onGPU()) return tf.matMul(a, b, transposeA, transposeB) as Tensor3D
  return tf.matMul(transposeA ? swapped(a) : a, transposeB ? swapped(b) : b) as Tensor3D
}

const swapped = (x: Tensor) => x.transpose([0, 2, 1])
