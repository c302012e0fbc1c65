// Tables of comma-separated values (RFC 4180), from untrusted files.

/** Cells of all rows, in flat lists: a table may have millions of rows. */
export interface Table {
  /** Number of cells of every row, which is that of the first one. */
  width: number
  /** The cells of one row after the other. */
  cells: string[]
  /** The number of the line in which each row begins, from 1. */
  lines: number[]
  /** The reason why reading ended before the last row. */
  fault?: TableFault
}

export type TableFault =
  /** A row with another number of cells. */
  | { kind: 'width'; line: number; count: number }
  /** A quote that nothing closes. */
  | { kind: 'quote'; line: number }

const [LF, CR, SPACE, QUOTE, HASH] = [10, 13, 32, 34, 35]
/** In the order in which they are searched. */
const SEPARATORS = [',', ';', '\t']

/**
 * Splits a text into rows and their cells, separated by commas, semicolons, tabs or spaces: the
 * first of these that a row has outside quotes. A quoted cell may contain line breaks. Empty lines
 * and lines that begin with # are skipped.
 */
export function readTable(text: string): Table {
  const table: Table = { width: 0, cells: [], lines: [] }
  const { cells, lines } = table
  let line = 1
  for (let at = 0; at < text.length;) {
    const row = findRow(text, at)
    if (row.isOpen) return { ...table, fault: { kind: 'quote', line } }
    const content = text.slice(at, row.end).trim()
    if (content && !content.startsWith('#')) {
      const before = cells.length
      if (row.hasQuotes) splitQuoted(content, cells)
      else splitPlain(content, cells)
      const count = cells.length - before
      table.width ||= count
      if (count !== table.width) return { ...table, fault: { kind: 'width', line, count } }
      lines.push(line)
    }
    line += row.lines
    at = row.next
  }
  return table
}

interface Row {
  /** Positions of the end of the row, and of the beginning of the next one. */
  end: number
  next: number
  lines: number
  hasQuotes: boolean
  /** A quote has no end. */
  isOpen: boolean
}

/** Finds the end of a row: the first line break outside quotes. */
function findRow(text: string, from: number): Row {
  const quotes = createQuotes()
  let [lines, hasQuotes, isEmpty] = [1, false, true]
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === LF || code === CR) {
      const next = code === CR && text.charCodeAt(at + 1) === LF ? at + 2 : at + 1
      if (!quotes.isOpen) return { end: at, next, lines, hasQuotes, isOpen: false }
      lines++
      at = next - 1
    } else if (isEmpty && code === HASH) return findCommentEnd(text, at)
    else if (quotes.take(code, text.charCodeAt(at + 1)) === 'doubled') at++
    hasQuotes ||= code === QUOTE
    isEmpty &&= code <= SPACE
  }
  return { end: text.length, next: text.length, lines, hasQuotes, isOpen: quotes.isOpen }
}

/** The end of a comment, whose quotes mean nothing. */
function findCommentEnd(text: string, from: number): Row {
  let end = from
  while (end < text.length && text.charCodeAt(end) !== LF && text.charCodeAt(end) !== CR) end++
  const isPair = text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF
  return { end, next: end + (isPair ? 2 : 1), lines: 1, hasQuotes: false, isOpen: false }
}

/**
 * Follows the quotes of a row. A quote opens a quoted part at the beginning of a cell only, and is
 * an ordinary character in the middle of another one, as in 5" disk.
 */
function createQuotes() {
  let isStart = true
  const quotes = {
    isOpen: false,
    /** Takes a character. Returns what it means if it is a quote with a meaning. */
    take(code: number, next: number): 'opens' | 'closes' | 'doubled' | undefined {
      if (code === QUOTE && quotes.isOpen) {
        if (next === QUOTE) return 'doubled'
        quotes.isOpen = false
        return 'closes'
      }
      if (code === QUOTE && isStart) {
        isStart = false
        quotes.isOpen = true
        return 'opens'
      }
      if (!quotes.isOpen) isStart = isSeparator(code) || (isStart && code <= SPACE)
      return undefined
    },
  }
  return quotes
}

const isSeparator = (code: number) => SEPARATORS.includes(String.fromCharCode(code))

function splitPlain(row: string, cells: string[]) {
  const separator = SEPARATORS.find((each) => row.includes(each))
  if (separator === undefined) {
    if (/\s/.test(row)) for (const cell of row.split(/\s+/)) cells.push(cell)
    else cells.push(row)
    return
  }
  let from = 0
  for (let at = row.indexOf(separator); at >= 0; at = row.indexOf(separator, from)) {
    cells.push(row.slice(from, at).trim())
    from = at + 1
  }
  cells.push(row.slice(from).trim())
}

/** Splits a row with quotes; one without a separator is one cell. */
function splitQuoted(row: string, cells: string[]) {
  const separator = findSeparator(row)
  const quotes = createQuotes()
  // Slices of the row, as adding single characters would be slow.
  let [cell, from] = ['', 0]
  for (let at = 0; at < row.length; at++) {
    const isSplit = !quotes.isOpen && row[at] === separator
    const meaning = quotes.take(row.charCodeAt(at), row.charCodeAt(at + 1))
    if (isSplit) {
      cells.push((cell + row.slice(from, at)).trim())
      ;[cell, from] = ['', at + 1]
    } else if (meaning) {
      cell += row.slice(from, at)
      from = at + 1
      // The second one of a doubled quote belongs to the text.
      if (meaning === 'doubled') at++
    }
  }
  cells.push((cell + row.slice(from)).trim())
}

/** The first of the separators that a row has outside quotes. */
function findSeparator(row: string): string | undefined {
  const quotes = createQuotes()
  const found = new Set<string>()
  for (let at = 0; at < row.length; at++) {
    if (!quotes.isOpen) found.add(row[at])
    if (quotes.take(row.charCodeAt(at), row.charCodeAt(at + 1)) === 'doubled') at++
  }
  return SEPARATORS.find((each) => found.has(each))
}
