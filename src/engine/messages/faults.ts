// Texts common to all faults.
import { catalogue } from '../base/catalogue.ts'

export const faultMessages = catalogue('faults', {
  openNode: '{cure} To change `{param}`, open {title}.',
  report: 'Run again. If it happens again, report it with this graph.',
})
