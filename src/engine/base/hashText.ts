/**
 * A 53-bit hash of a text, for keys of random numbers: two FNV-1a hashes (Fowler, Noll and Vo) with
 * different offsets.
 */
export function hashText(text: string): number {
  let [low, high] = [0x811c9dc5, 0x01000193 ^ text.length]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b)
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0)
}
