// Rows of tables of comma-separated values (RFC 4180), from untrusted files.

/** A row with the number of its line in the text. */
export interface TableRow {
  line: number
  cells: string[]
}

/**
 * Splits a text into rows and their cells, separated by commas, semicolons, tabs or spaces. Empty
 * lines and lines that begin with # are skipped.
 */
export function readTableRows(text: string): TableRow[] {
  const lines = text.split(/\r\n|\r|\n/)
  return lines.flatMap((content, i) => {
    const line = content.trim()
    if (!line || line.startsWith('#')) return []
    return [{ line: i + 1, cells: splitCells(line) }]
  })
}

/** Splits at the first of these separators that a line has, outside quotes; else at spaces. */
function splitCells(line: string): string[] {
  const unquoted = line.replaceAll(/"([^"]|"")*"/g, '')
  const separator = [',', ';', '\t'].find((each) => unquoted.includes(each))
  if (separator === undefined && !line.includes('"')) return line.split(/\s+/)
  const cells: string[] = []
  let [cell, quoted, before] = ['', false, '']
  for (const letter of line) {
    if (letter === '"') {
      // A doubled quote stands for one.
      if (!quoted && before === '"' && cell !== '') cell += '"'
      quoted = !quoted
    } else if (letter === separator && !quoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += letter
    before = letter
  }
  return [...cells, cell.trim()]
}
