// How a scene is seen: so many pixels of the page for one of its units, and where its corner lies. Pure, so that it can be tested.

export interface Lens {
  scale: number
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

/** Between a scene that fits and the border, in pixels of the page; above it are names. */
const MARGIN = 28
/** So many pixels of the page for one of a picture, at most. */
const LARGEST = 256

/** All of the scene, in the middle. Pictures grow by whole numbers: pixels of different widths would be seen. */
export function fitted(scene: Size, room: Size, dense = 1): Lens {
  const free = Math.min((room.width - 2 * MARGIN) / scene.width, (room.height - 2 * MARGIN) / scene.height)
  const whole = Math.floor(free * dense) / dense
  return centred(scene, room, Math.max(0.01, free * dense >= 2 ? whole : free))
}

export const centred = (scene: Size, room: Size, scale: number): Lens => ({
  scale,
  x: Math.round((room.width - scene.width * scale) / 2),
  y: Math.round((room.height - scene.height * scale) / 2),
})

/** Larger or smaller, with what is at a place of the page staying there. */
export function zoomed(lens: Lens, factor: number, [x, y]: readonly [number, number], scene: Size, room: Size): Lens {
  const least = Math.min(1, fitted(scene, room).scale) / 2
  const scale = Math.min(LARGEST, Math.max(least, lens.scale * factor))
  const grown = scale / lens.scale
  return held({ scale, x: x - (x - lens.x) * grown, y: y - (y - lens.y) * grown }, scene, room)
}

export const panned = (lens: Lens, dx: number, dy: number, scene: Size, room: Size): Lens =>
  held({ ...lens, x: lens.x + dx, y: lens.y + dy }, scene, room)

/** A part of the scene stays in sight: it cannot be lost. */
function held({ scale, x, y }: Lens, scene: Size, room: Size): Lens {
  const within = (at: number, size: number, space: number) => Math.min(space - MARGIN, Math.max(MARGIN - size * scale, at))
  return { scale, x: within(x, scene.width, room.width), y: within(y, scene.height, room.height) }
}

/** Where in the scene a place of the page is. */
export const inScene = ({ scale, x, y }: Lens, [px, py]: readonly [number, number]): [number, number] => [
  (px - x) / scale,
  (py - y) / scale,
]
