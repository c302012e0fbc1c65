// Zones of a graph on a litegraph canvas.
import type { LGraph, LGraphCanvas, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { manySlot, splitMany } from '../engine/base/ids.ts'
import type { Box } from '../painters/frame.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'
import { isReroute } from './reroute.ts'
import { inputNodes, loopPartner } from './wires.ts'
import { drawZones, type ZoneStyle } from './zoneDrawing.ts'
import { findZones, type Zone, type ZoneNode } from './zones.ts'

/** Returns the zones of a graph. The node `without` does not enlarge its zone. */
export function graphZones(graph: LGraph, without?: LGraphNode): Zone[] {
  return findZones(
    graph._nodes.map((node): ZoneNode => ({
      id: String(node.id),
      box: node === without ? NOWHERE : fullNodeBox(node),
      sources: inputNodes(node).map(({ id }) => String(id)),
      ...(isDiffusionNode(node) && nodeLoop(node)),
    })),
  )
}

const TITLE = 30

/** Box that every bounding box ignores. */
const NOWHERE: Box = { x: NaN, y: NaN, width: 0, height: 0 }

/** Returns the area of a node with its title bar. */
export function fullNodeBox(node: LGraphNode): Box {
  const { pos, size, flags } = node
  if (isReroute(node)) return { x: pos[0], y: pos[1], width: size[0], height: size[1] }
  return {
    x: pos[0],
    y: pos[1] - TITLE,
    width: flags.collapsed ? 100 : size[0],
    height: flags.collapsed ? TITLE : size[1] + TITLE,
  }
}

function nodeLoop(node: DiffusionNode): Pick<ZoneNode, 'loop'> {
  const { declaration } = node.diffusion
  const end = declaration.role === 'start' ? loopPartner(node) : undefined
  if (!end) return {}
  return {
    loop: {
      end: String(end.id),
      category: declaration.category,
      carries: carriedSlots(node, declaration.loop?.carries ?? {}),
    },
  }
}

/** Replaces declared many-slots by the slots of the node. */
function carriedSlots(
  start: DiffusionNode,
  carries: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(carries).flatMap(([next, each]) => {
      const many = start.diffusion.declaration.outputs[each]?.many
      if (!many) return [[next, each]]
      const count = start.outputs.filter(({ name }) => splitMany(name)[0] === each).length
      return Array.from({ length: count }, (_, i) => [manySlot(next, i + 1), manySlot(each, i + 1)])
    }),
  )
}

/** Returns a function that finds the zones of a graph, cached until a box or a wire changes. */
export function createZoneCache(): (graph: LGraph) => Zone[] {
  let [before, now]: [number[], number[]] = [[], []]
  let cachedGraph: LGraph | undefined
  let zones: Zone[] = []
  return (graph) => {
    now.length = 0
    now.push(graph._version)
    for (const { pos, size, flags, inputs, outputs } of graph._nodes) {
      now.push(pos[0], pos[1], size[0], size[1], flags.collapsed ? 1 : 0, outputs?.length ?? 0)
      for (const { link } of inputs ?? []) now.push(Number(link ?? -1))
    }
    const same = now.length === before.length && now.every((value, i) => value === before[i])
    if (graph === cachedGraph && same) return zones
    ;[before, now] = [now, before]
    cachedGraph = graph
    zones = graphZones(graph)
    return zones
  }
}

/** Space for drawing beyond the edge of a box. */
const OVERHANG = 10

const boxOverlaps = (
  { x, y, width, height }: Box,
  [left, top, across, down]: ArrayLike<number> & Iterable<number>,
) =>
  x - OVERHANG < left + across &&
  x + width + OVERHANG > left &&
  y - OVERHANG < top + down &&
  y + height + OVERHANG > top

export interface InstalledZoneStyle extends ZoneStyle {
  /** Finds the zones of a graph, for hosts that share a cache. */
  zonesIn?: (graph: LGraph) => Zone[]
}

/**
 * Draws zones behind the nodes of a canvas, over its previous background. Returns a function that
 * removes them.
 */
export function installZones(canvas: LGraphCanvas, style: InstalledZoneStyle = {}): () => void {
  const before = canvas.onDrawBackground
  const currentZones = style.zonesIn ?? createZoneCache()
  const draw = (ctx: CanvasRenderingContext2D, area: Float32Array) => {
    before?.call(canvas, ctx, area)
    const { graph } = canvas
    if (!graph) return
    const progress = ({ start }: Zone) => {
      const node = graph.getNodeById(start)
      if (!node || !isDiffusionNode(node)) return undefined
      const { state, progress } = node.diffusion
      return state === 'running' || state === 'done' ? progress : undefined
    }
    const visible = currentZones(graph).filter(({ box }) => boxOverlaps(box, area))
    drawZones(ctx, visible, progress, { scale: canvas.ds.scale, ...style })
  }
  canvas.onDrawBackground = draw
  canvas.setDirty(true, true)
  return () => {
    if (canvas.onDrawBackground === draw) canvas.onDrawBackground = before
    canvas.setDirty(true, true)
  }
}
