// Kinds of models with the configs that they have.
import type { ClassifierConfig } from './classifier/config.ts'
import type { ClassifierGuidedConfig } from './classifierGuided/config.ts'
import type { DitConfig } from './dit/config.ts'
import type { ExactConfig } from './exact/config.ts'
import type { GaussianConfig } from './gaussian/config.ts'
import type { GuidedConfig } from './guided/config.ts'
import type { LayersConfig } from './layers/config.ts'
import type { MlpConfig } from './mlp/config.ts'
import type { PreconditionConfig } from './precondition/config.ts'
import type { UnetConfig } from './unet/config.ts'
import type { KlConfig } from './vae/klConfig.ts'
import type { TinyConfig } from './vae/tinyConfig.ts'

/** Networks of layers, by kind. */
export interface NetworkConfigs {
  mlp: MlpConfig
  unet: UnetConfig
  dit: DitConfig
  layers: LayersConfig
  classifier: ClassifierConfig
  autoencoder_kl: KlConfig
  autoencoder_tiny: TinyConfig
}

/** Models without a network of their own: closed forms and wrappers of other models. */
export interface FormulaConfigs {
  exact: ExactConfig
  gaussian: GaussianConfig
  guided: GuidedConfig
  classifier_guided: ClassifierGuidedConfig
  precondition: PreconditionConfig
}

/** Kinds of models of this package. No definition can replace them. */
export interface ModelConfigs extends NetworkConfigs, FormulaConfigs {}

export type BuiltInKind = keyof ModelConfigs

/** Kind and config of a model. Configs of defined kinds are known to their definitions only. */
export type Configured =
  | { [K in BuiltInKind]: { kind: K; config: ModelConfigs[K] } }[BuiltInKind]
  | { kind: string; config: object }

/** True for a model of a kind of this package. */
export const isKind = <K extends BuiltInKind, M extends Configured>(
  model: M,
  kind: K,
): model is Extract<M, { kind: K }> => model.kind === kind
