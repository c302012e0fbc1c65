// Faults of param values.
import { catalogue } from '../base/catalogue.ts'

export const paramMessages = catalogue('params', {
  wrongValue: 'Expected {param} to be {expected}, got {got}.',
  unknownKey: 'Expected a config with the keys {keys}, got the key {got}.',
  setTo: 'Set it to {expected}. The default is {value}.',
  connectOther: 'Connect a value that is {expected}.',
  setAgain: 'Set it again on the node.',
})

/** Values of a param. */
export const paramWords = catalogue('paramWords', {
  integer: 'an integer',
  number: 'a number',
  integerBetween: 'an integer from {min} to {max}',
  numberBetween: 'a number from {min} to {max}',
  integerFrom: 'an integer of at least {min}',
  numberFrom: 'a number of at least {min}',
  integerUpTo: 'an integer of at most {max}',
  numberUpTo: 'a number of at most {max}',
  choice: 'one of {choices}',
  boolean: 'true or false',
  zeroOrOne: '0 or 1',
  text: 'text',
  points: 'a list of points [x, y]',
  checkpoint:
    'a checkpoint { name, size, sha256 } whose name has at most 255 characters and no slashes or control characters',
  dataset:
    'a data set { name, size, sha256 } whose name has at most 255 characters and no slashes or control characters',
})
