// Evaluates a network layer by layer, for inspection.
import type { Tensor } from '../../base/tf.ts'
import type { Model } from '../model.ts'
import type { GraphView } from './analysis.ts'
import { isSource, type LayerValue, type NetworkInputs, type Pass } from './layer.ts'
import { memoize } from './memoize.ts'
import { readSource } from './runs/table.ts'
import type { Program, Step } from './step.ts'
import { singleLayer } from './steps.ts'

export interface LayerHooks {
  /** Returns what a layer reads instead of one of its inputs. */
  enter?: (layer: number, input: LayerValue) => LayerValue
  /** Receives the value of a layer, and those that it has read. */
  leave: (layer: number, value: LayerValue, inputs: readonly LayerValue[]) => void
}

const stepsOf = memoize((view: GraphView): (Step | undefined)[] =>
  view.layers.map((layer, i) =>
    view.used[i] && !isSource(layer) ? singleLayer(view, i).step : undefined,
  ),
)

/**
 * Evaluates every layer by its own function, without units and without replay: last bits may differ
 * from those of `runProgram`. One tensor per function.
 */
export function runLayerByLayer(
  { view, outputs }: Program,
  { weights, buffers = {}, training, activations }: Model,
  inputs: NetworkInputs,
  { enter = (_, input) => input, leave }: LayerHooks,
): Tensor[] {
  const pass: Pass = { half: activations === 'float16', training, buffers }
  const values = new Map<number, LayerValue>()
  for (const [i, step] of stepsOf(view).entries()) {
    if (!view.used[i]) continue
    const read = view.layers[i].in.map((input) => enter(i, values.get(input)!))
    const value = step ? step.run(read, weights, pass)[0] : readSource(view.layers[i], inputs)
    leave(i, value, read)
    values.set(i, value)
  }
  return outputs.map((i) => values.get(i) as Tensor)
}

/** The model as it is evaluated outside of a training, without dropout. */
export function withoutTraining(model: Model): Model {
  const { training: _, ...rest } = model
  return rest
}
