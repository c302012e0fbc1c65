// Sweeps: values for one or two params, and the graphs that follow from them. Data in, data out.
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType, Param } from '../../engine/plan/op.ts'
import { isMeant } from '../../engine/plan/op.ts'
import { problemWith } from '../../engine/plan/params.ts'
import { fit, formatNumber, parseNumber } from '../../nodes/litegraph/widgets.ts'
import type { FileNode, WorkflowFile } from '../../nodes/workflow.ts'
import { stringifyWorkflow, toGraph, withFixedSeeds } from '../../nodes/workflow.ts'
import type { Json } from '../../nodes/workflow/json.ts'
import { openFirst, placesIn, wayInWords, withValue, type Place } from '../subgraph/places.ts'
import type { Axis } from './record.ts'
import { varies } from './varies.ts'

/** What can be varied: a list of values, or numbers from one to another. */
export type Values = { way: 'list'; text: string } | { way: 'range'; from: string; to: string; count: string; log: boolean }

/** Values, or why there are none. */
export type Read = { values: unknown[] } | { wrong: string }

/** A sweep may have at most so many runs. */
export const MOST_RUNS = 100

/** A param that can be varied, as it is now. */
export interface Varied {
  /** Its full id. */
  node: string
  /** With the way to it. */
  title: string
  param: string
  spec: Param
  value: unknown
  /** How many nodes of a run have it: inside of a subgraph that several stand for it is varied in all of them. */
  count: number
}

/**
 * All params of a file that mean something as they stand, but for those that a wire replaces or that are set from outside. Those of a
 * subgraph are there once, by the way that is open: `within` is the full id of the node whose inside is.
 */
export function variedIn(file: WorkflowFile, declared: ByType, within?: string): Varied[] {
  const places = openFirst(placesIn(file, declared), within)
  const keyOf = ({ of, node }: Place) => `${of?.id} ${node.id}`
  const counts = new Map<string, number>()
  for (const place of places) counts.set(keyOf(place), (counts.get(keyOf(place)) ?? 0) + 1)
  const first = new Map(places.toReversed().map((place) => [keyOf(place), place]))
  return places
    .filter((place) => first.get(keyOf(place)) === place)
    .flatMap((place) => variedAt(place, counts.get(keyOf(place))!))
}

function variedAt({ id, node, declaration, title, way, of }: Place, count: number): Varied[] {
  if (!declaration) return []
  const { params } = declaration
  const valueOf = (name: string) => (Object.hasOwn(node.properties, name) ? node.properties[name] : params[name]?.default)
  const fromOutside = (param: string) => of?.promoted.some((each) => each.node === node.id && each.param === param)
  return Object.entries(params)
    .filter(([name, spec]) => varies(spec, declaration) && isMeant(params, name, valueOf) && !replaced(node, spec))
    .filter(([name]) => !fromOutside(name))
    .map(([param, spec]) => ({ node: id, title: wayInWords([...way, title]), param, spec, value: valueOf(param), count }))
}

const replaced = ({ inputs }: FileNode, { unless }: Param) => inputs.some(({ name, link }) => name === unless && link !== null)

/** Something to begin with: the present value and its neighbours. */
export function firstValues({ spec, value }: Varied): Values {
  const around = (): unknown[] => {
    switch (spec.kind) {
      case 'number': {
        const now = Number(value)
        const factor = spec.integer ? 2 : 10
        const near = now === 0 ? [0, spec.step] : [now / factor, now, now * factor]
        return near.map((each) => Number(fit(each, spec).toPrecision(6)))
      }
      case 'seed':
        return [0, 1, 2].map((more) => Number(value) + more)
      case 'choice':
        return [...spec.choices]
      case 'boolean':
        return [true, false]
      default:
        return [value]
    }
  }
  return { way: 'list', text: [...new Set(around())].map(written).join(spec.kind === 'text' ? '\n' : ', ') }
}

/** A value as it is typed into a list. */
export const written = (value: unknown): string => (typeof value === 'number' ? formatNumber(value) : String(value))

/** What is said of values that are none. */
export interface Reasons {
  none: string
  notANumber: (text: string) => string
  /** A logarithmic range that touches zero. */
  notPositive: string
}

/** The values that were meant, each once; or what is wrong with the first that is wrong. */
export function readValues(values: Values, spec: Param, reasons: Reasons): Read {
  const read = values.way === 'list' ? readList(values.text, spec, reasons) : readRange(values, spec, reasons)
  if ('wrong' in read) return read
  const once = [...new Set(read.values)]
  if (once.length === 0) return { wrong: reasons.none }
  for (const value of once) {
    const expected = problemWith(value, spec)
    if (expected) return { wrong: `${written(value)}: expected ${expected}.` }
  }
  return { values: once }
}

function readList(text: string, spec: Param, { notANumber }: Reasons): Read {
  // A text may hold commas: each has a line of its own.
  const between = { text: '\n', choice: /[,;\n]/ }[spec.kind as string] ?? /[,;\s]+/
  const parts = text
    .split(between)
    .map((part) => part.trim())
    .filter(Boolean)
  if (spec.kind === 'boolean') return { values: parts.map((part) => (part === 'true' ? true : part === 'false' ? false : part)) }
  if (spec.kind !== 'number' && spec.kind !== 'seed') return { values: parts }
  const numbers = parts.map(parseNumber)
  const bad = numbers.indexOf(undefined)
  return bad >= 0 ? { wrong: notANumber(parts[bad]!) } : { values: numbers }
}

function readRange(range: Extract<Values, { way: 'range' }>, spec: Param, { notANumber, notPositive }: Reasons): Read {
  const texts = [range.from, range.to, range.count]
  const [from, to, wanted] = texts.map(parseNumber)
  if (from === undefined || to === undefined || wanted === undefined) {
    return { wrong: notANumber(texts.find((text) => parseNumber(text) === undefined)!) }
  }
  const count = Math.min(MOST_RUNS, Math.max(1, Math.round(wanted)))
  if (range.log && !(from > 0 && to > 0)) return { wrong: notPositive }
  const whole = spec.kind === 'seed' || (spec.kind === 'number' && spec.integer)
  const values = Array.from({ length: count }, (_, i) => {
    const part = count === 1 ? 0 : i / (count - 1)
    const value = range.log ? from * (to / from) ** part : from + (to - from) * part
    return whole ? Math.round(value) : Number(value.toPrecision(6))
  })
  return { values }
}

export interface Cell {
  /** An index for each axis. */
  at: number[]
  text: string
  graph: Graph
}

/** The places of a grid, row after row. */
export const placesOf = (axes: readonly Axis[]): number[][] =>
  axes.reduce<number[][]>((places, { values }) => places.flatMap((at) => values.map((_, i) => [...at, i])), [[]])

/** The workflow of each place of the grid, its seeds fixed at what they are. */
export function cellsOf(file: WorkflowFile, axes: readonly Axis[], declared: ByType): Cell[] {
  const base = withFixedSeeds(file, declared)
  return placesOf(axes).map((at) => {
    const varied = axes.reduce((now, { node, param, values }, i) => withValue(now, node, param, values[at[i]!] as Json), base)
    return { at, text: stringifyWorkflow(varied), graph: toGraph(varied, declared) }
  })
}
