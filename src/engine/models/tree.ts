// Trees of nested models: lookup and replacement of weights.
import { mapValues } from '../base/records.ts'
import type { Weights } from '../base/values.ts'
import type { Model } from './model.ts'

/** Returns the model inside a wrapper with exactly one child. */
export const onlyChild = (model: Model): Model => model.children.model

/** Returns the first model of the tree that satisfies `isIt`, outermost first. */
export function findModel(model: Model, isIt: (model: Model) => boolean): Model | undefined {
  if (isIt(model)) return model
  for (const child of Object.values(model.children)) {
    const found = findModel(child, isIt)
    if (found) return found
  }
  return undefined
}

/** Copies the tree with other weights in the model `inner`, found by identity. */
export const withWeights = (tree: Model, inner: Model, weights: Weights): Model =>
  withChanges(tree, inner, { weights })

/** Copies the tree with changes to the model `inner`, found by identity. */
export function withChanges(tree: Model, inner: Model, changes: Partial<Model>): Model {
  if (tree === inner) return { ...tree, ...changes }
  const children = Object.entries(tree.children).map(([name, child]) => [
    name,
    withChanges(child, inner, changes),
  ])
  return { ...tree, children: Object.fromEntries(children) as Record<string, Model> }
}

/** Copies the tree with changes to every model. */
export const withChangesAll = (tree: Model, changes: Partial<Model>): Model => ({
  ...tree,
  ...changes,
  children: mapValues(tree.children, (child) => withChangesAll(child, changes)),
})
