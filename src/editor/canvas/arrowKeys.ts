// Finds the next node for an arrow key.
interface Placed {
  pos: ArrayLike<number>
  size: ArrayLike<number>
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * Returns the node of `all` that is nearest to `from` in a direction, with sideways distance
 * counted twice. Undefined if there is no node in that direction. Without `from`, returns the top
 * left node.
 */
export function findNeighbour<T extends Placed>(
  from: T | undefined,
  all: readonly T[],
  direction: Direction,
): T | undefined {
  if (!from) return nearestByDistance(all, ({ pos }) => pos[0] + pos[1])
  const [x, y] = nodeMiddle(from)
  return nearestByDistance(all, (node) => {
    const [dx, dy] = [nodeMiddle(node)[0] - x, nodeMiddle(node)[1] - y]
    const [ahead, aside] = { left: [-dx, dy], right: [dx, dy], up: [-dy, dx], down: [dy, dx] }[
      direction
    ] as [number, number]
    return node === from || ahead <= 0 || Math.abs(aside) > 2 * ahead
      ? Infinity
      : ahead + 2 * Math.abs(aside)
  })
}

const nodeMiddle = ({ pos, size }: Placed) => [pos[0] + size[0] / 2, pos[1] + size[1] / 2] as const

function nearestByDistance<T>(all: readonly T[], distance: (each: T) => number): T | undefined {
  const [first] = all
    .map((each) => ({ each, far: distance(each) }))
    .filter(({ far }) => far < Infinity)
    .sort((a, b) => a.far - b.far)
  return first?.each
}
