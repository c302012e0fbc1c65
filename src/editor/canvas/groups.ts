// Groups of nodes: moved by the title and resized by the corner. A node belongs to each group that
// contains its middle.
import type { LGraph, LGraphGroup, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { fullNodeBox, graphZones } from '../../litegraph/canvasZones.ts'
import type { Box } from '../../painters/frame.ts'
import { CORNER, STRIP } from './paint/group.ts'
import { TITLE } from '../graph/nodeSize.ts'

/** Padding between a group and its nodes, in graph units. */
const PAD = 24

/** Limits the handles of a group to its title and corner, so that its area pans and selects. */
export function customizeGroups(graph: LGraph) {
  LiteGraph.LGraphGroup.prototype.recomputeInsideNodes = function (this: LGraphGroup) {
    this._nodes = groupNodes(this)
  }
  graph.getGroupOnPos = (x, y) =>
    graph._groups.findLast((group) => isGroupHandle(group, x, y)) ?? null
}

function isGroupHandle({ pos, size }: LGraphGroup, x: number, y: number): boolean {
  const [right, bottom] = [pos[0] + size[0], pos[1] + size[1]]
  if (x < pos[0] || y < pos[1] || x > right || y > bottom) return false
  return y < pos[1] + STRIP || (x > right - CORNER && y > bottom - CORNER)
}

function isInGroup({ pos, size }: LGraphGroup, node: LGraphNode): boolean {
  const [x, y] = [
    node.pos[0] + node.size[0] / 2,
    node.pos[1] + (node.flags.collapsed ? -TITLE / 2 : node.size[1] / 2),
  ]
  return x >= pos[0] && x <= pos[0] + size[0] && y >= pos[1] && y <= pos[1] + size[1]
}

/** Returns the groups that contain the middle of a node. */
export const groupsAround = (node: LGraphNode): LGraphGroup[] =>
  (node.graph?._groups ?? []).filter((group) => isInGroup(group, node))

/** Returns the nodes whose middle is in a group. */
export const groupNodes = (group: LGraphGroup): LGraphNode[] =>
  (group.graph?._nodes ?? []).filter((node) => isInGroup(group, node))

/**
 * Adds a group around nodes, and around the zones of the loops among them. Without nodes, adds an
 * empty group at a point of the graph.
 */
export function addGroup(
  graph: LGraph,
  title: string,
  nodes: readonly LGraphNode[],
  at: readonly [number, number],
): LGraphGroup {
  const group = new LiteGraph.LGraphGroup(title)
  group.color = undefined
  if (nodes.length) fitGroup(group, nodes, graph)
  else {
    group.pos = [Math.round(at[0]), Math.round(at[1])]
    group.size = [320, 200]
  }
  graph.add(group)
  return group
}

/** Puts a group around nodes and around the zones of the loops among them. */
export function fitGroup(group: LGraphGroup, nodes: readonly LGraphNode[], graph: LGraph) {
  const boxes = [...nodes.map(fullNodeBox), ...zonesAmong(graph, nodes)]
  const left = Math.min(...boxes.map(({ x }) => x)) - PAD
  const top = Math.min(...boxes.map(({ y }) => y)) - PAD - STRIP + 8
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + PAD
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + PAD
  group.pos = [Math.round(left), Math.round(top)]
  group.size = [Math.round(right - left), Math.round(bottom - top)]
}

/** Areas of the zones whose nodes are all among `nodes`. */
function zonesAmong(graph: LGraph, nodes: readonly LGraphNode[]): Box[] {
  const ids = new Set(nodes.map(({ id }) => String(id)))
  return graphZones(graph)
    .filter(({ start, end, body }) => [start, end, ...body].every((id) => ids.has(id)))
    .map(({ box }) => box)
}
