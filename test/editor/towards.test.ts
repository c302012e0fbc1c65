// From node to node by the arrow keys.
import { expect, test } from 'vitest'
import { towards, type Direction } from '../../src/editor/towards.ts'

const at = (name: string, x: number, y: number) => ({ name, pos: [x, y], size: [100, 60] })
const all = [at('middle', 200, 200), at('right', 400, 210), at('far right', 600, 200), at('below', 190, 400), at('first', 0, 0)]
const from = (name: string, direction: Direction) =>
  towards(
    all.find((each) => each.name === name),
    all,
    direction,
  )?.name

test('the nearest on that side', () => {
  expect(from('middle', 'right')).toBe('right')
  expect(from('right', 'right')).toBe('far right')
  expect(from('right', 'left')).toBe('middle')
  expect(from('middle', 'down')).toBe('below')
  expect(from('below', 'up')).toBe('middle')
  expect(from('middle', 'left')).toBe('first')
})

test('none where there is nothing, the first where nothing is chosen', () => {
  expect(from('far right', 'right')).toBeUndefined()
  expect(from('', 'down')).toBe('first')
  expect(towards(undefined, [], 'up')).toBeUndefined()
})
