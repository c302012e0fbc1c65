// Names of layers: each node of a graph has its own.
import { isSharing } from '../engine/models/graph/sharing.ts'
import type { ByType, Declaration } from '../engine/plan/op.ts'
import type { FileNode } from './file.ts'

/** The params of a node whose text no other node may have. */
export const uniqueParams = ({ params }: Pick<Declaration, 'params'>): string[] =>
  Object.entries(params).flatMap(([name, param]) =>
    param.kind === 'text' && param.unique ? [name] : [],
  )

/** The first of conv, conv_2, conv_3, ... that is not used. Layers may share weights: =conv stays. */
export function findFreeName(wanted: string, used: ReadonlySet<unknown>): string {
  if (isSharing(wanted)) return wanted
  const first = wanted.replace(/_\d+$/, '')
  let [name, count] = [wanted, 1]
  while (used.has(name)) name = `${first}_${++count}`
  return name
}

/** Renames the layers of added nodes whose names are used in a file already. */
export function withFreeNames(
  added: readonly FileNode[],
  others: readonly FileNode[],
  declared: ByType,
): FileNode[] {
  const namesOf = (node: FileNode) => {
    const declaration = declared.get(node.type)
    return declaration ? uniqueParams(declaration) : []
  }
  const used = new Set(others.flatMap((node) => namesOf(node).map((name) => node.properties[name])))
  return added.map((node) => {
    const renamed = namesOf(node).map((param) => {
      const name = findFreeName(String(node.properties[param] ?? ''), used)
      used.add(name)
      return [param, name] as const
    })
    if (renamed.length === 0) return node
    return { ...node, properties: { ...node.properties, ...Object.fromEntries(renamed) } }
  })
}
