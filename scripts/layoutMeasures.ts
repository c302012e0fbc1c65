// Measures of a composition, as it opens in a window of 1440 × 900 pixels.
import type { ByType } from '../src/engine/plan/op.ts'
import type { FileNode, WorkflowFile } from '../src/workflow/file.ts'
import {
  composedNode,
  composedWires,
  nodeEdges,
  zoneEdges,
} from '../src/workflow/compose/composeFile.ts'
import { scoreOpening, WINDOW } from '../src/workflow/compose/composeGraph.ts'
import { countCrossings } from '../src/workflow/compose/crossings.ts'
import {
  boundingEdges,
  chooseOpening,
  findBestPart,
  fitScale,
  READABLE,
} from '../src/workflow/compose/opening.ts'

export type Level = Pick<WorkflowFile, 'nodes' | 'links' | 'groups'>

export interface LayoutMeasures {
  /** Zoom at which the graph opens, and zoom that shows all of it. */
  opening: number
  fit: number
  /** Width of the narrowest view at opening, in CSS pixels; undefined without views. */
  smallestView?: number | undefined
  /** Views that are completely visible at opening, and all. */
  shownViews: number
  views: number
  /** Wires that run behind nodes not theirs, and wires. */
  crossings: number
  wires: number
  /** Nodes inside the area of a loop that they do not belong to. */
  intruders: number
  /** Overlapping pairs of nodes. */
  overlaps: number
  /** Sum for comparisons: the opening, less the cost of wires and intruders. */
  score: number
}

/** A node must be covered by this much to count as overlapping, in graph units. */
const TOUCH = 3

export function measureLayout(file: Level, declared: ByType): LayoutMeasures {
  const nodes = file.nodes.map((node) => {
    const composed = composedNode(node, declared)
    return { id: node.id, edges: nodeEdges(node), isView: composed.kind === 'view', node }
  })
  const all = boundingEdges(nodes.map(({ edges }) => edges))
  const opening = chooseOpening(nodes, WINDOW).scale
  const views = nodes.filter(({ isView }) => isView)
  const shown = fitScale(all, WINDOW) >= READABLE ? nodes : findBestPart(nodes, WINDOW)
  const wires = placedWires(file)
  const crossings = countCrossings(nodes, wires)
  const intruders = countIntruders(file)
  const overlaps = countOverlaps(nodes)
  return {
    opening,
    fit: fitScale(all, WINDOW),
    ...(views.length && {
      smallestView: Math.min(...views.map(({ node }) => node.size[0])) * opening,
    }),
    shownViews: shown.filter(({ isView }) => isView).length,
    views: views.length,
    crossings,
    wires: wires.length,
    intruders,
    overlaps,
    score:
      scoreOpening(nodes, all) -
      (0.5 * crossings) / Math.max(1, wires.length) -
      intruders -
      overlaps,
  }
}

function placedWires(file: Level) {
  const byId = new Map(file.nodes.map((node) => [node.id, node]))
  return composedWires(file).flatMap(({ from, to, fromY, toY }) => {
    const [source, target] = [byId.get(from), byId.get(to)]
    if (!source || !target) return []
    return [
      {
        from,
        to,
        start: [source.pos[0] + source.size[0], source.pos[1] + fromY] as const,
        end: [target.pos[0], target.pos[1] + toY] as const,
      },
    ]
  })
}

function countIntruders(file: Level): number {
  return zoneEdges(file).reduce((sum, { members, edges: [left, top, right, bottom] }) => {
    const isIntruder = (node: FileNode) => {
      const edges = nodeEdges(node)
      return (
        !members.has(node.id) &&
        edges[0] < right &&
        edges[2] > left &&
        edges[1] < bottom &&
        edges[3] > top
      )
    }
    return sum + file.nodes.filter(isIntruder).length
  }, 0)
}

function countOverlaps(nodes: readonly { edges: readonly number[] }[]): number {
  let count = 0
  nodes.forEach(({ edges: a }, i) => {
    for (const { edges: b } of nodes.slice(i + 1)) {
      const across = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
      const down = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
      if (across > TOUCH && down > TOUCH) count++
    }
  })
  return count
}
