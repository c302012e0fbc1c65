// Errors of dropped or chosen files, in English. They are translated when they are shown.
import { catalogue } from '../../engine/base/catalogue.ts'

export const dropMessages = catalogue('drops', {
  tooManyFiles: 'Expected at most {most} files in the folder, got more.',
  zipTooLarge: 'Expected a ZIP of at most 4 GiB. Unpack it, and drop the folder.',
  zipDamaged: 'The ZIP is damaged: its list of files is missing.',
  entryTooLarge: '{path} in the ZIP is too large.',
  entryDamaged: '{path} in the ZIP is damaged.',
  unknownCompression: '{path} in the ZIP uses an unknown compression.',
})
