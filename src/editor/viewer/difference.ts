// How far two pictures are apart, pixel by pixel.
import type { Pictures } from '../../engine/plan/view.ts'
import type { Group } from './scene.ts'

export interface Difference {
  /** |a - b|, made brighter by `gain`. */
  groups: Group[]
  gain: number
  /** Of 255. */
  mean: number
  most: number
}

/** Undefined if they are not of the same sizes. As many pictures as both have. */
export function differenceOf(a: readonly Group[], b: readonly Group[]): Difference | undefined {
  if (!a.length || a.length !== b.length) return undefined
  const pairs = a.map((group, i) => [group, b[i]!] as const)
  const alike = ([one, other]: readonly [Pictures, Pictures]) =>
    one.width === other.width && one.height === other.height && one.channels === other.channels
  if (!pairs.every(alike)) return undefined
  let [sum, total, most] = [0, 0, 0]
  const apart = pairs.map(([one, other]) => {
    const pixels = new Uint8ClampedArray(Math.min(one.pixels.length, other.pixels.length))
    for (let i = 0; i < pixels.length; i++) {
      const value = Math.abs(one.pixels[i]! - other.pixels[i]!)
      pixels[i] = value
      sum += value
      if (value > most) most = value
    }
    total += pixels.length
    return { ...one, count: Math.min(one.count, other.count), pixels }
  })
  const gain = most ? Math.max(1, Math.floor(255 / most)) : 1
  const groups = apart.map((group) => ({ ...group, pixels: group.pixels.map((value) => value * gain) }))
  return { groups, gain, mean: total ? sum / total : 0, most }
}
