// MLP for points: residual layers conditioned on the timestep and optionally on a class, a number, a
// vector and further coordinates.
import type { Random } from '../../../base/random.ts'
import type { Model, PredictionType, VarianceKind } from '../../../base/values.ts'
import type { ConditionSpec } from '../../condition.ts'
import { labelSpec } from '../../condition.ts'
import { createWeights } from '../../graph/firstWeights.ts'
import { memoize } from '../../graph/memoize.ts'
import { createProgram, runProgram } from '../../graph/program.ts'
import type { ModelKind } from '../kind.ts'
import { mlpGraph, mlpLayers, type MlpConfig } from './graph.ts'

/**
 * Creates an MLP. Weights have the names of an equivalent PyTorch module, but layout `[in, out]`;
 * the last row of `class_embedding.weight` is the null label. `variance` is the kind of learned
 * variance, if `out_dim` includes one.
 */
export function mlp(
  config: MlpConfig,
  predicts: PredictionType,
  random: Random,
  variance?: VarianceKind,
): Model {
  return {
    type: 'model',
    kind: 'mlp',
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    ...createWeights(mlpLayers(config), random),
    children: {},
  }
}

const mlpConfig = (model: Model) => model.config as unknown as MlpConfig

export const mlpKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [mlpConfig(model).dim],
  conditions: (model) => conditionSpecs(mlpConfig(model)),
  program: (model) => mlpProgram(mlpConfig(model)),
  evaluate: (model, x, times, condition) =>
    runProgram(mlpProgram(mlpConfig(model)), model, { x, times, condition })[0],
}

const conditionSpecs = ({
  num_classes,
  second_time = false,
  vector_dim = 0,
  extra_dim = 0,
}: MlpConfig): ConditionSpec[] => [
  ...labelSpec(num_classes),
  ...(second_time ? [{ kind: 'values' } as const] : []),
  ...(vector_dim > 0 ? [{ kind: 'vectors', width: vector_dim } as const] : []),
  ...(extra_dim > 0 ? [{ kind: 'channels', count: extra_dim } as const] : []),
]

const mlpProgram = memoize((config: MlpConfig) => createProgram(mlpGraph(config), ['predict']))
