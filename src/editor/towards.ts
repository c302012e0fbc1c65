// From node to node by the arrow keys.
interface Placed {
  pos: ArrayLike<number>
  size: ArrayLike<number>
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * The nearest of `all` on that side of `from`, where a step aside counts twice; undefined where there is none. Without a
 * place to begin, the one at the top left.
 */
export function towards<T extends Placed>(from: T | undefined, all: readonly T[], direction: Direction): T | undefined {
  if (!from) return nearest(all, ({ pos }) => pos[0]! + pos[1]!)
  const [x, y] = middle(from)
  return nearest(all, (node) => {
    const [dx, dy] = [middle(node)[0] - x, middle(node)[1] - y]
    const [ahead, aside] = { left: [-dx, dy], right: [dx, dy], up: [-dy, dx], down: [dy, dx] }[direction] as [number, number]
    return node === from || ahead <= 0 || Math.abs(aside) > 2 * ahead ? Infinity : ahead + 2 * Math.abs(aside)
  })
}

const middle = ({ pos, size }: Placed) => [pos[0]! + size[0]! / 2, pos[1]! + size[1]! / 2] as const

function nearest<T>(all: readonly T[], distance: (each: T) => number): T | undefined {
  const [first] = all
    .map((each) => ({ each, far: distance(each) }))
    .filter(({ far }) => far < Infinity)
    .sort((a, b) => a.far - b.far)
  return first?.each
}
