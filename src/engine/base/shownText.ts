// Texts of untrusted files for terminals and tables.

/**
 * Characters that are not seen, or that change the order of others: controls, bidirectional
 * controls, zero-width characters, lone surrogates and line separators.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Writes hidden characters as escapes, such as \u{202e}, and line breaks and tabs as spaces. */
export const escapeHidden = (text: string): string =>
  text
    .replaceAll(/[\t\n\v\f\r]+/g, ' ')
    .replaceAll(HIDDEN, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`)

/** Equal for names that a reader cannot tell apart: without hidden characters, forms and case. */
export const nameKey = (name: string): string =>
  name
    .normalize('NFKC')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(HIDDEN, '')
    .trim()
    .replaceAll(/ +/g, ' ')
    .toLowerCase()

/** Signs that begin a formula in spreadsheets, also after spaces and hidden characters. */
const FORMULA = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u

/** True for a text that a spreadsheet may read as a formula. */
export const looksLikeFormula = (text: string): boolean =>
  FORMULA.test(text) || /^[\t\r]/.test(text)

/** Quotes a cell of a table of comma-separated values (RFC 4180); a formula becomes text. */
export function csvCell(text: string, isSafe = !looksLikeFormula(text)): string {
  const safe = isSafe ? text : `'${text}`
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
