// Estimates of memory and time of the trainings of a graph, before they start.
import { tf } from '../../engine/base/tf.ts'
import type { Model } from '../../engine/models/model.ts'
import { trainingMemory } from '../../engine/models/cost.ts'
import { layerCosts, totalCost } from '../../engine/models/graph/costs.ts'
import { findNetwork, predict } from '../../engine/models/predict.ts'
import { outerId } from '../../engine/base/ids.ts'
import { wire, type Graph, type GraphNode } from '../../engine/plan/graph.ts'
import type { Ops } from '../../engine/plan/op.ts'
import type { Session } from '../../engine/plan/session.ts'
import type { TrainingEstimate } from '../../engine/protocol.ts'
import { modelItemShape } from '../../engine/models/kinds/registry.ts'

/** Forward and backward pass, in forward passes. */
const PASSES = 3
/**
 * Trainings below so many FLOPs, with steps below so many, take minutes on any device: their time is
 * not measured.
 */
const [LEAST_FLOPS, LEAST_STEP_FLOPS] = [2e13, 1e11]

/**
 * Estimates every training of a graph whose model is a network of layers, from the sizes of its
 * layers and the measured time of two predictions of one item. Trainings whose model cannot be
 * computed are left out: the run reports why.
 */
export async function estimateTrainings(
  session: Session,
  ops: Ops,
  graph: Graph,
  now: () => number = () => performance.now(),
): Promise<TrainingEstimate[]> {
  const starts = graph.nodes.filter(({ op }) => {
    const type = ops.get(op)
    return type?.role === 'start' && 'behaviour' in type && type.behaviour.trains === true
  })
  const found: TrainingEstimate[] = []
  for (const start of starts) {
    const from = start.inputs.model
    if (!from) continue
    const read = (value: unknown) => estimateLoop(value as Model, start, now)
    const result = await session
      .compute(graph, wire(from.node, from.slot), read)
      .catch(() => undefined)
    if (result) found.push(result)
  }
  return found
}

async function estimateLoop(
  model: Model,
  { id, params }: GraphNode,
  now: () => number,
): Promise<TrainingEstimate | undefined> {
  const network = findNetwork(model)
  if (!network) return undefined
  const { macs, ...size } = totalCost(layerCosts(network.program.view))
  const batch = Number(params.batch_size) || 1
  const steps = Number(params.steps) || 1
  const { weights, activations } = trainingMemory({ ...size, checkpointed: size.saved }, batch)
  const flops = PASSES * 2 * macs * batch
  const isLong = flops * steps >= LEAST_FLOPS || flops >= LEAST_STEP_FLOPS
  const measured = isLong ? await measurePrediction(model, now) : undefined
  return {
    node: outerId(id),
    parameters: size.parameters,
    batch,
    steps,
    flops,
    bytes: weights + activations,
    ...(measured !== undefined && { seconds: PASSES * batch * measured }),
    backend: tf.getBackend(),
  }
}

/**
 * Seconds of a prediction of one item, of the second of two: the first prepares kernels. Undefined
 * for a model that needs a condition.
 */
async function measurePrediction(model: Model, now: () => number): Promise<number | undefined> {
  try {
    const run = () => {
      const start = now()
      // The scope of the caller would dispose it before it is read.
      const result = tf.keep(
        tf.tidy(() => predict(model, tf.zeros([1, ...modelItemShape(model)]), Float64Array.of(1))),
      )
      return { result, seconds: (now() - start) / 1000 }
    }
    const [first, second] = [run(), run()]
    await first.result.data()
    // Devices with a queue compute after the call.
    const start = now()
    await second.result.data()
    tf.dispose([first.result, second.result])
    return second.seconds + (now() - start) / 1000
  } catch {
    return undefined
  }
}
