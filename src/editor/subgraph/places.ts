// All that is in a workflow, at whatever depth: each node with its full id and the way to it. Files in, data out; no canvas.
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import { titleOfNode } from '../../nodes/titles.ts'
import { withSubgraphs } from '../../nodes/workflow/blocks.ts'
import type { FileNode, Subgraph, WorkflowFile } from '../../nodes/workflow/file.ts'
import { innerId, pathOf } from '../../nodes/workflow/flatten.ts'
import type { Json } from '../../nodes/workflow/json.ts'
import { mapBodies, subgraphOf, subgraphsOn } from './levels.ts'
import { isBorder } from './pack.ts'

export interface Place {
  /** Its full id. */
  id: string
  node: FileNode
  /** Undefined for a type that is not known here. */
  declaration: Declaration | undefined
  title: string
  /** Titles of the nodes that it is inside of, outermost first. */
  way: readonly string[]
  /** What it is inside of, if it is. */
  of?: Subgraph
}

/** "Block › Predict" */
export const wayInWords = (titles: readonly string[]): string => titles.join(' › ')

/** Whether a fault, a file or a measure is about a node: about itself, or something inside of it. Full ids. */
export const concerns = (id: string, about: string): boolean => pathOf(about).join(':') === id || about.startsWith(`${id}:`)

/** What is in a subgraph is there once for each node that stands for it. Borders are left out. */
export function placesIn(whole: WorkflowFile, declarations: ByType): Place[] {
  const known = withSubgraphs(whole, declarations)
  const visit = (body: WorkflowFile, of: Subgraph | undefined, within: string | undefined, way: readonly string[]): Place[] =>
    body.nodes
      .filter((node) => !isBorder(node))
      .flatMap((node) => {
        const declaration = known.get(node.type)
        const title = titleOfNode(node, known)
        const id = within === undefined ? String(node.id) : innerId(within, node.id)
        const inside = subgraphOf(whole, node.type)
        const place: Place = { id, node, declaration, title, way, ...(of && { of }) }
        return [place, ...(inside ? visit(inside.inside, inside, id, [...way, title]) : [])]
      })
  return visit(whole, undefined, undefined, [])
}

/** Those of the level that is open first, otherwise as they came. `within`: the full id of the node whose inside is open. */
export function openFirst(places: readonly Place[], within: string | undefined): Place[] {
  const isOpen = ({ id }: Place) => pathOf(id).slice(0, -1).join(':') === (within ?? '')
  return [...places.filter(isOpen), ...places.filter((place) => !isOpen(place))]
}

/** Another value of a param of the node with a full id. Inside of a subgraph it is that of all nodes that stand for it. */
export function withValue(whole: WorkflowFile, id: string, param: string, value: Json): WorkflowFile {
  const path = pathOf(id)
  const subgraphs = subgraphsOn(whole, path.slice(0, -1))
  if (!subgraphs) return whole
  const at = subgraphs.at(-1)?.id
  const changed = (node: FileNode): FileNode =>
    String(node.id) === path.at(-1) ? { ...node, properties: { ...node.properties, [param]: value } } : node
  return mapBodies(whole, (body, of) => (of?.id === at ? { ...body, nodes: body.nodes.map(changed) } : body))
}

/** Where a param of a node inside is set from outside: the node nearest to it that the way goes through, and its name there. */
export function setFrom(whole: WorkflowFile, id: string, param: string): { id: string; param: string } {
  const path = pathOf(id)
  const of = subgraphsOn(whole, path.slice(0, -1))?.at(-1)
  const promoted = of?.promoted.find((each) => String(each.node) === path.at(-1) && each.param === param)
  return promoted ? setFrom(whole, path.slice(0, -1).join(':'), promoted.as) : { id, param }
}
