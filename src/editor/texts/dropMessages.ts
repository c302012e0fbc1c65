// Errors of dropped or chosen files, in English. They are translated when they are shown.
import { catalogue } from '../../engine/base/catalogue.ts'

export const dropMessages = catalogue('drops', {
  tooManyFiles: 'Expected at most {most} files in the folder, got more.',
})
