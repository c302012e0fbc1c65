// Registry of kinds of models: the built-in ones, and those that developers have defined.
import { memoize } from '../graph/memoize.ts'
import { jit } from './defined/jit.ts'
import type { ModelDefinition } from './defined/definition.ts'

/** Kinds of models of this package. No definition can replace them. */
export const builtInKinds = [
  'mlp',
  'unet',
  'dit',
  'layers',
  'classifier',
  'exact',
  'gaussian',
  'guided',
  'autoencoder_kl',
  'autoencoder_tiny',
  'classifier_guided',
  'precondition',
] as const

export type BuiltInKind = (typeof builtInKinds)[number]

/** By kind. The first ones are those of this package that need no more than a definition. */
const definitions = new Map<string, ModelDefinition>([[jit.kind, jit]])

/** The definitions that this host knows, by kind. */
export const ownKinds: ReadonlyMap<string, ModelDefinition> = definitions

/** Adds a definition, which has been checked. */
export const addOwnKind = (definition: ModelDefinition) =>
  void definitions.set(definition.kind, definition)

/** Entries for all kinds of models in one respect, such as their files. */
export class KindTable<T> {
  private readonly derive: (definition: ModelDefinition) => { entry: T | undefined }

  /** `derive` returns the entry of a definition, or undefined if it has none. */
  constructor(
    private readonly builtIn: Readonly<Partial<Record<BuiltInKind, T>>>,
    derive: (definition: ModelDefinition) => T | undefined,
  ) {
    this.derive = memoize((definition: ModelDefinition) => ({ entry: derive(definition) }))
  }

  /** The entry of a kind; undefined if there is none. */
  find(kind: string): T | undefined {
    if (Object.hasOwn(this.builtIn, kind)) return this.builtIn[kind as BuiltInKind]
    const definition = definitions.get(kind)
    return definition && this.derive(definition).entry
  }

  /** Names of all kinds with an entry. */
  names(): string[] {
    const own = [...definitions].filter(([, definition]) => this.derive(definition).entry)
    return [...Object.keys(this.builtIn), ...own.map(([kind]) => kind)]
  }
}
