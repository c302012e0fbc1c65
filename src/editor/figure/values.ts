// Values of params from forms, addresses and messages of other pages.
import { getControl, readControlValue, type ControlValue } from '../../workflow/controlSpec.ts'
import type { Param } from '../../engine/plan/op.ts'
import { splitKey, type FigureParam } from './choices.ts'

/** Limit of a text from another page. */
const MAX_TEXT = 20_000

/** Converts a value to the nearest one that a param allows. Undefined if it is of another kind. */
export function readParamValue(param: Param, value: unknown): ControlValue | undefined {
  const control = getControl(param)
  const read = control && readControlValue(control, value)
  return typeof read === 'string' && read.length > MAX_TEXT ? undefined : read
}

/** Describes the values that a param allows, for the author of a page. */
export function allowedValues(param: Param): string {
  const control = getControl(param)
  switch (control?.kind) {
    case 'number':
      return `a number from ${control.min} to ${control.max}`
    case 'seed':
      return `an integer from ${control.min} to ${control.max}`
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${control.choices.join(', ')}`
    case 'text':
      return `a text of at most ${MAX_TEXT} characters`
    default:
      return 'no value: it cannot be set from outside'
  }
}

export interface FoundParam {
  param?: FigureParam
  /** The reason if there is none, for the author of a page. */
  problem?: string
}

/** Finds one of some params by `Node.param`, with the title or the id of the node. */
export function findParam(params: readonly FigureParam[], name: string): FoundParam {
  const { node, name: own } = splitKey(name)
  const found = params.filter(
    (each) => each.name === own && (each.node === node || each.title === node),
  )
  if (found.length === 1) return { param: found[0] }
  const keys = found.map(({ key }) => key)
  if (found.length > 1)
    return { problem: `Several nodes are called ${node}: use ${keys.join(' or ')}.` }
  const names = params.map(({ title, name: each }) => `${title}.${each}`).join(', ') || 'none'
  return {
    problem: `There is no param ${name.slice(0, 80)} that can be set. Available: ${names}.`,
  }
}
