// Diffusion transformers (Peebles & Xie 2023): diffusers' DiTTransformer2DModel.
import type { Random } from '../../base/random.ts'
import type { Model, PredictionType, VarianceKind } from '../../base/values.ts'
import { memoize } from '../graph/memoize.ts'
import { createProgram, runProgram } from '../graph/program.ts'
import { createWeights } from '../graph/firstWeights.ts'
import type { ModelKind } from '../kind.ts'
import type { DitConfig } from './config.ts'
import { ditImageSize } from './config.ts'
import { ditGraph, ditLayers } from './graph.ts'

/** The config of a model of kind `dit`. */
const toDitConfig = (model: Model) => model.config as unknown as DitConfig

const ditProgram = memoize((config: DitConfig) => createProgram(ditGraph(config), ['predict']))

export const ditKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [...ditImageSize(toDitConfig(model)), toDitConfig(model).in_channels],
  conditions(model) {
    const { num_embeds_ada_norm: classes } = toDitConfig(model)
    // The last label is that of the row for no label.
    return classes > 0 ? [{ kind: 'labels', classes, last: classes }] : []
  },
  program: (model) => ditProgram(toDitConfig(model)),
  evaluate: (model, x, times, condition) =>
    runProgram(ditProgram(toDitConfig(model)), model, { x, times, condition })[0],
}

export interface DitStart {
  /**
   * Zero-initialises the layers that scale and shift, and the last one, so that blocks start as the
   * identity and the model as 0 (adaLN-zero; section 3.2). diffusers uses PyTorch's initialisation
   * throughout.
   */
  zero_init: boolean
  /** Kind of learned variance; requires twice the output channels. */
  variance?: VarianceKind
}

/** Creates a DiT with PyTorch's initialisation. */
export function dit(
  config: DitConfig,
  predicts: PredictionType,
  random: Random,
  { zero_init, variance }: DitStart,
): Model {
  return {
    type: 'model',
    kind: 'dit',
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    ...createWeights(ditLayers(config), random, (layer) => zero_init && isGateOrOutput(layer)),
    children: {},
  }
}

export const isGateOrOutput = (name: string) => /\.norm1\.linear$|^proj_out_[12]$/.test(name)
