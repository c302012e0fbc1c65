// What lies where in the graph, found once for each paint of all: between two of those nothing moves.
import type { LGraph, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import { bendsOf } from './look/wires.ts'
import { endsOf } from './wiring.ts'

/** Left, top, right and bottom, in the graph's units. */
export type Bounds = readonly [number, number, number, number]

interface Placed<T> {
  what: T
  bounds: Bounds
}

interface Wire {
  link: LLink
  ends: readonly [ArrayLike<number>, ArrayLike<number>]
}

interface Places {
  graph: LGraph
  version: number
  nodes: Placed<LGraphNode>[]
  wires: Placed<Wire>[]
}

export interface Lookout {
  nodes(area: Bounds): LGraphNode[]
  /** From the first node's to the last's, as litegraph paints them. */
  wires(area: Bounds): Wire[]
}

/** `version` rises where something may have moved. */
export function createLookout(graph: () => LGraph, version: () => number): Lookout {
  let known: Places | undefined
  const places = (): Places => {
    if (known?.version !== version() || known.graph !== graph()) known = placesIn(graph(), version())
    return known
  }
  const within = <T>(placed: readonly Placed<T>[], [left, top, right, bottom]: Bounds) =>
    placed.filter(({ bounds: [l, t, r, b] }) => l <= right && left <= r && t <= bottom && top <= b).map(({ what }) => what)
  return {
    nodes: (area) => within(places().nodes, area),
    wires: (area) => within(places().wires, area),
  }
}

const placesIn = (graph: LGraph, version: number): Places => ({
  graph,
  version,
  nodes: graph._nodes.map((node) => ({ what: node, bounds: boundsOfNode(node) })),
  wires: graph._nodes
    .flatMap(({ inputs }) => inputs ?? [])
    .flatMap(({ link }) => {
      const wire = link == null ? undefined : graph.links[link]
      const ends = wire && endsOf(graph, wire)
      return ends ? [{ what: { link: wire, ends }, bounds: boundsOfWire(...ends) }] : []
    }),
})

function boundsOfNode(node: LGraphNode): Bounds {
  const [x, y, width, height] = node.getBounding(new Float32Array(4), true) as unknown as [number, number, number, number]
  // How wide a collapsed node is turns out when it is painted: no wider than it was.
  return [x, y, x + (node.flags.collapsed ? Math.max(width, node.size[0]!) : width), y + height]
}

/** A curve lies between its ends and bends. */
function boundsOfWire(a: ArrayLike<number>, b: ArrayLike<number>): Bounds {
  const points = [a, b, ...bendsOf(a, b)]
  const [xs, ys] = [points.map((point) => point[0]!), points.map((point) => point[1]!)]
  return [Math.min(...xs) - THICK, Math.min(...ys) - THICK, Math.max(...xs) + THICK, Math.max(...ys) + THICK]
}

/** Half of the widest wire, and the roundness of its ends. */
const THICK = 4
