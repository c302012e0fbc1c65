// Random numbers of the fuzzer: each mutant is determined by a seed, a kind and a number.
import { createChance, type Chance } from '../../test/hostile/binaries.ts'

export class Rng implements Chance {
  readonly below: Chance['below']

  constructor(seed: number) {
    this.below = createChance(seed).below
  }

  pick = <T>(items: readonly T[]): T => items[this.below(items.length)]

  chance(probability: number): boolean {
    return this.below(2 ** 32) < probability * 2 ** 32
  }

  /** 1 with probability 1/2, 2 with 1/4, ... up to `most`. */
  count(most: number): number {
    let count = 1
    while (count < most && this.chance(0.5)) count++
    return count
  }
}

/** Hashes the address of a mutant (FNV-1a). */
export function mutantSeed(...parts: (number | string)[]): number {
  let hash = 2166136261
  for (const letter of parts.join('/')) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619)
  return hash >>> 0
}
