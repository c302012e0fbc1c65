// Texts of figures in the current language. Both languages are loaded with a figure, so that a page
// in one file needs nothing else.
import { enFigure, type FigureTexts } from './en/figure.ts'
import { koFigure } from './ko/figure.ts'
import { language } from './texts.ts'

const tables: { [L in ReturnType<typeof language>]: FigureTexts } = { en: enFigure, ko: koFigure }

/** Read them when they are shown: the language can change. */
export const figureTexts = (): FigureTexts => tables[language()]
