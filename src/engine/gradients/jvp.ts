// Jacobian-vector products.
import { runTidied } from '../base/memory.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { constant } from '../base/sums.ts'
import { differentiate, offTape } from './differentiate.ts'
import { stopGradient } from './stopGradient.ts'

/**
 * Returns y = f(xs) and J v, the derivative of y along the `tangents` v, which have the shapes of
 * the xs. Reverse mode twice: u ↦ uᵀ J is linear in u, and its derivative along v is J v. `f` runs
 * twice and must compute the same both times. y is differentiable as usual; J v is a constant. Zeros
 * if y does not depend on `xs`.
 */
export function jvp<Value extends Tensor>(
  f: (xs: Tensor[]) => Value,
  xs: readonly Tensor[],
  tangents: readonly Tensor[],
): { value: Value; tangent: Tensor } {
  const value = f([...xs])
  const tangent = offTape(() => runTidied(() => pushForward(f, xs, tangents, value)))
  return { value, tangent }
}

function pushForward(
  f: (xs: Tensor[]) => Tensor,
  xs: readonly Tensor[],
  tangents: readonly Tensor[],
  { shape }: Tensor,
): Tensor {
  const points = xs.map(stopGradient)
  const u = constant(shape, 0)
  const { grads } = differentiate(() => {
    const inner = differentiate(() => f(points), points, u)
    return inner.grads
      .map((gradient, i) => gradient?.mul(stopGradient(tangents[i])).sum())
      .reduce<Tensor>((sum, term) => (term ? sum.add(term) : sum), tf.scalar(0))
  }, [u])
  return grads[0] ?? tf.zeros(shape)
}
