import { differentiate } from '../differentiate.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Weights } from '../values.ts'

/** A part of a network: a function of tensors and weights that gives the same whenever it is called with the same. */
export type Block<Output extends Tensor> = (inputs: Tensor[], weights: Weights) => Output

/**
 * block(inputs, weights), of which nothing is kept for the way back but what goes into it: there it is computed again (Chen et al.
 * 2016, section 3). The gradients have the bits of those of {@link plain}.
 */
export function checkpointed<Output extends Tensor>(block: Block<Output>, inputs: readonly Tensor[], weights: Weights): Output {
  const names = Object.keys(weights)
  const run = (all: readonly Tensor[]) => {
    const named = names.map((name, i) => [name, all[inputs.length + i]!])
    return plain(block, all.slice(0, inputs.length), Object.fromEntries(named) as Weights)
  }
  const op = tf.customGrad((...args: unknown[]) => {
    const [all, save] = [args.slice(0, -1) as Tensor[], args.at(-1) as (tensors: Tensor[]) => void]
    save(all)
    return {
      value: run(all),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const { grads } = differentiate(() => run(saved), saved, dy)
        return grads.map((gradient, i) => gradient ?? tf.zerosLike(saved[i]!))
      },
    }
  })
  return op(...inputs, ...Object.values(weights)) as Output
}

/**
 * block(inputs, weights). What the gradient of an input is the sum of is added up for the block by itself before it is added to what comes
 * from elsewhere, as it is where the block is computed again.
 */
export const plain = <Output extends Tensor>(block: Block<Output>, inputs: readonly Tensor[], weights: Weights): Output =>
  block(
    inputs.map((input) => input.clone()),
    weights,
  )
