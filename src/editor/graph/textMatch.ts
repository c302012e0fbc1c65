// Matching of titles, and of other names, with the words of a query.

export interface Match {
  score: number
  /** Indices of the matched characters of the title. */
  places: readonly number[]
}

/** Match of all words of a query. */
export interface QueryMatch {
  score: number
  /** Indices of the matched characters of the title, for highlighting. */
  matched: ReadonlySet<number>
  /** The other name that the query matches better than the title. */
  alias?: string
}

export const splitSearch = (query: string): string[] =>
  query.toLowerCase().split(/\s+/).filter(Boolean)

/** Scores all words by a title, or else by the text beside it. Undefined if one does not match. */
export const matchTitle = (
  title: string,
  words: readonly string[],
  beside = '',
  aliases: readonly string[] = [],
): QueryMatch | undefined =>
  matchWords(words, aliases, (word) => matchText(title, word) ?? matchWithin(beside, word))

/**
 * Scores all words of a query by `matchWord`, or by other names; a name of several words counts as
 * much as titles that have each of them. Undefined if a word does not match.
 */
export function matchWords(
  words: readonly string[],
  aliases: readonly string[],
  matchWord: (word: string) => Match | undefined,
): QueryMatch | undefined {
  const matched = new Set<number>()
  let alias: string | undefined
  let sum: number | undefined = 0
  for (const word of words) {
    const inTitle = matchWord(word)
    const other = matchAliases(aliases, word)
    for (const place of inTitle?.places ?? []) matched.add(place)
    const isBetter = other && other.score > (inTitle?.score ?? 0)
    if (isBetter) alias = other.alias
    const score: number | undefined = isBetter ? other.score : inTitle?.score
    sum = sum === undefined || score === undefined ? undefined : sum + score
  }
  const full = words.length > 1 ? matchAliases(aliases, words.join(' ')) : undefined
  const fullScore = full && full.score * words.length
  if (fullScore !== undefined && fullScore > (sum ?? 0))
    return { score: fullScore, matched, alias: full?.alias ?? '' }
  return sum === undefined ? undefined : { score: sum, matched, ...(alias && { alias }) }
}

/** Scores a match, best first: start, start of a word, initials, anywhere, letters in order. */
export function matchText(text: string, word: string): Match | undefined {
  const title = text.toLowerCase()
  const at = title.indexOf(word)
  if (at === 0) return { score: 100 - title.length * 0.1, places: span(0, word.length) }
  if (at > 0 && title[at - 1] === ' ') return { score: 80, places: span(at, word.length) }
  const initials = getInitials(text)
  const start = initials.letters.indexOf(word)
  if (start >= 0 && word.length > 1)
    return { score: 70, places: initials.places.slice(start, start + word.length) }
  if (at > 0) return { score: 55, places: span(at, word.length) }
  const letters = findLetters(title, word)
  return letters && { score: 40 - countGaps(letters), places: letters }
}

/** Scores a word of a longer text, below all matches of titles. */
export const matchWithin = (text: string, word: string): Match | undefined =>
  text.toLowerCase().includes(word) ? { score: 15, places: [] } : undefined

/** Scores of an alias: above the start of a title; above initials; in place of a part of a title. */
const [FULL_ALIAS, ALIAS_START, ALIAS_WORD] = [115, 75, 50]
/** Shorter starts of aliases are coincidences. */
const MIN_START = 3

/**
 * Scores other names by a query: a full name, its start, or that of one of its words. Spaces,
 * hyphens, dots and underscores do not count, nor does case: `v_prediction` is `v-prediction`.
 */
function matchAliases(
  aliases: readonly string[],
  query: string,
): { score: number; alias: string } | undefined {
  const wanted = compact(query)
  const find = (score: number, fits: (alias: string) => boolean) => {
    const alias = aliases.find(fits)
    return alias === undefined ? undefined : { score, alias }
  }
  const full = wanted ? find(FULL_ALIAS, (alias) => compact(alias) === wanted) : undefined
  if (full || wanted.length < MIN_START) return full
  return (
    find(ALIAS_START, (alias) => compact(alias).startsWith(wanted)) ??
    find(ALIAS_WORD, (alias) => splitName(alias).some((part) => part.startsWith(wanted)))
  )
}

const splitName = (text: string) => text.toLowerCase().split(/[\s_.-]+/)
const compact = (text: string) => splitName(text).join('')

const span = (from: number, length: number) => Array.from({ length }, (_, i) => from + i)

function getInitials(title: string) {
  const places = [...title].flatMap((letter, i) =>
    i === 0 || title[i - 1] === ' ' || /[A-Z0-9]/.test(letter) ? [i] : [],
  )
  return { letters: places.map((place) => title[place].toLowerCase()).join(''), places }
}

function findLetters(title: string, word: string): number[] | undefined {
  const places: number[] = []
  for (const letter of word) {
    const place = title.indexOf(letter, (places.at(-1) ?? -1) + 1)
    if (place < 0) return undefined
    places.push(place)
  }
  // Widely scattered letters are probably a coincidence.
  return countGaps(places) <= word.length * 2 ? places : undefined
}

const countGaps = (places: readonly number[]) =>
  places[places.length - 1] - places[0] + 1 - places.length
