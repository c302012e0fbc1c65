// Nodes of a workflow at all depths, with their full ids and paths. Pure functions on files.
import { idPath, innerId, parentId } from '../../engine/base/ids.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { withSubgraphs } from '../../workflow/subgraphDeclarations.ts'
import type { FileNode, Subgraph, WorkflowFile } from '../../workflow/file.ts'
import type { Json } from '../../workflow/json.ts'
import { mapBodies, getPathSubgraphs } from './levels.ts'
import { isBorderNode } from './borderNodes.ts'

export interface LocatedNode {
  /** Full id. */
  id: string
  node: FileNode
  /** Undefined for an unknown type. */
  declaration: Declaration | undefined
  title: string
  /** Titles of the subgraph nodes around it, outermost first. */
  ancestors: readonly string[]
  /** The subgraph that contains it; undefined on the top level. */
  of?: Subgraph
}

/** Formats titles as a path, such as "Block › Predict". */
export const formatPath = (titles: readonly string[]): string => titles.join(' › ')

/**
 * Lists the nodes at all depths, without border nodes. The contents of a subgraph are listed for
 * each of its nodes.
 */
export function listNodes(whole: WorkflowFile, declarations: ByType): LocatedNode[] {
  const known = withSubgraphs(whole, declarations)
  const subgraphs = new Map(whole.subgraphs?.map((subgraph) => [subgraph.id, subgraph]))
  const visit = (
    body: WorkflowFile,
    of: Subgraph | undefined,
    within: string | undefined,
    way: readonly string[],
  ): LocatedNode[] =>
    body.nodes
      .filter((node) => !isBorderNode(node))
      .flatMap((node) => {
        const declaration = known.get(node.type)
        const title = nodeTitle(node, known)
        const id = innerId(within, node.id)
        const inside = subgraphs.get(node.type)
        const place: LocatedNode = {
          id,
          node,
          declaration,
          title,
          ancestors: way,
          ...(of && { of }),
        }
        return [place, ...(inside ? visit(inside.inside, inside, id, [...way, title]) : [])]
      })
  return visit(whole, undefined, undefined, [])
}

/**
 * Moves the nodes of the open level to the front.
 * @param within full id of the subgraph node that is open
 */
export function sortOpenLevelFirst(
  places: readonly LocatedNode[],
  within: string | undefined,
): LocatedNode[] {
  const isOpen = ({ id }: LocatedNode) => parentId(id) === within
  return [...places.filter(isOpen), ...places.filter((place) => !isOpen(place))]
}

/** Sets a param of a node by its full id. In a subgraph, this affects all nodes of the subgraph. */
export function withValue(
  whole: WorkflowFile,
  id: string,
  param: string,
  value: Json,
): WorkflowFile {
  const path = idPath(id)
  const subgraphs = getPathSubgraphs(whole, path.slice(0, -1))
  if (!subgraphs) return whole
  const at = subgraphs.at(-1)?.id
  const changed = (node: FileNode): FileNode =>
    String(node.id) === path.at(-1)
      ? { ...node, properties: { ...node.properties, [param]: value } }
      : node
  return mapBodies(whole, (body, of) =>
    of?.id === at ? { ...body, nodes: body.nodes.map(changed) } : body,
  )
}

/**
 * The outermost param that sets a param of an inner node through promotion; the param itself if it
 * is not promoted.
 */
export function findOuterParam(
  whole: WorkflowFile,
  id: string,
  param: string,
): { id: string; param: string } {
  const path = idPath(id)
  const of = getPathSubgraphs(whole, path.slice(0, -1))?.at(-1)
  const promoted = of?.promoted.find(
    (each) => String(each.node) === path.at(-1) && each.param === param,
  )
  const outer = parentId(id)
  return promoted && outer !== undefined ? findOuterParam(whole, outer, promoted.as) : { id, param }
}
