// Activation functions.
import { activeBackend } from '../base/backend.ts'
import type { Tensor } from '../base/tf.ts'
import { layerOp } from './operation.ts'

/** x sigmoid(x). */
export const silu = (x: Tensor): Tensor => activeBackend().silu?.(x) ?? siluOp(x)

const siluOp = layerOp({
  own: (...args: unknown[]) => {
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
  },
  composed: (x: Tensor): Tensor => x.mul(x.sigmoid()),
})

/**
 * x Φ(x) with the exact normal distribution function, not the tanh approximation: torch's default
 * GELU (Hendrycks and Gimpel 2016).
 */
export const gelu = (x: Tensor): Tensor => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1))

/** GELU by the approximation with tanh, as in GPT-2 and DiT (Hendrycks and Gimpel 2016, section 2). */
export function geluTanh(x: Tensor): Tensor {
  const inner = x.mul(x.square().mul(0.044715).add(1)).mul(Math.sqrt(2 / Math.PI))
  return x.mul(0.5).mul(inner.tanh().add(1))
}

/** Activations by name. */
export const activations = {
  silu,
  gelu,
  relu: (x: Tensor): Tensor => x.relu(),
  tanh: (x: Tensor): Tensor => x.tanh(),
  mish: (x: Tensor): Tensor => x.mul(x.softplus().tanh()),
} satisfies Record<string, (x: Tensor) => Tensor>

export type Activation = keyof typeof activations

export const isActivation = (name: string): name is Activation => Object.hasOwn(activations, name)
