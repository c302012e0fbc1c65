// Reasons why a typed text is not a value of a number field.
import { catalogue } from '../engine/base/catalogue.ts'

export const controlMessages = catalogue('controls', {
  notNumber: '“{text}” is not a number.',
  noNumber: 'Enter a number.',
  notInteger: 'Only whole numbers, not {value}.',
  tooLow: 'At least {limit}.',
  tooHigh: 'At most {limit}.',
})
