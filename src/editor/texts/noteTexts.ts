// Texts in place of notes and formulas that exceed the bounds. Loaded with them.
import { partTexts } from './texts.ts'

export const enNotes = {
  /** Reasons to show a formula as its source, by bound. */
  formula: {
    characters: (most: string) => `it is longer than ${most} characters`,
    tokens: (most: string) => `it has more than ${most} symbols`,
    nesting: (most: string) => `it is nested more than ${most} levels deep`,
    cells: (most: string) => `its tables have more than ${most} cells`,
    elements: () => 'it is too large',
    levels: () => 'it is nested too deeply',
    em: (most: string) => `a length in it is greater than ${most} em`,
    definitions: () => 'it defines commands, which formulas here cannot',
  },
  formulaAsSource: (reason: string) =>
    `Shown as its source: ${reason}. Divide or shorten the formula.`,
  /** Reasons to show a text without its formats. */
  text: {
    characters: (most: string) => `it is longer than ${most} characters`,
    lines: (most: string) => `it has more than ${most} lines`,
    spaces: (most: string) => `it has more than ${most} spaces in a row`,
    marks: (most: string) => `a paragraph has more than ${most} marks such as * and $`,
    allMarks: (most: string) => `it has more than ${most} marks such as * and $`,
    nesting: (most: string) => `its lists and quotes are nested more than ${most} levels deep`,
    elements: (most: string) => `it has more than ${most} parts`,
    formulas: (most: string) => `it has more than ${most} formulas`,
    symbols: (most: string) => `its formulas have more than ${most} characters`,
  },
  textAsSource: (reason: string) =>
    `Shown as plain text: ${reason}. Divide it into several notes, or shorten it.`,
}

/** The texts in the current language. Read them when they are shown: the language can change. */
export const noteTexts = partTexts('notes', enNotes)
