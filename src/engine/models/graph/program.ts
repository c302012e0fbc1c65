// Evaluates the network of a model from its graph of layers.
import type { Block } from '../../layers/checkpointed.ts'
import { checkpointed, runWithoutCheckpoint } from '../../layers/checkpointed.ts'
import { captureOrReplayAll } from '../../base/captureOrReplay.ts'
import type { Tensor } from '../../base/tf.ts'
import { mapValues } from '../../base/records.ts'
import { tf } from '../../base/tf.ts'
import type { Weights } from '../../base/values.ts'
import type { Model } from '../model.ts'
import { replayMessages } from '../../messages/backends.ts'
import { GraphView } from './analysis.ts'
import { activeChecks } from './finiteLayers.ts'
import {
  isSource,
  type LayerGraph,
  type LayerValue,
  type NetworkInputs,
  type Pass,
  type WatchAttention,
} from './layer.ts'
import { layerOps } from './ops/table.ts'
import { readSource } from './runs/table.ts'
import type { Program, Step } from './step.ts'
import { planSteps } from './steps.ts'

/** Plans the evaluation of functions of a graph. */
export function createProgram(
  { layers, functions }: LayerGraph,
  names: readonly [string, ...string[]],
  placeOf?: (name: string) => number,
): Program {
  const wanted = Object.fromEntries(names.map((name) => [name, functions[name]]))
  const view = new GraphView({ layers, functions: wanted }, placeOf)
  const outputs = Object.values(wanted)
  const steps = planSteps(view)
  const isInput = (i: number) => isSource(view.layers[i])
  const isPrelude = ({ reads, writes: [first] }: Step) =>
    view.layers[first].op === 'concat'
      ? reads.every(isInput)
      : layerOps[view.layers[first].op].takes !== undefined
  const prelude = steps.filter(isPrelude)
  const main = steps.filter((step) => !isPrelude(step))
  const inside = new Set(main.flatMap(({ writes }) => writes))
  const read = [...main.flatMap(({ reads }) => reads), ...outputs]
  return {
    view,
    sources: view.layers.flatMap((_, i) => (view.used[i] && isInput(i) ? i : [])),
    prelude,
    main,
    entries: [...new Set(read.filter((i) => !inside.has(i)))],
    outputs,
    captures: new Map(),
  }
}

export interface EvaluationOptions {
  watch?: WatchAttention
}

/**
 * Evaluates a program with the weights and settings of a model: one tensor per function. A backend
 * may capture and replay the program.
 */
export function runProgram(
  program: Program,
  model: Model,
  inputs: NetworkInputs,
  { watch }: EvaluationOptions = {},
): Tensor[] {
  const checks = activeChecks()
  if (checks) return checks.run(program, model, inputs)
  const { weights, buffers = {}, training, activations } = model
  const { view, sources, prelude, main, entries, outputs } = program
  const pass: Pass = { half: activations === 'float16', training, buffers, watch }
  const values = new Map<number, LayerValue>()
  for (const i of sources) values.set(i, readSource(view.layers[i], inputs))
  runSteps(prelude, values, weights, pass)
  const run = (tensors: readonly LayerValue[]) => {
    const own = new Map(entries.map((i, k) => [i, tensors[k]]))
    runSteps(main, own, weights, pass)
    return outputs.map((i) => own.get(i) as Tensor)
  }
  const read = entries.map((i) => values.get(i)!)
  return captureOrReplayAll({
    key: captureKey(program, `${activations} ${training?.checkpointing} ${training?.seed}`),
    weights,
    inputs: read as Tensor[],
    run,
    step: training?.step,
    ...(watch && { unless: replayMessages.attentionMaps() }),
  })
}

/** Number of steps of a program, and of those that compute several layers. */
export function countSteps({ prelude, main }: Program): { steps: number; fused: number } {
  const all = [...prelude, ...main]
  return { steps: all.length, fused: all.filter(({ isUnit }) => isUnit).length }
}

function captureKey({ captures }: Program, settings: string): object {
  const key = captures.get(settings) ?? {}
  captures.set(settings, key)
  return key
}

function runSteps(
  steps: readonly Step[],
  values: Map<number, LayerValue>,
  weights: Weights,
  pass: Pass,
) {
  for (const step of steps) {
    const results = runStep(
      step,
      step.reads.map((i) => values.get(i)!),
      weights,
      pass,
    )
    step.writes.forEach((i, k) => values.set(i, results[k]))
  }
}

/**
 * A block leaves nothing but its result, and in a training what its backward pass needs: its inputs
 * alone, if the backward pass computes the block again.
 */
function runStep(
  { run, block: names }: Step,
  inputs: readonly LayerValue[],
  weights: Weights,
  pass: Pass,
): readonly Tensor[] {
  const { training, watch } = pass
  // An observer keeps the attention maps.
  if (!names || watch) return run(inputs, weights, pass)
  const block: Block<Tensor> = (inputs, weights) =>
    run(inputs, training ? cloneShared(weights, names) : weights, pass)[0]
  const tensors = inputs as Tensor[]
  if (training?.checkpointing) return [checkpointed(block, tensors, weightsOf(weights, names))]
  return [
    tf.tidy(() =>
      training ? runWithoutCheckpoint(block, tensors, weights) : block([...tensors], weights),
    ),
  ]
}

/**
 * The weights with copies of those that several layers of a block share, whose gradients are then
 * summed within the block: in the same order whether it is computed again or not.
 */
function cloneShared(weights: Weights, names: readonly string[]): Weights {
  const shared = names.filter((name, i) => names.indexOf(name) < i)
  return shared.length === 0
    ? weights
    : { ...weights, ...mapValues(weightsOf(weights, shared), (weight) => weight.clone()) }
}

/** The weights of layers by name. */
const weightsOf = (weights: Weights, names: readonly string[]): Weights =>
  Object.fromEntries(
    names.flatMap((name) =>
      ['weight', 'bias'].flatMap((part) => {
        const key = `${name}.${part}`
        return Object.hasOwn(weights, key) ? [[key, weights[key]] as const] : []
      }),
    ),
  )
