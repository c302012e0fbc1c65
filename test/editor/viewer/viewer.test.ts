// Arithmetic of the viewer: viewport, differences of pictures, and pictures side by side.
import { expect, test } from 'vitest'
import { pictureDifference } from '../../../src/editor/viewer/difference.ts'
import {
  fitViewport,
  toScene,
  panViewport,
  zoomViewport,
} from '../../../src/editor/viewer/viewport.ts'
import { arrangeRow } from '../../../src/engine/images/pixels.ts'

const room = { width: 800, height: 600 }

test('a fitted picture is centred, with pixels of equal size', () => {
  const scene = { width: 35, height: 17 }
  const lens = fitViewport(scene, room)
  expect(lens.scale).toBe(21)
  expect([2 * lens.x + 35 * lens.scale, 2 * lens.y + 17 * lens.scale]).toEqual([
    expect.closeTo(800, -1),
    expect.closeTo(600, -1),
  ])
  // On a dense screen, pixels are integer multiples of device pixels.
  expect(fitViewport(scene, room, 2).scale).toBe(21)
  expect(fitViewport({ width: 50, height: 17 }, room, 2).scale).toBe(14.5)
  expect(fitViewport({ width: 4000, height: 30 }, room).scale).toBeCloseTo(744 / 4000)
})

test('zooming fixes the point under the pointer', () => {
  const scene = { width: 100, height: 50 }
  const at = [317, 222] as const
  const before = fitViewport(scene, room)
  const after = zoomViewport(zoomViewport(before, 3.7, at, scene, room), 1.9, at, scene, room)
  expect(after.scale).toBeCloseTo(before.scale * 3.7 * 1.9)
  toScene(after, at).forEach((place, i) => expect(place).toBeCloseTo(toScene(before, at)[i]))
  expect(zoomViewport(before, 1e9, at, scene, room).scale).toBe(256)
  expect(zoomViewport(before, 1e-9, at, scene, room).scale).toBe(0.5)
})

test('a picture cannot be panned out of view', () => {
  const scene = { width: 10, height: 10 }
  const far = panViewport(fitViewport(scene, room), 1e6, -1e6, scene, room)
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

test('a difference is computed per pixel, and shown with the largest possible gain', () => {
  const found = pictureDifference(
    [grey('a', [10, 20, 30, 200])],
    [grey('b', [10, 60, 20, 180, 9, 9])],
  )!
  expect(found).toMatchObject({ max: 40, mean: 17.5, gain: 6 })
  expect([...found.groups[0].pixels]).toEqual([0, 240, 60, 120])
  expect(found.groups[0].count).toBe(2)
  expect(pictureDifference([grey('a', [1, 2])], [grey('b', [1, 2])])).toMatchObject({
    max: 0,
    gain: 1,
  })
  expect(pictureDifference([grey('a', [1, 2])], [grey('b', [1], 1)])).toBeUndefined()
})

test('pictures side by side keep their pixels; grey becomes RGB next to RGB', () => {
  const colours = {
    width: 1,
    height: 2,
    channels: 3 as const,
    count: 1,
    pixels: Uint8ClampedArray.of(1, 2, 3, 4, 5, 6),
  }
  const joined = arrangeRow([grey('a', [7, 8]), colours], 1)
  expect(joined).toMatchObject({ width: 4, height: 2, channels: 3 })
  expect([...joined.pixels]).toEqual([
    7,
    7,
    7,
    8,
    8,
    8,
    0,
    0,
    0,
    1,
    2,
    3,
    ...Array(9).fill(0),
    4,
    5,
    6,
  ])
})
