// Texts in place of notes and formulas that exceed the bounds. Loaded with them, in all languages.
import { language, type Language } from './texts.ts'

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

export type NoteTexts = typeof enNotes

export const koNotes: NoteTexts = {
  formula: {
    characters: (most) => `${most}자보다 깁니다`,
    tokens: (most) => `기호가 ${most}개보다 많습니다`,
    nesting: (most) => `${most}단계보다 깊이 중첩되었습니다`,
    cells: (most) => `표의 칸이 ${most}개보다 많습니다`,
    elements: () => '너무 큽니다',
    levels: () => '너무 깊이 중첩되었습니다',
    em: (most) => `${most} em보다 큰 길이가 있습니다`,
    definitions: () => '명령을 정의하는데, 여기서는 수식에서 정의할 수 없습니다',
  },
  formulaAsSource: (reason) => `소스로 표시합니다: ${reason}. 수식을 나누거나 줄이세요.`,
  text: {
    characters: (most) => `${most}자보다 깁니다`,
    lines: (most) => `${most}줄보다 깁니다`,
    spaces: (most) => `빈칸이 ${most}개보다 많이 이어집니다`,
    marks: (most) => `한 문단에 *나 $ 같은 표시가 ${most}개보다 많습니다`,
    allMarks: (most) => `*나 $ 같은 표시가 ${most}개보다 많습니다`,
    nesting: (most) => `목록과 인용이 ${most}단계보다 깊이 중첩되었습니다`,
    elements: (most) => `부분이 ${most}개보다 많습니다`,
    formulas: (most) => `수식이 ${most}개보다 많습니다`,
    symbols: (most) => `수식이 모두 ${most}자보다 깁니다`,
  },
  textAsSource: (reason) => `서식 없이 표시합니다: ${reason}. 여러 노트로 나누거나 줄이세요.`,
}

const tables: { [L in Language]: NoteTexts } = { en: enNotes, ko: koNotes }

/** Read them when they are shown: the language can change. */
export const noteTexts = (): NoteTexts => tables[language()]
