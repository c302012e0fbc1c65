// Names of all layers of a graph, for users.
import type { GraphView } from './analysis.ts'
import { isSource } from './layer.ts'
import { memoize } from './memoize.ts'

/**
 * A name for each layer, all different:
 * - that of a layer with weights
 * - `attn1` for an attention whose queries come from `attn1.to_q`
 * - the operation of an input, such as `x`
 * - `conv1:silu` for another layer that follows `conv1`; `conv1:silu:2` for a second one
 */
export const layerTitles = memoize((view: GraphView): readonly string[] => {
  const titles: string[] = []
  const bases: string[] = []
  const taken = new Set(view.layers.flatMap(({ name }) => name ?? []))
  for (const [i, layer] of view.layers.entries()) {
    const { name, op, in: inputs } = layer
    const module = attentionModule(view, i)
    const from = op === 'add' ? lastBranch(view, inputs) : inputs[0]
    const isInput = isSource(layer)
    const wanted = name ?? module ?? (isInput ? op : `${bases[from]}:${op}`)
    const title = name ?? unusedTitle(wanted, taken)
    taken.add(title)
    titles.push(title)
    bases.push(name ?? module ?? (isInput ? op : bases[from]))
  }
  return titles
})

/** The branch among a skip connection, a branch and an embedding: it was evaluated last. */
function lastBranch({ dependsOnX }: GraphView, inputs: readonly number[]): number {
  const branches = inputs.filter((i) => dependsOnX[i])
  return Math.max(...(branches.length > 0 ? branches : inputs))
}

/** Name of the module of an attention in diffusers. */
function attentionModule({ layers }: GraphView, i: number): string | undefined {
  const { op, in: inputs } = layers[i]
  if (op !== 'attention' && op !== 'linear_attention') return undefined
  return layers[inputs[0]].name?.match(/^(.+)\.to_q$/)?.[1]
}

function unusedTitle(wanted: string, taken: ReadonlySet<string>): string {
  let title = wanted
  for (let count = 2; taken.has(title); count++) title = `${wanted}:${count}`
  return title
}
