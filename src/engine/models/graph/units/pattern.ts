// Patterns of several layers.
import type { NormOptions } from '../../../base/layerTypes.ts'
import type { GraphView } from '../analysis.ts'

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

export function findNorm({ layers }: GraphView, i: number | undefined): FoundNorm | undefined {
  if (i === undefined) return undefined
  const { op, name, in: inputs, attrs } = layers[i]
  if (op !== 'group_norm') return undefined
  return {
    claims: [i],
    x: inputs[0],
    name: name!,
    options: { groups: attrs.groups as number, eps: attrs.eps as number },
  }
}

/** A layer of this operation, with its input. */
export function findLayer(
  { layers }: GraphView,
  i: number | undefined,
  op: string,
): (Found & { x: number; name: string }) | undefined {
  if (i === undefined || layers[i].op !== op) return undefined
  return { claims: [i], x: layers[i].in[0], name: layers[i].name! }
}

/** 2 x 2 pooling. */
export const findPool = (view: GraphView, i: number | undefined) =>
  i !== undefined && view.layers[i].attrs.size === 2 ? findLayer(view, i, 'avg_pool') : undefined

/** A convolution that keeps the size, with this kernel. */
export function findConv(view: GraphView, i: number | undefined, kernel: number) {
  const found = findLayer(view, i, 'conv')
  if (!found || i === undefined) return undefined
  const { attrs } = view.layers[i]
  const keepsSize = attrs.kernel === kernel && attrs.stride === 1 && attrs.pad === null
  return keepsSize && attrs.groups === 1 && attrs.bias === true ? found : undefined
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
  const sum = view.inputOf(root, 'divide')
  return sum === undefined
    ? { sum: root, by: 1, claims: [root] }
    : { sum, by: view.layers[root].attrs.by as number, claims: [root, sum] }
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
