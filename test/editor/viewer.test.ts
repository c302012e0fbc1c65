// The arithmetic of the viewer: how a scene lies on the page, how far pictures are apart, what is put next to each other.
import { expect, test } from 'vitest'
import { differenceOf } from '../../src/editor/viewer/difference.ts'
import { fitted, inScene, panned, zoomed } from '../../src/editor/viewer/lens.ts'
import { beside } from '../../src/engine/pictures.ts'

const room = { width: 800, height: 600 }

test('a picture that fits lies in the middle, its pixels all of one size', () => {
  const scene = { width: 35, height: 17 }
  const lens = fitted(scene, room)
  expect(lens.scale).toBe(21)
  expect([2 * lens.x + 35 * lens.scale, 2 * lens.y + 17 * lens.scale]).toEqual([expect.closeTo(800, -1), expect.closeTo(600, -1)])
  // On a dense screen, of whole pixels of the screen.
  expect(fitted(scene, room, 2).scale).toBe(21)
  expect(fitted({ width: 50, height: 17 }, room, 2).scale).toBe(14.5)
  expect(fitted({ width: 4000, height: 30 }, room).scale).toBeCloseTo(744 / 4000)
})

test('what is under the pointer stays there while it is zoomed', () => {
  const scene = { width: 100, height: 50 }
  const at = [317, 222] as const
  const before = fitted(scene, room)
  const after = zoomed(zoomed(before, 3.7, at, scene, room), 1.9, at, scene, room)
  expect(after.scale).toBeCloseTo(before.scale * 3.7 * 1.9)
  inScene(after, at).forEach((place, i) => expect(place).toBeCloseTo(inScene(before, at)[i]!))
  expect(zoomed(before, 1e9, at, scene, room).scale).toBe(256)
  expect(zoomed(before, 1e-9, at, scene, room).scale).toBe(0.5)
})

test('a picture cannot be moved out of sight', () => {
  const scene = { width: 10, height: 10 }
  const far = panned(fitted(scene, room), 1e6, -1e6, scene, room)
  expect(far.x).toBeLessThan(room.width)
  expect(far.y + 10 * far.scale).toBeGreaterThan(0)
})

const grey = (name: string, pixels: number[], width = 2) => ({
  name,
  width,
  height: 1,
  channels: 1 as const,
  count: pixels.length / width,
  pixels: Uint8ClampedArray.from(pixels),
})

test('a difference is measured pixel by pixel, and shown as bright as can be', () => {
  const found = differenceOf([grey('a', [10, 20, 30, 200])], [grey('b', [10, 60, 20, 180, 9, 9])])!
  expect(found).toMatchObject({ most: 40, mean: 17.5, gain: 6 })
  expect([...found.groups[0]!.pixels]).toEqual([0, 240, 60, 120])
  expect(found.groups[0]!.count).toBe(2)
  expect(differenceOf([grey('a', [1, 2])], [grey('b', [1, 2])])).toMatchObject({ most: 0, gain: 1 })
  expect(differenceOf([grey('a', [1, 2])], [grey('b', [1], 1)])).toBeUndefined()
})

test('pictures next to each other keep their pixels, and grey turns into colours beside some', () => {
  const colours = { width: 1, height: 2, channels: 3 as const, count: 1, pixels: Uint8ClampedArray.of(1, 2, 3, 4, 5, 6) }
  const joined = beside([grey('a', [7, 8]), colours], 1)
  expect(joined).toMatchObject({ width: 4, height: 2, channels: 3 })
  expect([...joined.pixels]).toEqual([7, 7, 7, 8, 8, 8, 0, 0, 0, 1, 2, 3, ...Array(9).fill(0), 4, 5, 6])
})
