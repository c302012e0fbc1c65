// Places of the minimap and of the selection toolbar, and colours of nodes.
import { describe, expect, test } from 'vitest'
import { placeToolbox } from '../../../src/editor/app/placeToolbox.ts'
import { chooseCorner, cornerRect } from '../../../src/editor/canvas/minimapPlace.ts'
import { getNodeTint } from '../../../src/editor/canvas/nodeColours.ts'
import type { Colours } from '../../../src/editor/ui/theme.ts'

const area = [0, 48, 1000, 700] as const

describe('the minimap', () => {
  const size = [184, 124] as const
  const at = (important: (readonly [number, number, number, number])[], others = important) => ({
    area,
    size,
    important,
    others: () => others,
  })
  const below = [20, 600, 200, 680] as const

  test('is at the lower left, and stays in its corner', () => {
    expect(chooseCorner(undefined, at([]))).toBe('bottomLeft')
    expect(chooseCorner('topRight', at([]))).toBe('topRight')
    expect(cornerRect('bottomLeft', at([]))).toEqual([12, 564, 196, 688])
  })

  test('leaves a corner in which something important is, for the emptiest one', () => {
    expect(chooseCorner('bottomLeft', at([below]))).toBe('bottomRight')
    const node = [850, 600, 990, 690] as const
    expect(chooseCorner('bottomLeft', at([below], [node]))).toBe('topRight')
  })

  test('hides if each corner has something important', () => {
    expect(chooseCorner('bottomLeft', at([[0, 48, 1000, 700]]))).toBeUndefined()
  })
})

describe('the selection toolbar', () => {
  const size = [300, 40] as const

  test('is above the nodes, in the middle', () => {
    expect(
      placeToolbox(
        [
          [400, 300, 500, 400],
          [600, 320, 700, 500],
        ],
        size,
        area,
      ),
    ).toEqual([400, 250])
  })

  test('is below them if there is no room above, and inside the area', () => {
    expect(placeToolbox([[10, 60, 110, 200]], size, area)).toEqual([8, 210])
    expect(placeToolbox([[10, 40, 900, 720]], size, area)).toEqual([305, 56])
  })

  test('is hidden if no node is in view, or the area is too narrow', () => {
    expect(placeToolbox([[-300, 100, -10, 200]], size, area)).toBeUndefined()
    expect(placeToolbox([[10, 100, 60, 200]], size, [0, 48, 310, 700])).toBeUndefined()
  })
})

describe('the colour of a node', () => {
  const theme = (dark: boolean) => ({ dark, nodeText: '#aabbcc' }) as Colours

  test('has the hue of the stored colour in every theme', () => {
    const [dark, light] = [getNodeTint('#533', theme(true)), getNodeTint('#533', theme(false))]
    expect(dark.colour).toBe('hsl(0 70% 52%)')
    expect(light.colour).toBe(dark.colour)
    expect(light.body).toBeLessThan(dark.body)
    expect(getNodeTint('#335', theme(true)).colour).toBe('hsl(240 70% 52%)')
    expect(getNodeTint('#353535', theme(true)).colour).toBe('#aabbcc')
  })

  test('keeps other notations', () => {
    expect(getNodeTint('rebeccapurple', theme(true)).colour).toBe('rebeccapurple')
  })
})
