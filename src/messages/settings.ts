// Errors of settings that do not match a graph: `Node.param = value`.
import { catalogue } from '../engine/base/catalogue.ts'

export const settingMessages = catalogue('settings', {
  form: 'Expected a setting of the form Node.param, got {key}.',
  unknownParam: '{title} has no param {param}. It has {names}.',
  wiredParam: '{key} is connected to {source}, which sets it. Set a param of {source} instead.',
  severalNodes: 'Expected one node, got {count} with the name {name}. Use an id: {ids}.',
  unknownNode: 'There is no node {name}. The graph has {names}.',
  number: 'Expected a number for {key}, got {text}.',
  boolean: 'Expected true or false for {key}, got {text}.',
  choice: 'Expected one of {names} for {key}, got {text}.',
  file: 'Expected the name of a file for {key}, got {text}. The files of this run: {names}.',
  json: 'Expected JSON for {key}, got {text}.',
  value: 'Expected {expected} for {key}, got {text}.',
})

export const settingWords = catalogue('settingWords', { none: 'none' })
