// Groups of litegraph as people handle them: by the title they are moved, by the corner resized, and what has its middle inside
// belongs to them.
import type { LGraph, LGraphGroup, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { CORNER, STRIP } from './look/group.ts'
import { TITLE } from './look/painting.ts'

/** Room between a group and what is in it. */
const PAD = 24

/** Elsewhere in a group the canvas is panned and nodes are chosen, as outside of it. */
export function tameGroups(graph: LGraph) {
  LiteGraph.LGraphGroup.prototype.recomputeInsideNodes = function (this: LGraphGroup) {
    this._nodes = this.graph!._nodes.filter((node) => isIn(this, node))
  }
  graph.getGroupOnPos = (x, y) => graph._groups.findLast((group) => isHandle(group, x, y)) ?? null
}

function isHandle({ pos, size }: LGraphGroup, x: number, y: number): boolean {
  const [right, bottom] = [pos[0] + size[0], pos[1] + size[1]]
  if (x < pos[0] || y < pos[1] || x > right || y > bottom) return false
  return y < pos[1] + STRIP || (x > right - CORNER && y > bottom - CORNER)
}

function isIn({ pos, size }: LGraphGroup, node: LGraphNode): boolean {
  const [x, y] = [node.pos[0]! + node.size[0]! / 2, node.pos[1]! + (node.flags.collapsed ? -TITLE / 2 : node.size[1]! / 2)]
  return x >= pos[0] && x <= pos[0] + size[0] && y >= pos[1] && y <= pos[1] + size[1]
}

/** The groups around a node. */
export const groupsOf = (node: LGraphNode): LGraphGroup[] => (node.graph?._groups ?? []).filter((group) => isIn(group, node))

export const nodesIn = (group: LGraphGroup): LGraphNode[] => group.graph!._nodes.filter((node) => isIn(group, node))

/** A group around nodes; without any, an empty one at a place. */
export function addGroup(graph: LGraph, title: string, nodes: readonly LGraphNode[], at: readonly [number, number]): LGraphGroup {
  const group = new LiteGraph.LGraphGroup(title)
  group.color = undefined
  const [left, top, right, bottom] = nodes.length
    ? [
        Math.min(...nodes.map(({ pos }) => pos[0]!)) - PAD,
        Math.min(...nodes.map(({ pos }) => pos[1]! - TITLE)) - PAD - STRIP + 8,
        Math.max(...nodes.map((node) => node.pos[0]! + node.size[0]!)) + PAD,
        Math.max(...nodes.map((node) => node.pos[1]! + (node.flags.collapsed ? 0 : node.size[1]!))) + PAD,
      ]
    : [at[0], at[1], at[0] + 320, at[1] + 200]
  group.pos = [Math.round(left!), Math.round(top!)]
  group.size = [Math.round(right! - left!), Math.round(bottom! - top!)]
  graph.add(group)
  return group
}
