// Values of params from forms, addresses and messages of other pages.
import { fitNumber, parseNumber } from '../../nodes/controlSpec.ts'
import type { Json } from '../../nodes/workflow/json.ts'
import type { Param } from '../../engine/plan/op.ts'
import { seedRange } from '../graph/seeds.ts'
import { splitKey, type FigureParam } from './choices.ts'

/** Limit of a text from another page. */
const MAX_TEXT = 20_000

/** Converts a value to the nearest one that a param allows. Undefined if it is of another kind. */
export function readParamValue(param: Param, value: unknown): Json | undefined {
  switch (param.kind) {
    case 'number':
    case 'seed': {
      const number = typeof value === 'string' ? parseNumber(value) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
      return fitNumber(number, param.kind === 'seed' ? seedRange : param)
    }
    case 'boolean':
      if (value === 'true' || value === 'false') return value === 'true'
      return typeof value === 'boolean' ? value : undefined
    case 'choice':
      return typeof value === 'string' && param.choices.includes(value) ? value : undefined
    case 'text':
      return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined
    default:
      return undefined
  }
}

/** Describes the values that a param allows, for the author of a page. */
export function allowedValues(param: Param): string {
  switch (param.kind) {
    case 'number':
      return `a number from ${param.min} to ${param.max}`
    case 'seed':
      return `an integer from ${seedRange.min} to ${seedRange.max}`
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${param.choices.join(', ')}`
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
