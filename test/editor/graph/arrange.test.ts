// Nodes aligned and distributed.
import { describe, expect, test } from 'vitest'
import { alignBoxes, distributeBoxes } from '../../../src/editor/graph/layout.ts'
import type { NodeBox } from '../../../src/workflow/nodeBox.ts'

const createBox = (id: number, x: number, y: number, width = 140, height = 80): NodeBox => ({
  id,
  pos: [x, y],
  size: [width, height],
})

describe('alignment', () => {
  const nodes = [createBox(1, 10, 50), createBox(2, 40, 200, 60), createBox(3, 25, 90, 100, 200)]

  test('aligns edges', () => {
    expect([...alignBoxes(nodes, 'left')].map(([, [x]]) => x)).toEqual([10, 10, 10])
    expect([...alignBoxes(nodes, 'right')].map(([, [x]]) => x)).toEqual([10, 90, 50])
    expect([...alignBoxes(nodes, 'top')].map(([, [, y]]) => y)).toEqual([50, 50, 50])
    expect([...alignBoxes(nodes, 'bottom')].map(([, [, y]]) => y)).toEqual([210, 210, 90])
  })

  test('makes gaps equal without moving the first and the last node', () => {
    const apart = [createBox(1, 0, 0, 100), createBox(2, 130, 0, 100), createBox(3, 500, 0, 100)]
    expect([...distributeBoxes(apart, 0)].map(([id, [x]]) => [id, x])).toEqual([
      [1, 0],
      [2, 250],
      [3, 500],
    ])
    expect(distributeBoxes(apart.slice(0, 2), 0).size).toBe(0)
  })
})
