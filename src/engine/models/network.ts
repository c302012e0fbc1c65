// Creates networks, and plans the evaluation of their graphs of layers.
import type { Random } from '../base/random.ts'
import type { PredictionType, VarianceKind } from '../base/values.ts'
import type { ModelFields } from './model.ts'
import { createWeights } from './graph/firstWeights.ts'
import type { LayerGraph } from './graph/layer.ts'
import { memoizeByKey } from './graph/memoize.ts'
import { createProgram } from './graph/program.ts'
import type { Program } from './graph/step.ts'
import type { Configured } from './kinds/configs.ts'
import type { FunctionNames, ImageSize } from './kinds/kind.ts'
import { getNetworkKind } from './kinds/registry.ts'

const planned = memoizeByKey<LayerGraph, Program>()

/**
 * The program of functions of a network, planned once per graph; for images of `size` if it takes
 * several. Throws Error for a function that it lacks.
 */
export function networkProgram(
  { kind, config }: Configured,
  functions: FunctionNames,
  size?: ImageSize,
): Program {
  const { graph: build, dropoutPlaces } = getNetworkKind({ kind })
  const graph = build?.(config, size)
  const missing = functions.find((name) => !Object.hasOwn(graph?.functions ?? {}, name))
  if (!graph || missing !== undefined) throw new Error(`The model has no ${missing}.`)
  return planned(graph, functions.join(), () =>
    createProgram(graph, functions, dropoutPlaces?.(config)),
  )
}

export interface NetworkStart {
  /** Required of every model, but unused by those that make no prediction. */
  predicts?: PredictionType
  /** Kind of learned variance; requires twice the output channels. */
  variance?: VarianceKind | undefined
  /** Some layers start at zero, see `startsAtZero` of kinds. */
  zeroInit?: boolean
}

/** Creates a network with PyTorch's initialisation. `random` is that of all layers, or of each. */
export function createNetwork<M extends Configured>(
  network: M,
  random: Random | ((layer: string) => Random),
  { predicts = 'sample', variance, zeroInit = false }: NetworkStart = {},
): ModelFields & M {
  const { layers, startsAtZero } = getNetworkKind(network)
  const isZero = (layer: string) => zeroInit && startsAtZero?.(layer, network.config) === true
  const fields: ModelFields = {
    type: 'model',
    predicts,
    ...(variance && { variance }),
    ...createWeights(layers(network.config), random, isZero),
    children: {},
  }
  return { ...network, ...fields }
}
