// The layers of small networks, with gradients that are quick on every backend.
import type { Random } from '../random.ts'
import type { Tensor, Tensor1D, Tensor2D } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Weights } from '../values.ts'

/**
 * x W + b for x of `[b, in]`, W of `[in, out]`. The gradient transposes before it multiplies: with a transposed operand
 * matMul leaves the fast path of the wasm backend. The bias gathers its gradient by a product with ones, which is
 * quicker than a sum over the outer axis everywhere.
 */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  return linearOp(x, weight, bias) as Tensor2D
}

const linearOp = tf.customGrad((...args: unknown[]) => {
  const [x, weight, bias, save] = args as [Tensor2D, Tensor2D, Tensor1D, (tensors: Tensor[]) => void]
  save([x, weight])
  return {
    value: tf.fused.matMul({ a: x, b: weight, bias }),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [x, weight] = saved as [Tensor2D, Tensor2D]
      return [
        tf.matMul(dy as Tensor2D, weight.transpose()),
        tf.matMul(x.transpose(), dy as Tensor2D),
        tf.matMul(tf.ones([1, dy.shape[0]!]), dy as Tensor2D).as1D(),
      ]
    },
  }
})

/** x sigmoid(x). */
export const silu = (x: Tensor): Tensor => siluOp(x)

const siluOp = tf.customGrad((...args: unknown[]) => {
  const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
  const gate = x.sigmoid()
  const y = x.mul(gate)
  save([gate, y])
  return {
    value: y,
    // d/dx x s = s + x s (1 - s)
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [gate, y] = saved as [Tensor, Tensor]
      return dy.mul(gate.add(y.sub(y.mul(gate))))
    },
  }
})

export type Activation = 'silu' | 'relu' | 'tanh'

export const activations: { [K in Activation]: (x: Tensor) => Tensor } = {
  silu,
  relu: (x) => x.relu(),
  tanh: (x) => x.tanh(),
}

/**
 * Sinusoidal embedding of timesteps, `[n, dim]`: half the columns cos(t f), half sin(t f), with frequencies from 1 to 1/10000.
 * diffusers' `get_timestep_embedding` with flip_sin_to_cos and freq_shift 0; on the CPU, because float32 loses digits of t f.
 */
export function timestepEmbedding(t: Float64Array, dim: number): Tensor2D {
  const half = dim / 2
  const values = new Float32Array(t.length * dim)
  t.forEach((step, i) => {
    for (let k = 0; k < half; k++) {
      const angle = step * Math.exp((-Math.log(10000) * k) / half)
      values[i * dim + k] = Math.cos(angle)
      values[i * dim + half + k] = Math.sin(angle)
    }
  })
  return tf.tensor2d(values, [t.length, dim])
}

/** Rows of the identity: `[n, count]` with a 1 at each index; a product with it looks rows up, with an exact gradient. */
export function oneHot(indices: Int32Array, count: number): Tensor2D {
  const values = new Float32Array(indices.length * count)
  indices.forEach((index, i) => (values[i * count + index] = 1))
  return tf.tensor2d(values, [indices.length, count])
}

/** The weights of a linear layer as `torch.nn.Linear` starts: uniform within 1 / sqrt(in). */
export function linearWeights(name: string, from: number, to: number, random: Random): Weights {
  const bound = 1 / Math.sqrt(from)
  const uniform = (count: number) => random.uniform(count).map((u) => bound * (2 * u - 1))
  return {
    [`${name}.weight`]: tf.tensor2d(uniform(from * to), [from, to]),
    [`${name}.bias`]: tf.tensor1d(uniform(to)),
  }
}

/** A table of embeddings as `torch.nn.Embedding` starts: standard normal. */
export const embeddingWeights = (name: string, count: number, dim: number, random: Random): Weights => ({
  [`${name}.weight`]: tf.tensor2d(random.normal(count * dim), [count, dim]),
})
