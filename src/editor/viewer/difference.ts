// Pixelwise absolute difference of two pictures.
import type { Pictures } from '../../engine/base/view.ts'
import type { PictureGroup } from './scene.ts'

export interface PictureDifference {
  /** |a - b|, multiplied by `gain`. */
  groups: PictureGroup[]
  gain: number
  /** Mean and maximum without gain, of 255. */
  mean: number
  max: number
}

/** Compares as many pictures as both have. Returns undefined if their sizes differ. */
export function pictureDifference(
  a: readonly PictureGroup[],
  b: readonly PictureGroup[],
): PictureDifference | undefined {
  if (!a.length || a.length !== b.length) return undefined
  const pairs = a.map((group, i) => [group, b[i]] as const)
  const sameSize = ([one, other]: readonly [Pictures, Pictures]) =>
    one.width === other.width && one.height === other.height && one.channels === other.channels
  if (!pairs.every(sameSize)) return undefined
  let [sum, total, max] = [0, 0, 0]
  const differences = pairs.map(([one, other]) => {
    const pixels = new Uint8ClampedArray(Math.min(one.pixels.length, other.pixels.length))
    for (let i = 0; i < pixels.length; i++) {
      const value = Math.abs(one.pixels[i] - other.pixels[i])
      pixels[i] = value
      sum += value
      if (value > max) max = value
    }
    total += pixels.length
    return { ...one, count: Math.min(one.count, other.count), pixels }
  })
  const gain = max ? Math.max(1, Math.floor(255 / max)) : 1
  const groups = differences.map((group) => ({
    ...group,
    pixels: group.pixels.map((value) => value * gain),
  }))
  return { groups, gain, mean: total ? sum / total : 0, max }
}
