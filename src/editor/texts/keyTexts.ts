// Texts of the dialogs for settings and keyboard shortcuts. Only these dialogs load them.
import { enKeys, type KeyTexts } from './en/keys.ts'
import { koKeys } from './ko/keys.ts'
import { language, type Language } from './texts.ts'

const byLanguage: { [L in Language]: KeyTexts } = { en: enKeys, ko: koKeys }

/** Texts in the current language. Read them when they are shown. */
export const keyTexts = (): KeyTexts => byLanguage[language()]
