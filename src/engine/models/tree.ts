// Models nest: what is inside a wrapper, and how the weights inside are exchanged.
import { mapValues } from '../records.ts'
import type { Model, Weights } from '../values.ts'

/** The model inside a wrapper that has exactly one. */
export const onlyChild = (model: Model): Model => model.children.model!

/** The first model of the tree that `isIt`, outermost first. */
export function findModel(model: Model, isIt: (model: Model) => boolean): Model | undefined {
  if (isIt(model)) return model
  for (const child of Object.values(model.children)) {
    const found = findModel(child, isIt)
    if (found) return found
  }
  return undefined
}

/** The same tree with other weights in the model `inner`, which is found by identity. */
export const withWeights = (tree: Model, inner: Model, weights: Weights): Model => withChanges(tree, inner, { weights })

/** The same tree with changes to the model `inner`, which is found by identity. */
export function withChanges(tree: Model, inner: Model, changes: Partial<Model>): Model {
  if (tree === inner) return { ...tree, ...changes }
  const children = Object.entries(tree.children).map(([name, child]) => [name, withChanges(child, inner, changes)])
  return { ...tree, children: Object.fromEntries(children) as Record<string, Model> }
}

/** The same tree with changes to every model of it. */
export const withChangesAll = (tree: Model, changes: Partial<Model>): Model => ({
  ...tree,
  ...changes,
  children: mapValues(tree.children, (child) => withChangesAll(child, changes)),
})
