// Shape of wires: Bézier curves, and the corners of loop wires. Coordinates of the graph.

/** Position of a slot. */
type Ends = ArrayLike<number>

/**
 * Length of the straight piece at both ends of a wire, which is at least the distance between a slot
 * and the border of its node. The curve begins and ends outside of the nodes, which cover wires, so
 * that a wire meets the border at the height of its slot.
 */
const STRAIGHT = 10

/** Returns the ends of the curved part of a wire. */
export const curveEnds = (a: Ends, b: Ends): [[number, number], [number, number]] => [
  [a[0] + STRAIGHT, a[1]],
  [b[0] - STRAIGHT, b[1]],
]

/** Returns the two control points of the Bézier curve of a wire. */
export function wireBends(a: Ends, b: Ends): [[number, number], [number, number]] {
  const [from, to] = curveEnds(a, b)
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const reach =
    dx > 0 ? Math.max(28, dx * 0.45) : Math.min(160, 40 + Math.abs(dx) * 0.35 + Math.abs(dy) * 0.2)
  return [
    [from[0] + reach, from[1]],
    [to[0] - reach, to[1]],
  ]
}

/** Returns points along a wire, without its ends. */
export function wirePoints(a: Ends, b: Ends, count = 24): [number, number][] {
  const [from, to] = curveEnds(a, b)
  const [first, second] = wireBends(a, b)
  return Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1)
    const at = (k: 0 | 1) =>
      (1 - t) ** 3 * from[k] +
      3 * t * (1 - t) ** 2 * first[k] +
      3 * t ** 2 * (1 - t) * second[k] +
      t ** 3 * to[k]
    return [at(0), at(1)]
  })
}

/** Distance of the vertical pieces of a loop's wire from its slots: outside of the nodes. */
const ASIDE = 18

/** Corners of the wire of a loop, which runs at the height `top` above the nodes of its zone. */
export const loopCorners = (a: Ends, b: Ends, top: number): [number, number][] => [
  [a[0], a[1]],
  [a[0] + ASIDE, a[1]],
  [a[0] + ASIDE, top],
  [b[0] - ASIDE, top],
  [b[0] - ASIDE, b[1]],
  [b[0], b[1]],
]
