// Viewport arithmetic: scale and offset of a scene in its pane.

export interface Viewport {
  /** CSS pixels per unit of the scene. */
  scale: number
  /** Position of the scene's corner in the pane. */
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

/** Space around a fitted scene in CSS pixels; titles are shown in it. */
const MARGIN = 28
const MAX_SCALE = 256

/**
 * Fits a scene, centred. Pictures are enlarged by whole device pixels, as unequal pixel widths
 * would be visible.
 */
export function fitViewport(scene: Size, pane: Size, density = 1): Viewport {
  const scale = Math.min(
    (pane.width - 2 * MARGIN) / scene.width,
    (pane.height - 2 * MARGIN) / scene.height,
  )
  const integerScale = Math.floor(scale * density) / density
  return centreViewport(scene, pane, Math.max(0.01, scale * density >= 2 ? integerScale : scale))
}

export const centreViewport = (scene: Size, pane: Size, scale: number): Viewport => ({
  scale,
  x: Math.round((pane.width - scene.width * scale) / 2),
  y: Math.round((pane.height - scene.height * scale) / 2),
})

/** Zooms around a fixed position of the pane. */
export function zoomViewport(
  viewport: Viewport,
  factor: number,
  [x, y]: readonly [number, number],
  scene: Size,
  pane: Size,
): Viewport {
  const minScale = Math.min(1, fitViewport(scene, pane).scale) / 2
  const scale = Math.min(MAX_SCALE, Math.max(minScale, viewport.scale * factor))
  const growth = scale / viewport.scale
  return keepInView(
    { scale, x: x - (x - viewport.x) * growth, y: y - (y - viewport.y) * growth },
    scene,
    pane,
  )
}

export const panViewport = (
  viewport: Viewport,
  dx: number,
  dy: number,
  scene: Size,
  pane: Size,
): Viewport => keepInView({ ...viewport, x: viewport.x + dx, y: viewport.y + dy }, scene, pane)

/** Keeps a part of the scene inside the pane. */
function keepInView({ scale, x, y }: Viewport, scene: Size, pane: Size): Viewport {
  const limit = (position: number, size: number, space: number) =>
    Math.min(space - MARGIN, Math.max(MARGIN - size * scale, position))
  return { scale, x: limit(x, scene.width, pane.width), y: limit(y, scene.height, pane.height) }
}

/** Converts a position in the pane to scene coordinates. */
export const toScene = (
  { scale, x, y }: Viewport,
  [px, py]: readonly [number, number],
): [number, number] => [(px - x) / scale, (py - y) / scale]
