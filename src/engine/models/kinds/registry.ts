// Registry of kinds of models: those of this package, and those that developers have defined. Loads
// no tfjs.
import { EngineError } from '../../base/errors.ts'
import { isKeyOf } from '../../base/records.ts'
import { modelMessages } from '../../messages/models.ts'
import type { ConditionSpec } from '../condition.ts'
import { classifierKind } from './classifier/index.ts'
import { classifierGuidedKind } from './classifierGuided/index.ts'
import type { BuiltInKind, Configured, ModelConfigs, NetworkConfigs } from './configs.ts'
import type { ModelDefinition } from './defined/definition.ts'
import { definedKind } from './defined/index.ts'
import { jit } from './defined/jit.ts'
import { ditKind } from './dit/index.ts'
import { exactKind } from './exact/index.ts'
import { gaussianKind } from './gaussian/index.ts'
import { guidedKind } from './guided/index.ts'
import type { ModelKind, ModelTree, NetworkKind } from './kind.ts'
import { layersKind } from './layers/index.ts'
import { mlpKind } from './mlp/index.ts'
import { preconditionKind } from './precondition/index.ts'
import { unetKind } from './unet/index.ts'
import { klKind, tinyKind } from './vae/index.ts'

const kinds: {
  readonly [K in BuiltInKind]: K extends keyof NetworkConfigs
    ? NetworkKind<ModelConfigs[K]>
    : ModelKind<ModelConfigs[K]>
} = {
  mlp: mlpKind,
  unet: unetKind,
  dit: ditKind,
  layers: layersKind,
  exact: exactKind,
  gaussian: gaussianKind,
  guided: guidedKind,
  classifier_guided: classifierGuidedKind,
  precondition: preconditionKind,
  classifier: classifierKind,
  autoencoder_kl: klKind,
  autoencoder_tiny: tinyKind,
}

/** Kinds of models of this package. No definition can replace them. */
export const builtInKinds: readonly string[] = Object.keys(kinds)

/** By kind. The first ones are those of this package that need no more than a definition. */
const known = new Map<string, ModelDefinition>([[jit.kind, jit]])

/** The definitions that this host knows, by kind. */
export const definitions: ReadonlyMap<string, ModelDefinition> = known

/** Adds a definition, which has been checked. */
export const addDefinition = (definition: ModelDefinition) =>
  void known.set(definition.kind, definition)

/** Names of all kinds. */
export const kindNames = (): string[] => [...builtInKinds, ...definitions.keys()]

function findKind(kind: string): ModelKind | NetworkKind | undefined {
  if (isKeyOf(kinds, kind)) return kinds[kind]
  const definition = definitions.get(kind)
  return definition && definedKind(definition)
}

/** The kind of a model. Throws EngineError, at `model`, for an unknown kind. */
export function getKind({ kind }: Pick<Configured, 'kind'>): ModelKind {
  const found = findKind(kind)
  if (found) return found
  throw new EngineError(modelMessages.unknownKind, {
    argument: 'model',
    known: kindNames().join(', '),
    kind,
  })
}

/** The kind of a network; undefined for models without one of their own, and unknown ones. */
export function findNetworkKind({ kind }: Pick<Configured, 'kind'>): NetworkKind | undefined {
  const found = findKind(kind)
  return found && 'file' in found ? found : undefined
}

/** The kind of a network. Throws Error for another kind. */
export function getNetworkKind(model: Pick<Configured, 'kind'>): NetworkKind {
  const kind = findNetworkKind(model)
  if (!kind) throw new Error(`No format of files for models of kind ${model.kind}.`)
  return kind
}

/** The kind of network with this `_class_name` in its config; undefined if there is none. */
export const findClass = (className: unknown): string | undefined =>
  kindNames().find((kind) =>
    findNetworkKind({ kind })?.file.classNames.includes(className as string),
  )

/** Shape of one item of a model. Throws EngineError, at `model`, for a model that has none. */
export const modelItemShape = (model: ModelTree): readonly number[] =>
  getKind(model).itemShape?.(model.config) ?? modelItemShape(model.children.model)

/** Parts of the condition of a model; none if it is unconditional. */
export const modelConditions = (model: ModelTree): readonly ConditionSpec[] =>
  getKind(model).conditions?.(model.config, model.children) ?? modelConditions(model.children.model)
