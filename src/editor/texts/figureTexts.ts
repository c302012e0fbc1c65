// Texts of figures in the current language.
import { enFigure } from './en/figure.ts'
import { partTexts } from './texts.ts'

export const figureTexts = partTexts('figure', enFigure)
