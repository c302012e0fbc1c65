// Models nest: what is inside a wrapper, and how the weights inside are exchanged.
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
export function withWeights(tree: Model, inner: Model, weights: Weights): Model {
  if (tree === inner) return { ...tree, weights }
  const children = Object.entries(tree.children).map(([name, child]) => [name, withWeights(child, inner, weights)])
  return { ...tree, children: Object.fromEntries(children) as Record<string, Model> }
}
