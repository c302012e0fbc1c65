import { differentiate } from '../gradients/differentiate.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Weights } from '../base/values.ts'
import { layerOp } from './operation.ts'

/** Part of a network: a pure function of tensors and weights. */
export type Block<Output extends Tensor> = (inputs: Tensor[], weights: Weights) => Output

/**
 * Evaluates a block with activation checkpointing: only its inputs are saved, and the backward pass
 * recomputes it (Chen et al. 2016, section 3). Gradients are bit-identical to those of {@link
 * runWithoutCheckpoint}.
 */
export function checkpointed<Output extends Tensor>(
  block: Block<Output>,
  inputs: readonly Tensor[],
  weights: Weights,
): Output {
  const names = Object.keys(weights)
  const run = (all: readonly Tensor[]) => {
    const named = names.map((name, i) => [name, all[inputs.length + i]])
    return runWithoutCheckpoint(
      block,
      all.slice(0, inputs.length),
      Object.fromEntries(named) as Weights,
    )
  }
  const op = layerOp({
    own: (...args: unknown[]) => {
      const [all, save] = [
        args.slice(0, -1) as Tensor[],
        args.at(-1) as (tensors: Tensor[]) => void,
      ]
      save(all)
      return {
        value: run(all),
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const { grads } = differentiate(() => run(saved), saved, dy)
          return grads.map((gradient, i) => gradient ?? tf.zerosLike(saved[i]))
        },
      }
    },
    composed: (...all: Tensor[]): Output => run(all),
  })
  return op(...inputs, ...Object.values(weights))
}

/**
 * Evaluates a block without checkpointing. Gradients of an input are summed within the block before
 * those from elsewhere are added, which is the order of {@link checkpointed}.
 */
export const runWithoutCheckpoint = <Output extends Tensor>(
  block: Block<Output>,
  inputs: readonly Tensor[],
  weights: Weights,
): Output =>
  block(
    inputs.map((input) => input.clone()),
    weights,
  )
