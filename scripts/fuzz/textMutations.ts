// Mutations of texts: pieces are repeated, moved, cut and replaced, up to lengths at which anything
// that is not linear shows.
import type { Rng } from './random.ts'

interface TextMutation {
  /** Pieces that mean something in the format. */
  words: readonly string[]
  /** Longest result in characters. */
  most: number
}

export function mutateText(text: string, { words, most }: TextMutation, rng: Rng): string {
  let result = text
  for (let left = rng.count(6); left > 0; left--) result = mutateOnce(result, words, most, rng)
  return result.slice(0, most)
}

function mutateOnce(text: string, words: readonly string[], most: number, rng: Rng): string {
  const at = rng.below(text.length + 1)
  const end = Math.min(text.length, at + rng.below(40))
  const piece = text.slice(at, end)
  const insert = (added: string) => text.slice(0, at) + added + text.slice(at)
  switch (rng.below(6)) {
    case 0:
      return text.slice(0, at) + text.slice(end)
    case 1:
      return insert(rng.pick(words))
    case 2:
      return text.slice(0, at) + rng.pick(words) + text.slice(end)
    case 3:
      return insert(piece.repeat(rng.below(4)))
    case 4: {
      // Most are short, some as long as allowed.
      const word = rng.chance(0.5) ? rng.pick(words) : piece || ' '
      const length = rng.chance(0.02) ? most : 10 ** rng.below(4)
      return insert(word.repeat(Math.ceil(length / word.length)).slice(0, length))
    }
    default: {
      const letter = String.fromCharCode(rng.below(rng.chance(0.9) ? 128 : 0x10000))
      return text.slice(0, at) + letter + text.slice(at + 1)
    }
  }
}
