// Execution of a node's function, for plans and scripts.
import { NodeError } from '../messages/fault.ts'
import { knownValues } from '../base/knownValues.ts'
import type { Memory } from '../base/memory.ts'
import { runTidied } from '../base/memory.ts'
import { createRandom, type Random } from '../base/random.ts'
import { tf } from '../base/tf.ts'
import { collectTensors } from '../base/values.ts'
import { planMessages } from '../messages/plan.ts'
import type { Solvers } from './host.ts'
import type { Declaration, Inputs, NodeContext, Outputs, Params, RunContext, RunOp } from './op.ts'
import { createOwnModel } from '../models/kinds/defined/create.ts'

/**
 * Returns the random numbers of a node, keyed by its seed, if any, and the iterations of the
 * enclosing loops.
 */
export function randomFor(op: Declaration, params: Params, path: readonly number[]): Random {
  const seed = Object.entries(op.params).find(([, { kind }]) => kind === 'seed')?.[0]
  return createRandom(seed ? (params[seed] as number) : 0, path)
}

/**
 * Returns the contents of the tensors in `reads` if the node has `readsKnown` and all of them are
 * known on the CPU; undefined if they must be read back.
 */
export function readKnown(
  { readsKnown, reads }: RunOp,
  inputs: Inputs,
  params: Params,
): Float32Array[] | undefined {
  if (!readsKnown || !reads) return undefined
  const values = reads(inputs as never, params as never).map(knownValues)
  const isKnown = (value: Float32Array | undefined) => value !== undefined
  return values.every(isKnown) ? (values as Float32Array[]) : undefined
}

/** Fault of a node inside a unit that needs tensors whose contents are not known on the CPU. */
export const unknownValues = () =>
  new NodeError({ message: planMessages.unknownInUnit(), cure: planMessages.connectKnown() })

/**
 * Reads back what `reads` of a node names, and disposes the tensors that it created. The caller
 * retains the inputs meanwhile.
 */
export function readInputs(op: RunOp, inputs: Inputs, params: Params): Promise<Float32Array[]> {
  const given = new Set(collectTensors(inputs))
  const tensors = runTidied(() => op.reads?.(inputs as never, params as never) ?? [])
  const contents = tensors.map((tensor) => tensor.data() as Promise<Float32Array>)
  return Promise.all(contents).finally(() =>
    tf.dispose(tensors.filter((tensor) => !given.has(tensor))),
  )
}

/** State of a multistep solver in the innermost sampling loop, by a unique name. */
export interface SolverState {
  solvers: Solvers | undefined
  name: string
  memory: Memory
}

type StatefulRun = (
  inputs: Inputs,
  params: Params,
  context: RunContext,
  state: unknown,
) => { outputs: Outputs; state: unknown }

/** Returns the outputs of a node, not yet retained. */
export function runOp(
  op: RunOp,
  inputs: Inputs,
  params: Params,
  given: RunContext,
  { solvers, name, memory }: SolverState,
): Outputs {
  const context: NodeContext = {
    ...given,
    createModel: (definition, config, options) =>
      createOwnModel(definition, config, given.random, options),
  }
  if (!op.stateful) return runTidied(() => op.run(inputs as never, params as never, context))
  const run = op.run as typeof op.run & StatefulRun
  if (!solvers) return runTidied(() => run(inputs, params, context, undefined).outputs)
  const { outputs, state } = runTidied(() => run(inputs, params, context, solvers.before[name]))
  memory.retain(state)
  // Only the last state is stored for equal nodes, and for a node that runs several times per
  // iteration.
  if (name in solvers.after) memory.release(solvers.after[name])
  solvers.after[name] = state
  return outputs
}
