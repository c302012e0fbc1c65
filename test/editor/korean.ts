// Korean texts for tests, as the editor reads them.
import { locale } from '../../src/editor/texts/locales/ko/index.ts'
import { bench } from '../../src/editor/texts/en/bench.ts'
import { enFigure } from '../../src/editor/texts/en/figure.ts'
import { en } from '../../src/editor/texts/en/index.ts'
import { enKeys } from '../../src/editor/texts/en/keys.ts'
import { enLessons } from '../../src/editor/texts/lessonTexts.ts'
import { createTranslation } from '../../src/editor/texts/locale.ts'
import { enNotes } from '../../src/editor/texts/noteTexts.ts'

const { readPart } = createTranslation('ko', locale, {})

export const ko = readPart('interface', en)
export const koBench = readPart('bench', bench)
export const koFigure = readPart('figure', enFigure)
export const koKeys = readPart('keys', enKeys)
export const koLessons = readPart('lessons', enLessons)
export const koNotes = readPart('notes', enNotes)
export const { nodes: koNodes = {}, workflows: koWorkflows = {} } = locale
export { default as koViews } from '../../src/editor/texts/locales/ko/views.json'
