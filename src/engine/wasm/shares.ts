// How the items of a batch are shared out among threads.
import { repeated } from './module.ts'
import type { Phase } from './plans.ts'
import type { Strand } from './strands.ts'

export interface Shares {
  /** Items, and rows of each. */
  items: number
  height: number
  /** Strands, and how many items each does; or, if there are too few items for all threads, how many rows of one. */
  strands: number
  some: number
  rows: number
  /** How many items have a room at once. */
  rooms: number
}

export function sharesFor(threads: number, items: number, height: number): Shares {
  if (threads === 1 || items >= 2 * threads) {
    const some = threads === 1 ? items : Math.ceil(items / (4 * threads))
    const strands = Math.ceil(items / some)
    return { items, height, strands, some, rows: height, rooms: strands }
  }
  // Two by two, as tiles have them.
  const rows = Math.min(height, 2 * Math.ceil((height * items) / (4 * threads)))
  return { items, height, strands: items * Math.ceil(height / rows), some: 1, rows, rooms: items }
}

/** The calls for an item, with the number of its room and of the strand. */
export interface Steps {
  before(item: number, room: number): Strand
  rows(item: number, room: number, strand: number, first: number, count: number): Strand
  after(item: number, room: number): Strand
}

interface Multiplications {
  multiplications: number
  /** As many as take as long as what comes before and after. */
  ofCopies: number
}

/** What makes all items. Which thread does what, and how many there are, changes no bit. */
export function phasesOf(shares: Shares, steps: Steps, { multiplications, ofCopies }: Multiplications): Phase[] {
  const { items, height, strands, some, rows } = shares
  if (rows === height) {
    const strandOf = (strand: number) =>
      repeated(Math.min(some, items - strand * some), (i) => {
        const item = strand * some + i
        return [...steps.before(item, strand), ...steps.rows(item, strand, strand, 0, height), ...steps.after(item, strand)]
      })
    return [{ strands: Array.from({ length: strands }, (_, strand) => strandOf(strand)), multiplications }]
  }
  const ofItems = (of: (item: number, room: number) => Strand): Phase => ({
    strands: Array.from({ length: items }, (_, item) => of(item, item)).filter(({ length }) => length > 0),
    multiplications: ofCopies,
  })
  const bands = strands / items
  const parts = Array.from({ length: strands }, (_, strand) => {
    const [item, first] = [Math.floor(strand / bands), (strand % bands) * rows]
    return steps.rows(item, item, strand, first, Math.min(rows, height - first))
  })
  const [before, after] = [ofItems((item, room) => steps.before(item, room)), ofItems((item, room) => steps.after(item, room))]
  return [before, { strands: parts, multiplications }, after].filter(({ strands }) => strands.length > 0)
}
