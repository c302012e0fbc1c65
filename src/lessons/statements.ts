// Statements of checks, such as `measure Distance.distance at most 0.1`, as data.
import { lessonMessages } from '../messages/lessons.ts'
import { quantities, type Quantity } from '../nodes/tools/checkRules.ts'
import type { Fail } from './error.ts'

/** The output, the param or the input of a node, which is named by its title. */
export interface Place {
  title: string
  slot: string
}

/** Comparison of a number with bounds. */
export interface Test {
  rule: 'at_most' | 'at_least' | 'between'
  bound: number
  upper?: number
}

/** What a check requires. */
export type Requirement =
  /** A number of a value, or of the difference of two values. */
  | {
      kind: 'measure'
      quantity: Quantity
      /** Position, for the quantity `item`. */
      index: number
      wire: Place
      minus?: Place
      test: Test
    }
  /** The loss of a training after some steps. `title` is that of its End. */
  | { kind: 'loss'; title: string; most: number; steps: number }
  /** The type of a value, or its prediction type. */
  | { kind: 'carries'; wire: Place; type: string }
  /** A wire, or one through reroutes. */
  | { kind: 'connected'; from: Place; to: Place }
  /** Number of nodes of a type; 0: none. */
  | { kind: 'node'; type: string; least: number }
  | { kind: 'param'; param: Place; test: 'is' | 'at_most' | 'at_least'; value: string }
  /** A value is that of a reference workflow, for hidden inputs. */
  | {
      kind: 'formula'
      wire: Place
      reference: Place
      file: string
      within: number
    }

const NUMBER = String.raw`([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`
const TEST = String.raw`(?:(at most|at least) ${NUMBER}|between ${NUMBER} and ${NUMBER})`
const QUANTITY = String.raw`(?:(item) (\d+) of |(${quantities.join('|')}) of )?`

/** Patterns in the order in which they are tried. Lines are short, so `.+` is harmless. */
const patterns = {
  measure: new RegExp(`^measure ${QUANTITY}(.+?)(?: minus (.+?))? ${TEST}$`),
  loss: new RegExp(String.raw`^loss of (.+) at most ${NUMBER} after (\d+) steps$`),
  carries: /^wire (.+) carries (\w+)$/,
  connected: /^wire (.+?) to (.+)$/,
  noNode: /^no node ([\w/]+)$/,
  node: /^node ([\w/]+)(?: at least (\d+))?$/,
  param: /^param (.+?\.\w+) (is|at most|at least) (.+)$/,
  formula: new RegExp(`^formula (.+?) equals (.+?) of (\\S+) within ${NUMBER}$`),
} as const

/** Longest training that a check may ask for. */
const MAX_STEPS = 100_000

/** @throws LessonError if the statement has no known form */
export function readStatement(text: string, line: number, fail: Fail): Requirement {
  const place = (name: string) => readPlace(name, line, fail)
  const found = (Object.keys(patterns) as (keyof typeof patterns)[]).find((name) =>
    patterns[name].test(text),
  )
  if (!found)
    return fail(
      line,
      lessonMessages.statement({ got: text.slice(0, 120) }),
      lessonMessages.useStatement(),
    )
  const [, ...parts] = patterns[found].exec(text)!
  switch (found) {
    case 'measure':
      return readMeasure(parts, place)
    case 'loss':
      return {
        kind: 'loss',
        title: parts[0],
        most: Number(parts[1]),
        steps: readWhole(parts[2], 'steps', 1, MAX_STEPS, line, fail),
      }
    case 'carries':
      return { kind: 'carries', wire: place(parts[0]), type: parts[1] }
    case 'connected':
      return { kind: 'connected', from: place(parts[0]), to: place(parts[1]) }
    case 'noNode':
      return { kind: 'node', type: fullType(parts[0]), least: 0 }
    case 'node':
      return { kind: 'node', type: fullType(parts[0]), least: Math.max(1, Number(parts[1] ?? 1)) }
    case 'param':
      return {
        kind: 'param',
        param: place(parts[0]),
        test: parts[1].replace(' ', '_') as 'is' | 'at_most' | 'at_least',
        value: parts[2],
      }
    case 'formula':
      return {
        kind: 'formula',
        wire: place(parts[0]),
        reference: place(parts[1]),
        file: readFileName(parts[2], line, fail),
        within: Number(parts[3]),
      }
    default:
      return found satisfies never
  }
}

function readMeasure(
  [item, index, quantity, wire, minus, rule, bound, lower, upper]: string[],
  place: (name: string) => Place,
): Requirement {
  return {
    kind: 'measure',
    quantity: (item ?? quantity ?? 'mean') as Quantity,
    index: Number(index ?? 0),
    wire: place(wire),
    ...(minus !== undefined && { minus: place(minus) }),
    test: rule
      ? { rule: rule.replace(' ', '_') as 'at_most' | 'at_least', bound: Number(bound) }
      : { rule: 'between', bound: Number(lower), upper: Number(upper) },
  }
}

const fullType = (type: string) => (type.includes('/') ? type : `diffusion/${type}`)

/** Reads `Title.slot`. Titles may contain dots. */
export function readPlace(text: string, line: number, fail: Fail): Place {
  const [, title, slot] = /^(.+)\.(\w+)$/.exec(text.trim()) ?? []
  if (title === undefined)
    return fail(line, lessonMessages.output({ got: text }), lessonMessages.writeOutput())
  return { title, slot }
}

/** Reads the name of a file beside the lesson. */
export function readFileName(name: string, line: number, fail: Fail): string {
  if (/^[\w-]{1,60}\.json$/.test(name)) return name
  return fail(line, lessonMessages.fileName({ got: name }), lessonMessages.fixFileName())
}

export function readWhole(
  text: string,
  key: string,
  least: number,
  most: number,
  line: number,
  fail: Fail,
): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  return fail(
    line,
    lessonMessages.wholeNumber({ key, least, most, got: text }),
    lessonMessages.fixNumber(),
  )
}
