// Similar ids, for messages about a wrong one.

/** Number of similar ids in a message. */
const SUGGESTIONS = 3

/** The ids that are most similar to a name. */
export const nearest = (name: string, ids: readonly string[]): string[] =>
  ids
    .map((id) => ({ id, distance: editDistance(name.toLowerCase(), id) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS)
    .map(({ id }) => id)

/** Insertions, deletions and replacements of letters between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + Number(a[i - 1] !== b[j - 1])
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1))
    }
    row = next
  }
  return row[b.length]
}
