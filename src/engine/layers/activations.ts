// Activation functions.
import { activeBackend } from '../base/backend.ts'
import type { Tensor } from '../base/tf.ts'
import { halfSquareExp, scaledTail, TAIL_END } from './normalTail.ts'
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
        return activeBackend().siluGradient?.(dy, gate, y) ?? dy.mul(gate.add(y.sub(y.mul(gate))))
      },
    }
  },
  composed: (x: Tensor): Tensor => x.mul(x.sigmoid()),
})

/**
 * x Φ(x) with the exact normal distribution function, not the tanh approximation: torch's default
 * GELU (Hendrycks and Gimpel 2016). Its relative error is small for negative x as well.
 */
export const gelu = (x: Tensor): Tensor => activeBackend().gelu?.(x) ?? geluOp(x)

/** Φ(x) and φ(x). Differentiable: the sign of x is a constant. */
function normal(x: Tensor): { share: Tensor; density: () => Tensor } {
  const positive = x.greaterEqual(0).cast('float32')
  const sign = positive.mul(2).sub(1)
  const a = x.mul(sign).minimum(TAIL_END)
  const square = halfSquareExp(a)
  return {
    // Φ(-a) for negative x, 1 - Φ(-a) for others.
    share: positive.sub(sign.mul(square.mul(scaledTail(a)))),
    density: () => square.mul(1 / Math.sqrt(2 * Math.PI)),
  }
}

const geluOp = layerOp({
  own: (...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
    save([x])
    return {
      value: x.mul(normal(x).share),
      // d/dx x Φ = Φ + x φ
      gradFunc: (dy: Tensor, [x]: Tensor[]) => {
        const { share, density } = normal(x)
        return dy.mul(share.add(x.mul(density())))
      },
    }
  },
  composed: (x: Tensor): Tensor => x.mul(normal(x).share),
})

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
