// Params of a node: fills in defaults and checks values. Never changes a value silently.
import type { MessageText } from '../base/catalogue.ts'
import { type Fault, createFault } from '../messages/fault.ts'
import type { GraphNode, Wire } from './graph.ts'
import type { Declaration, Param, Params } from './op.ts'
import { hasEffect, MAX_SEED } from './op.ts'
import { paramMessages, paramWords } from '../messages/params.ts'

export function checkParams(
  node: GraphNode,
  { params: specs }: Declaration,
): { params: Params; faults: Fault[] } {
  const faults: Fault[] = []
  const params: Params = {}
  for (const [name, spec] of Object.entries(specs)) {
    const given = Object.hasOwn(node.params, name) ? node.params[name] : spec.default
    const wrong = problemWith(given, spec)
    // A wire replaces the value.
    if (wrong && Object.hasOwn(node.inputs, name)) {
      params[name] = spec.default
      continue
    }
    if (wrong) faults.push({ node: node.id, ...paramFault(name, spec, given, node.folded?.[name]) })
    params[name] = given
  }
  return { params, faults }
}

/**
 * Returns the fault of a value that {@link problemWith} rejects. `source`: the output that it came
 * from, if the param is wired.
 */
export function paramFault(name: string, spec: Param, given: unknown, source?: Partial<Wire>) {
  const expected =
    source && spec.kind === 'boolean' ? paramWords.zeroOrOne() : (problemWith(given, spec) ?? '')
  return createFault({
    param: name,
    message: paramMessages.wrongValue({ param: name, expected, got: formatParamValue(given) }),
    cure: source ? paramMessages.connectOther({ expected }) : paramCure(spec, expected),
    ...(source?.node && { also: [source.node] }),
  })
}

/** Iterations after which a file node in a loop writes a file; 0: only at the end. */
export const fileInterval = (node: GraphNode, op: Declaration): number =>
  op.role === 'output' ? Number(checkParams(node, op).params.every ?? 0) : 0

/** Returns the params that have an effect, given the others. */
export const effectiveParams = <T extends Params>(
  specs: Declaration['params'],
  params: T,
): Partial<T> =>
  Object.fromEntries(
    Object.entries(params).filter(([name]) => hasEffect(specs, name, (other) => params[other])),
  ) as Partial<T>

/** Describes the expected value in words; undefined if the value is valid. */
export function problemWith(value: unknown, spec: Param): MessageText | undefined {
  switch (spec.kind) {
    case 'number':
      return isNumberWithin(value, spec.min, spec.max) && (!spec.integer || Number.isInteger(value))
        ? undefined
        : rangeText(spec)
    case 'seed':
      return isNumberWithin(value, 0, MAX_SEED) && Number.isInteger(value)
        ? undefined
        : paramWords.integerBetween({ min: 0, max: MAX_SEED })
    case 'choice':
      return spec.choices.includes(value as string)
        ? undefined
        : paramWords.choice({ choices: spec.choices.join(', ') })
    case 'boolean':
      return typeof value === 'boolean' ? undefined : paramWords.boolean()
    case 'text':
      return typeof value === 'string' ? undefined : paramWords.text()
    case 'drawing':
      return isDrawing(value) ? undefined : paramWords.points()
    case 'checkpoint':
    case 'dataset':
      return value === null || isStoredFile(value) ? undefined : paramWords[spec.kind]()
    default:
      spec satisfies never
      return undefined
  }
}

const isNumberWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max

const isDrawing = (value: unknown) =>
  Array.isArray(value) &&
  value.every(
    (point) =>
      Array.isArray(point) &&
      point.length === 2 &&
      point.every((number) => isNumberWithin(number, -1e6, 1e6)),
  )

/** Longest name of a stored file in characters. */
export const LONGEST_STORED_NAME = 255

/** Names are shown and stored, but never used as a path; that of an old file may have any letters. */
const isStoredName = (name: string): boolean =>
  name.length <= LONGEST_STORED_NAME && !/[\\/\p{Cc}]/u.test(name)

const isStoredFile = (value: unknown) => {
  const { name, size, sha256 } = Object(value) as Record<string, unknown>
  return (
    typeof name === 'string' &&
    isStoredName(name) &&
    isNumberWithin(size, 0, 2 ** 53) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  )
}

function rangeText({ integer, min, max }: Extract<Param, { kind: 'number' }>): MessageText {
  const words = paramWords
  if (min > -1e9 && max < 1e9) {
    return integer ? words.integerBetween({ min, max }) : words.numberBetween({ min, max })
  }
  if (min > -1e9) return integer ? words.integerFrom({ min }) : words.numberFrom({ min })
  if (max < 1e9) return integer ? words.integerUpTo({ max }) : words.numberUpTo({ max })
  return integer ? words.integer() : words.number()
}

const paramCure = (spec: Param, expected: MessageText) =>
  spec.kind === 'number' || spec.kind === 'choice' || spec.kind === 'boolean'
    ? paramMessages.setTo({ expected, value: String(spec.default) })
    : paramMessages.setAgain()

const formatParamValue = (value: unknown) => (JSON.stringify(value) ?? String(value)).slice(0, 60)
