// All operations of layers, by name.
import type { LayerOp } from '../layerOp.ts'
import * as activations from './activations.ts'
import * as arithmetic from './arithmetic.ts'
import * as attention from './attention.ts'
import * as embeddings from './embeddings.ts'
import * as linear from './linear.ts'
import * as norms from './norms.ts'
import * as sources from './sources.ts'
import * as spatial from './spatial.ts'

/** Files of operations export nothing else. */
const table = {
  ...sources,
  ...linear,
  ...norms,
  ...activations,
  ...arithmetic,
  ...spatial,
  ...embeddings,
  ...attention,
}

type Table = typeof table

/** Names of all operations. */
export type LayerOpName = keyof Table

type AttrsByName = {
  [K in LayerOpName]: Table[K] extends LayerOp<infer A> ? A : never
}

/** Attributes of an operation. */
export type Attrs<K extends LayerOpName> = AttrsByName[K]

/** Kind of the inputs of an operation. */
export type InputKind<K extends LayerOpName> = {
  [Op in LayerOpName]: NonNullable<Table[Op]['takes']>
}[K]

/** Names of the inputs of an operation; none if it takes any number. */
export type InputName<K extends LayerOpName> = {
  [Op in LayerOpName]: Table[Op]['inputs'] extends readonly (infer Name extends string)[]
    ? Name
    : never
}[K]

/** Inputs of a network. */
export type SourceName = {
  [K in LayerOpName]: Table[K]['inputs'] extends readonly [] ? K : never
}[LayerOpName]

/** Operations that compute features. */
export type ComputedOpName = Exclude<LayerOpName, SourceName>

/** All operations. */
export const layerOps: { readonly [K in LayerOpName]: LayerOp<AttrsByName[K]> } = table

export const isLayerOpName = (name: unknown): name is LayerOpName =>
  typeof name === 'string' && Object.hasOwn(layerOps, name)
