// Values of a graph that are known at the time of an export: data sets, untrained models, schedules,
// lists of timesteps, and the settings of optimizers.
import { splitMany, valueId, type ValueId } from '../../engine/base/ids.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import { wire } from '../../engine/plan/graph.ts'
import { atNode } from '../../engine/plan/nodeErrors.ts'
import type { Assets, Op, Ops, Outputs, RunOp } from '../../engine/plan/op.ts'
import { randomFor, readInputs, runOp } from '../../engine/plan/runOp.ts'
import type { LoopStep, NodeStep, Step } from '../../engine/plan/steps.ts'
import { Memory } from '../../engine/base/memory.ts'

export type KnownValues = Map<ValueId, Value>

/**
 * Evaluates the nodes for which `isKnown` holds and whose inputs are known. Draws of random numbers
 * inside loops differ by iteration, so nodes with a seed are evaluated outside of loops only.
 */
export async function evaluateKnown(
  steps: readonly Step[],
  ops: Ops,
  assets: Assets,
  isKnown: (type: string) => boolean,
): Promise<KnownValues> {
  const known: KnownValues = new Map()
  const memory = new Memory()
  const evaluate = async (step: NodeStep, inLoop: boolean) => {
    const op = ops.get(step.op) as Op
    const ids = Object.entries(step.inputs)
    if (
      op.role !== 'node' ||
      'expands' in op ||
      !isKnown(op.type) ||
      ids.some(([, id]) => !known.has(id))
    )
      return
    if (inLoop && Object.values(op.params).some(({ kind }) => kind === 'seed')) return
    const inputs = Object.fromEntries(ids.map(([slot, id]) => [slot, known.get(id)!]))
    try {
      const outputs = await run(op as RunOp, step, inputs)
      for (const [slot, value] of Object.entries(outputs))
        known.set(valueId(wire(step.id, slot)), value)
    } catch (error) {
      throw atNode(error, step.id)
    }
  }
  const run = async (
    op: RunOp,
    step: NodeStep,
    inputs: Record<string, Value>,
  ): Promise<Outputs> => {
    const { params } = step
    const prepared = await op.prepare?.(params as never, assets)
    const read = op.reads && (await readInputs(op, inputs, params))
    const context = {
      random: randomFor(op, params, []),
      prepared: prepared?.data,
      ...(read && { read }),
    }
    const outputs = runOp(op, inputs, params, context, {
      solvers: undefined,
      name: step.id,
      memory,
    })
    memory.retain(outputs)
    return outputs
  }
  const visit = async (list: readonly Step[], inLoop: boolean) => {
    for (const step of list) {
      if (step.kind === 'run') await evaluate(step, inLoop)
      if (step.kind !== 'loop') continue
      addModels(step, known)
      await visit(step.body, true)
      await visit(step.emission, inLoop)
    }
  }
  await visit(steps, false)
  return known
}

/** The models of a training are known but for their weights. */
function addModels({ id, end, inputs }: LoopStep, known: KnownValues) {
  for (const [slot, value] of Object.entries(inputs)) {
    if (splitMany(slot)[0] !== 'model' || !known.has(value)) continue
    for (const name of [slot, slot.replace('model', 'ema')])
      for (const node of [id, end]) known.set(valueId(wire(node, name)), known.get(value)!)
  }
}
