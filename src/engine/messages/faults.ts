// Texts common to all faults.
import { catalogue, type MessageText } from '../base/catalogue.ts'

export const faultMessages = catalogue('faults', {
  openNode: '{cure} To change `{param}`, open {title}.',
  /** A problem of a part of a file. */
  at: '{place}: {problem}',
  atStop: '{place}: {problem}.',
  sentences: '{first} {second}',
  list: '{first}, {second}',
  report: 'Run again. If it happens again, report it with this graph.',
})

/** Joins sentences to one text. */
export const joinSentences = (...sentences: readonly MessageText[]): MessageText =>
  sentences.reduce((first, second) => faultMessages.sentences({ first, second }))
