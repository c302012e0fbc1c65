import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { siluForward, siluGradient } from '../webgpu/kernels/elementwise.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'

/** x sigmoid(x). */
export const silu = (x: Tensor): Tensor => (ownKernels() ? siluWebgpuOp(x) : siluOp(x))

/** On webgpu with kernels of our own: one dispatch each way, and nothing but x is kept. */
const siluWebgpuOp = tf.customGrad((...args: unknown[]) => {
  const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
  const backend = ownKernels()!
  save([x])
  return {
    value: tensorOf(siluForward(backend, x)),
    gradFunc: (dy: Tensor, [x]: Tensor[]) => tensorOf(siluGradient(backend, x!, dy)),
  }
})

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

/** x times the share of a standard normal below x, exactly and not by tanh: torch's GELU (Hendrycks and Gimpel 2016). */
export const gelu = (x: Tensor): Tensor => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1))

export type Activation = 'silu' | 'relu' | 'tanh'

export const activations: { [K in Activation]: (x: Tensor) => Tensor } = {
  silu,
  relu: (x) => x.relu(),
  tanh: (x) => x.tanh(),
}
