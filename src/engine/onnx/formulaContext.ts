// Input and result of the functions that write models without a network of their own.
import type { ConditionPart } from '../base/values.ts'
import type { FormulaConfigs } from '../models/kinds/configs.ts'
import type { OnnxBuilder, Value } from './builder.ts'
import type { NetworkSources } from './layers/layer.ts'
import type { OnnxSource } from './source.ts'

/** A prediction with the shape of x, and the learned variance if there is one. */
export interface WrittenPrediction {
  prediction: Value
  variance?: Value
}

/** Parts of a condition. */
export type ConditionKind = ConditionPart['kind']

export interface FormulaContext<Source extends OnnxSource = OnnxSource> {
  b: OnnxBuilder
  model: Source
  sources: NetworkSources
  /** Axes of an item. */
  rank: number
  /** Parts of the condition that the model reads. */
  conditions: readonly ConditionKind[]
  /** Writes a model inside this one. */
  writeChild(name: string, sources: NetworkSources): WrittenPrediction
}

/** Context of a kind without a network of its own. */
export type ContextOf<K extends keyof FormulaConfigs> = FormulaContext<
  Extract<OnnxSource, { kind: K }>
>
