// External data that nodes need before a run: stored files and shipped files.
import { MessageError } from '../base/errors.ts'
import { getFaults, GraphError } from '../messages/fault.ts'
import { planMessages } from '../messages/plan.ts'
import { atNode } from './nodeErrors.ts'
import type { Assets, Ops, RunOp } from './op.ts'
import { nodeSteps, type Plan } from './steps.ts'

export interface ExternalData {
  /** Data by node id. */
  prepared: Map<string, unknown>
  /** Identity of the data by node id, which becomes part of the keys of results. */
  content: Map<string, string>
}

/**
 * Loads the external data of all nodes of a plan.
 * @throws GraphError with the faults of all nodes whose data is missing
 */
export async function loadExternalData(
  plan: Plan,
  ops: Ops,
  assets: Assets = noAssets,
): Promise<ExternalData> {
  const prepared = new Map<string, unknown>()
  const content = new Map<string, string>()
  const faults: unknown[] = []
  for (const step of plan.steps.flatMap(nodeSteps)) {
    const op = ops.get(step.op) as RunOp
    if (!op.prepare) continue
    try {
      const { key, data } = await op.prepare(step.params as never, assets)
      prepared.set(step.id, data)
      content.set(step.id, key)
    } catch (error) {
      faults.push(atNode(error, step.id))
    }
  }
  if (faults.length) throw new GraphError(faults.flatMap(getFaults))
  return { prepared, content }
}

const noAssets: Assets = {
  checkpoint: async () => undefined,
  dataset: async () => undefined,
  shipped: async (name) => Promise.reject(new MessageError(planMessages.noAsset({ name }))),
}
