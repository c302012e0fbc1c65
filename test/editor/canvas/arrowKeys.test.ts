// Moving between nodes with the arrow keys.
import { expect, test } from 'vitest'
import { findNeighbour, type Direction } from '../../../src/editor/canvas/arrowKeys.ts'

const at = (name: string, x: number, y: number) => ({ name, pos: [x, y], size: [100, 60] })
const all = [
  at('middle', 200, 200),
  at('right', 400, 210),
  at('far right', 600, 200),
  at('below', 190, 400),
  at('first', 0, 0),
]
const from = (name: string, direction: Direction) =>
  findNeighbour(
    all.find((each) => each.name === name),
    all,
    direction,
  )?.name

test('selects the nearest node in a direction', () => {
  expect(from('middle', 'right')).toBe('right')
  expect(from('right', 'right')).toBe('far right')
  expect(from('right', 'left')).toBe('middle')
  expect(from('middle', 'down')).toBe('below')
  expect(from('below', 'up')).toBe('middle')
  expect(from('middle', 'left')).toBe('first')
})

test('selects no node beyond the last, and the first without a selection', () => {
  expect(from('far right', 'right')).toBeUndefined()
  expect(from('', 'down')).toBe('first')
  expect(findNeighbour(undefined, [], 'up')).toBeUndefined()
})
