// Texts of the dialogs for settings and keyboard shortcuts. Only these dialogs load them.
import { enKeys } from './en/keys.ts'
import { partTexts } from './texts.ts'

export const keyTexts = partTexts('keys', enKeys)
