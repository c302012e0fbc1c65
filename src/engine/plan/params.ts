// Params of a node: defaults filled in, values checked, nothing silently changed.
import type { Fault } from './fault.ts'
import type { GraphNode } from './graph.ts'
import type { Declaration, Param, Params } from './op.ts'
import { isMeant } from './op.ts'

export function checkParams(node: GraphNode, { params: specs }: Declaration): { params: Params; faults: Fault[] } {
  const faults: Fault[] = []
  const params: Params = {}
  for (const [name, spec] of Object.entries(specs)) {
    const given = Object.hasOwn(node.params, name) ? node.params[name] : spec.default
    const wrong = problemWith(given, spec)
    if (wrong)
      faults.push({
        node: node.id,
        param: name,
        message: `${name}: expected ${wrong}, got ${show(given)}.`,
        cure: cureFor(spec, wrong),
      })
    params[name] = given
  }
  return { params, faults }
}

/** Without those that mean nothing beside the others. */
export const meantParams = <T extends Params>(specs: Declaration['params'], params: T): Partial<T> =>
  Object.fromEntries(Object.entries(params).filter(([name]) => isMeant(specs, name, (other) => params[other]))) as Partial<T>

/** What was expected, or undefined if the value is right. */
export function problemWith(value: unknown, spec: Param): string | undefined {
  switch (spec.kind) {
    case 'number':
      return isNumber(value, spec.min, spec.max) && (!spec.integer || Number.isInteger(value)) ? undefined : rangeOf(spec)
    case 'seed':
      return isNumber(value, 0, 2 ** 32 - 1) && Number.isInteger(value) ? undefined : 'an integer from 0 to 4294967295'
    case 'choice':
      return spec.choices.includes(value as string) ? undefined : `one of ${spec.choices.join(', ')}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'text':
      return typeof value === 'string' ? undefined : 'a text'
    case 'drawing':
      return isDrawing(value) ? undefined : 'a list of points [x, y]'
    case 'checkpoint':
    case 'dataset':
      return value === null || isKeptFile(value) ? undefined : `a ${spec.kind}: { name, size, sha256 }`
    default:
      spec satisfies never
      return undefined
  }
}

const isNumber = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max

const isDrawing = (value: unknown) =>
  Array.isArray(value) &&
  value.every((point) => Array.isArray(point) && point.length === 2 && point.every((number) => isNumber(number, -1e6, 1e6)))

const isKeptFile = (value: unknown) => {
  const { name, size, sha256 } = Object(value) as Record<string, unknown>
  return typeof name === 'string' && isNumber(size, 0, 2 ** 53) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
}

function rangeOf({ integer, min, max }: Extract<Param, { kind: 'number' }>): string {
  const what = integer ? 'an integer' : 'a number'
  if (min > -1e9 && max < 1e9) return `${what} from ${min} to ${max}`
  if (min > -1e9) return `${what} of at least ${min}`
  return max < 1e9 ? `${what} of at most ${max}` : what
}

const cureFor = (spec: Param, expected: string) =>
  spec.kind === 'number' || spec.kind === 'choice' || spec.kind === 'boolean'
    ? `Set it to ${expected}; the default is ${String(spec.default)}.`
    : 'Set it anew on the node.'

const show = (value: unknown) => (JSON.stringify(value) ?? String(value)).slice(0, 60)
