// Patterns of several layers.
import type { NormOptions } from '../../../base/layerTypes.ts'
import type { GraphView } from '../analysis.ts'
import type { Attrs, LayerOpName } from '../ops/table.ts'

/** A pattern that was found, with the positions of its layers. */
export interface Found {
  claims: number[]
}

/** A group norm. */
export interface FoundNorm extends Found {
  /** Position of its input. */
  x: number
  name: string
  options: Omit<NormOptions, 'silu'>
}

export function findNorm(view: GraphView, i: number | undefined): FoundNorm | undefined {
  const found = findLayer(view, i, 'group_norm')
  if (!found) return undefined
  const { groups, eps } = found.attrs
  return { ...found, options: { groups, eps } }
}

/** A layer of this operation, with its input. */
export function findLayer<K extends LayerOpName>(
  { layers }: GraphView,
  i: number | undefined,
  op: K,
): (Found & { x: number; name: string; attrs: Attrs<K> }) | undefined {
  if (i === undefined || layers[i].op !== op) return undefined
  const { in: inputs, name, attrs } = layers[i]
  return { claims: [i], x: inputs[0], name: name!, attrs: attrs as Attrs<K> }
}

/** 2 x 2 pooling. */
export function findPool(view: GraphView, i: number | undefined) {
  const found = findLayer(view, i, 'avg_pool')
  return found?.attrs.size === 2 ? found : undefined
}

/** A convolution that keeps the size, with this kernel. */
export function findConv(view: GraphView, i: number | undefined, kernel: number) {
  const found = findLayer(view, i, 'conv')
  if (!found) return undefined
  const { attrs } = found
  const keepsSize = attrs.kernel === kernel && attrs.stride === 1 && attrs.pad === null
  return keepsSize && attrs.groups === 1 && attrs.bias ? found : undefined
}

/** The two inputs of a sum, in both orders. */
export function summands({ layers }: GraphView, i: number | undefined): [number, number][] {
  if (i === undefined || layers[i].op !== 'add') return []
  const [a, b, ...others] = layers[i].in
  if (b === undefined || others.length > 0) return []
  return [
    [a, b],
    [b, a],
  ]
}

/** A sum that may be divided by a number. */
export function findScaledSum(view: GraphView, root: number) {
  const divided = findLayer(view, root, 'divide')
  return divided
    ? { sum: divided.x, by: divided.attrs.by, claims: [root, divided.x] }
    : { sum: root, by: 1, claims: [root] }
}

/** True if the layers at `claims`, without the last result `root`, are read by each other only. */
export function isPrivate(
  { readers, outputs }: GraphView,
  claims: readonly number[],
  root: number,
): boolean {
  const all = new Set(claims)
  return claims.every(
    (i) => i === root || (!outputs.has(i) && readers[i].every((reader) => all.has(reader))),
  )
}

/** The two images that a layer joins by channel, if only `claims` read the result. */
export function findPair(
  view: GraphView,
  i: number,
  claims: readonly number[],
  root: number,
): (Found & { parts: readonly [number, number] }) | undefined {
  const parts = view.inputsOf(i, 'concat')
  if (parts?.length !== 2 || view.shapes[i].length !== 3) return undefined
  if (!isPrivate(view, [...claims, i], root)) return undefined
  return { claims: [i], parts: [parts[0], parts[1]] }
}
