// Composition of a workflow file, or of one of its subgraphs: nodes with sizes, wires, loops and
// frames in, a file with other positions out.
import {
  enclosingLoops,
  findLoopMembership,
  sortBySources,
} from '../../engine/plan/loopMembership.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { FileGroup, FileLink, FileNode, NodeId, WorkflowFile } from '../file.ts'
import { findLoopPairs } from '../loopPairs.ts'
import { LOOP } from '../slots.ts'
import { composeGraph, type ComposedNode, type ComposedWire, type Group } from './composeGraph.ts'
import { boundingEdges, type Edges } from './opening.ts'

/** Height of a node's title bar, and distance of its slots, in graph units. */
const [TITLE, FIRST_SLOT, SLOT] = [30, 14, 20]

/** Height of a slot below the position of its node. */
export const slotY = (index: number): number => FIRST_SLOT + SLOT * index

type Level = Pick<WorkflowFile, 'nodes' | 'links' | 'groups'>

/** Returns the file with its nodes composed, and each frame around the nodes that it contained. */
export function composeFile<F extends Level>(file: F, declared: ByType): F {
  const frames = file.groups.map((frame) => ({ frame, members: frameMembers(frame, file.nodes) }))
  const positions = composeGraph(
    file.nodes.map((node) => composedNode(node, declared)),
    composedWires(file),
    [
      ...findLoops(file),
      ...frames.map(({ members }): Group => ({ kind: 'frame', members: new Set(members) })),
    ],
  )
  const nodes = file.nodes.map((node) => ({ ...node, pos: positions.get(node.id) ?? node.pos }))
  const zones = zoneEdges({ ...file, nodes })
  const groups = frames.map(({ frame, members }) =>
    frameAround(frame, new Set(members), nodes, zones),
  )
  return { ...file, nodes, groups }
}

/** Area of a node with its title bar. */
export const nodeEdges = ({ pos: [x, y], size, flags }: FileNode): Edges => [
  x,
  y - TITLE,
  x + size[0],
  y + (flags.collapsed ? 0 : size[1]),
]

export const composedNode = (
  { id, type, pos, size, flags }: FileNode,
  declared: ByType,
): ComposedNode => {
  const role = declared.get(type)?.role
  return {
    id,
    pos,
    size: [size[0], flags.collapsed ? 0 : size[1]],
    kind: role === 'note' ? 'note' : role === 'observer' ? 'view' : 'node',
  }
}

const isLoopLink = (nodes: ReadonlyMap<NodeId, FileNode>, [, from, output]: FileLink) =>
  nodes.get(from)?.outputs[output]?.name === LOOP

/** The wires of a level with the heights of their slots, without those of loops. */
export function composedWires({ nodes, links }: Pick<Level, 'nodes' | 'links'>): ComposedWire[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return links.flatMap((link): ComposedWire[] => {
    const [, from, output, to, input] = link
    if (isLoopLink(byId, link)) return []
    return [{ from, to, fromY: slotY(output), toY: slotY(input) }]
  })
}

/** The loops of a level with both ends and their bodies. */
export function findLoops(file: Pick<Level, 'nodes' | 'links'>): Group[] {
  const pairs = findLoopPairs(file)
  const byId = new Map(file.nodes.map((node) => [String(node.id), node]))
  const nodes = new Map(file.nodes.map((node) => [node.id, node]))
  const sources = new Map(file.nodes.map(({ id }) => [String(id), [] as string[]]))
  for (const link of file.links)
    if (!isLoopLink(nodes, link)) sources.get(String(link[3]))?.push(String(link[1]))
  const loops = [...pairs].flatMap(([start, end]) =>
    start.outputs.some(({ name }) => name === LOOP)
      ? [{ start: String(start.id), end: String(end.id) }]
      : [],
  )
  const membership = findLoopMembership(
    sortBySources([...sources].map(([id, from]) => ({ id, sources: from }))),
    loops,
  )
  const inside = (loop: string) =>
    [...membership].flatMap(([id, around]) => (around.has(loop) ? [id] : []))
  const innerEnds = (loop: { start: string; end: string }) =>
    loops.flatMap((inner) =>
      inner !== loop && enclosingLoops(inner, membership).has(loop.start)
        ? [inner.start, inner.end, ...inside(inner.start)]
        : [],
    )
  return loops.map((loop) => ({
    kind: 'loop',
    members: new Set(
      [loop.start, loop.end, ...inside(loop.start), ...innerEnds(loop)].flatMap(
        (id) => byId.get(id)?.id ?? [],
      ),
    ),
  }))
}

/** The nodes whose middle is in a frame. */
const frameMembers = ({ bounding: [x, y, width, height] }: FileGroup, nodes: readonly FileNode[]) =>
  nodes.flatMap((node) => {
    const [left, top, right, bottom] = nodeEdges(node)
    const middle = [(left + right) / 2, (top + bottom) / 2]
    const inside = middle[0] > x && middle[0] < x + width && middle[1] > y && middle[1] < y + height
    return inside ? [node.id] : []
  })

/** Space between the border of a zone and its nodes: left and right, above, below. */
const [ZONE_SIDE, ZONE_TOP, ZONE_BOTTOM] = [22, 30, 40]

/** The loops of a level with the edges of their zones as the canvas draws them. */
export function zoneEdges(file: Level): { members: ReadonlySet<NodeId>; edges: Edges }[] {
  const zones: { members: ReadonlySet<NodeId>; edges: Edges }[] = []
  for (const { members } of findLoops(file).toSorted((a, b) => a.members.size - b.members.size)) {
    const nodes = file.nodes.filter(({ id }) => members.has(id)).map(nodeEdges)
    const inner = zones.filter((zone) => [...zone.members].every((id) => members.has(id)))
    const [left, top, right, bottom] = boundingEdges([...nodes, ...inner.map(({ edges }) => edges)])
    zones.push({
      members,
      edges: [left - ZONE_SIDE, top - ZONE_TOP, right + ZONE_SIDE, bottom + ZONE_BOTTOM],
    })
  }
  return zones
}

/** Space between a frame and its nodes, and above them for its title, in graph units. */
const [FRAME, FRAME_TITLE] = [24, 44]

/** Puts a frame around nodes, and around the zones of the loops among them. */
function frameAround(
  frame: FileGroup,
  members: ReadonlySet<NodeId>,
  nodes: readonly FileNode[],
  zones: ReturnType<typeof zoneEdges>,
): FileGroup {
  if (!members.size) return frame
  const [left, top, right, bottom] = boundingEdges([
    ...nodes.filter(({ id }) => members.has(id)).map(nodeEdges),
    ...zones
      .filter((zone) => [...zone.members].every((id) => members.has(id)))
      .map(({ edges }) => edges),
  ])
  return {
    ...frame,
    bounding: [
      left - FRAME,
      top - FRAME_TITLE,
      right - left + 2 * FRAME,
      bottom - top + FRAME_TITLE + FRAME,
    ],
  }
}
