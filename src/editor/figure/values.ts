// Values of params from forms, addresses and messages of other pages.
import { nodeTitle } from '../../nodes/titles.ts'
import { fitNumber, parseNumber } from '../../nodes/litegraph/numberText.ts'
import type { Json } from '../../nodes/workflow/json.ts'
import type { WorkflowFile } from '../../nodes/workflow/file.ts'
import type { ByType, Param } from '../../engine/plan/op.ts'
import { ownTypes } from '../graph/declarations.ts'
import { listNodes, type LocatedNode } from '../graph/nodePaths.ts'
import { seedRange } from '../graph/seeds.ts'
import { findItems, nodeParams, type FigureParam } from './choices.ts'

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

/**
 * Finds a param by `Node.param`, with the title or the id of the node. `onlyShown` finds only params
 * that the figure shows.
 */
export function findParam(
  file: WorkflowFile,
  name: string,
  { onlyShown = false, declared = ownTypes }: { onlyShown?: boolean; declared?: ByType } = {},
): FoundParam {
  const dot = name.lastIndexOf('.')
  if (dot < 1) return { problem: `Expected Node.param, got ${name.slice(0, 80)}.` }
  const [node, own] = [name.slice(0, dot), name.slice(dot + 1)]
  const nodes = listNodes(file, declared)
  const isNode = (each: LocatedNode) => each.id === node || nodeTitle(each.node, declared) === node
  const all = onlyShown ? findItems(file).params : nodes.filter(isNode).flatMap(nodeParams)
  const found = all.filter(
    (each) => each.name === own && (each.node === node || each.title === node),
  )
  if (found.length === 1) return { param: found[0] }
  if (found.length > 1)
    return { problem: `Several nodes are called ${node}: use ${found.map(({ key }) => key).join(' or ')}.` }
  const names = all.map(({ title, name: each }) => `${title}.${each}`)
  return {
    problem: `There is no param ${name.slice(0, 80)} that can be set. Available: ${names.join(', ') || 'none'}.`,
  }
}
