// The part of the graph that a presentation shows. Everything else is dimmed.
import type { LGraph, LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import { createZoneCache } from '../../litegraph/canvasZones.ts'
import type { Box } from '../../painters/frame.ts'
import type { Zone } from '../../litegraph/zones.ts'

export interface Spotlight {
  /** Ids of the nodes that are shown; undefined for all nodes. */
  nodes: ReadonlySet<string> | undefined
  /** Lit part of the graph; undefined to dim nothing. */
  box: Box | undefined
  /** True if nodes show only their titles and views. */
  titlesOnly: boolean
  /** Minimum height of the text in views and of lone titles, in CSS pixels. */
  minText: number
}

export interface Spotlights {
  /** Dims all but a part of the graph. Undefined: ends it. */
  setSpotlight(spotlight: Spotlight | undefined): void
  /** Zones of the graph on the canvas, outer zones first. */
  zones(): readonly Zone[]
}

/** Members of the canvas that a spotlight needs. */
interface SpotlightCanvas extends Pick<LGraphCanvas, 'setDirty'> {
  readonly graph: LGraph
  spotlight: Spotlight | undefined
}

/** Opacity of nodes that only surround the shown ones. */
const AROUND = 0.3
const VEIL = 0.8
const RADIUS = 16

export function createSpotlights(canvas: SpotlightCanvas): Spotlights {
  // The zones of the last paint may be those of another level.
  const findZones = createZoneCache()
  return {
    setSpotlight(spotlight) {
      canvas.spotlight = spotlight
      canvas.setDirty(true, true)
    },
    zones: () => findZones(canvas.graph),
  }
}

/** True if a node is in the spotlight, or there is none. */
export const isLit = (spotlight: Spotlight | undefined, id: string | number): boolean =>
  spotlight?.nodes?.has(String(id)) ?? true

export const spotlightOpacity = (spotlight: Spotlight | undefined, id: string | number): number =>
  isLit(spotlight, id) ? 1 : AROUND

/** Paints over everything outside of the lit part. `area` is the painted part of the graph. */
export function paintVeil(
  ctx: CanvasRenderingContext2D,
  { box }: Spotlight,
  [left, top, width, height]: ArrayLike<number> & Iterable<number>,
  colour: string,
) {
  if (!box) return
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.roundRect(box.x, box.y, box.width, box.height, RADIUS)
  ctx.globalAlpha = VEIL
  ctx.fillStyle = colour
  ctx.fill('evenodd')
  ctx.restore()
}
