// Sweeps: values for one or two params, and the resulting graphs. Pure functions on plain data.
import { englishText } from '../../engine/base/catalogue.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType, Param } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import { problemWith } from '../../engine/plan/params.ts'
import {
  fitNumber,
  formatControlValue,
  getControl,
  isNumeric,
  parseNumber,
  parseValue,
  type ControlSpec,
} from '../../workflow/controlSpec.ts'
import type { FileNode, WorkflowFile } from '../../workflow/index.ts'
import { stringifyWorkflow, toGraph, withFixedSeeds } from '../../workflow/index.ts'
import type { Json } from '../../workflow/json.ts'
import {
  sortOpenLevelFirst,
  listNodes,
  formatPath,
  withValue,
  type LocatedNode,
} from '../graph/nodePaths.ts'
import type { Axis } from './record.ts'
import { isSweepable } from './sweepableParams.ts'

/** Typed values of a param: a list, or a range of numbers. */
export type SweepValues =
  | { kind: 'list'; text: string }
  | { kind: 'range'; from: string; to: string; count: string; log: boolean }

/** Parsed values, or the reason why there are none. */
export type ParsedValues = { values: unknown[] } | { wrong: string }

/** Limit of runs in one sweep. */
export const MAX_RUNS = 100

/** A param that can be swept, with its current value. */
export interface SweepParam {
  /** Full id of the node. */
  node: string
  /** Title of the node, with the path to it. */
  title: string
  param: string
  spec: Param
  value: unknown
  /** Number of nodes that share it: a subgraph is swept in all nodes that use it. */
  count: number
}

/**
 * Returns the params of a file that can be swept: those that take effect, are not replaced by a
 * wire, and are not set from outside of a subgraph. Params of a shared subgraph are listed once, by
 * the path of the open level: `within` is the full id of the subgraph node that is open.
 */
export function sweepParams(file: WorkflowFile, declared: ByType, within?: string): SweepParam[] {
  const places = sortOpenLevelFirst(listNodes(file, declared), within)
  const shared = new Map<string, LocatedNode[]>()
  for (const place of places) {
    const key = `${place.of?.id} ${place.node.id}`
    const group = shared.get(key)
    if (group) group.push(place)
    else shared.set(key, [place])
  }
  return [...shared.values()].flatMap((group) => nodeSweepParams(group[0], group.length))
}

function nodeSweepParams(
  { id, node, declaration, title, ancestors: way, of }: LocatedNode,
  count: number,
): SweepParam[] {
  if (!declaration) return []
  const { params } = declaration
  const currentValue = (name: string) =>
    Object.hasOwn(node.properties, name) ? node.properties[name] : params[name]?.default
  const isSetFromOutside = (param: string) =>
    of?.promoted.some((each) => each.node === node.id && each.param === param)
  return Object.entries(params)
    .filter(
      ([name, spec]) =>
        isSweepable(spec, declaration) &&
        hasEffect(params, name, currentValue) &&
        !isReplacedByWire(node, name, spec) &&
        !isSetFromOutside(name),
    )
    .map(([param, spec]) => ({
      node: id,
      title: formatPath([...way, title]),
      param,
      spec,
      value: currentValue(param),
      count,
    }))
}

/** True if a wire has an effect instead of the param. A wired param is varied at its source. */
const isReplacedByWire = ({ inputs }: FileNode, param: string, { unless }: Param) =>
  inputs.some(({ name, link }) => (name === unless || name === param) && link !== null)

/** Suggests values: the current one and its neighbours, or all choices. */
export function initialValues(param: SweepParam): SweepValues {
  const values = [...new Set(suggestValues(param))].map(formatControlValue)
  return { kind: 'list', text: values.join(param.spec.kind === 'text' ? '\n' : ', ') }
}

function suggestValues({ spec, value }: SweepParam): unknown[] {
  const control = getControl(spec)
  switch (control?.kind) {
    case 'number': {
      const current = Number(value)
      const factor = control.integer ? 2 : 10
      const values =
        current === 0 ? [0, control.step] : [current / factor, current, current * factor]
      return values.map((each) => Number(fitNumber(each, control).toPrecision(6)))
    }
    case 'seed':
      return [0, 1, 2].map((offset) => Number(value) + offset)
    case 'choice':
    case 'boolean':
      return [...control.choices]
    default:
      return [value]
  }
}

/** Messages about invalid values. */
export interface ValueErrors {
  none: string
  notANumber: (text: string) => string
  /** A logarithmic range includes zero or negative numbers. */
  notPositive: string
}

/** Parses values without duplicates, or returns the first problem. */
export function parseValues(values: SweepValues, spec: Param, errors: ValueErrors): ParsedValues {
  const control = getControl(spec)
  if (!control) return { wrong: errors.none }
  const parsed =
    values.kind === 'list'
      ? parseValueList(values.text, control, errors)
      : parseRange(values, control, errors)
  if ('wrong' in parsed) return parsed
  const unique = [...new Set(parsed.values)]
  if (unique.length === 0) return { wrong: errors.none }
  for (const value of unique) {
    const expected = problemWith(value, spec)
    if (expected)
      return { wrong: `${formatControlValue(value)}: expected ${englishText(expected)}.` }
  }
  return { values: unique }
}

function parseValueList(
  text: string,
  control: ControlSpec,
  { notANumber }: ValueErrors,
): ParsedValues {
  // Texts may contain commas, so they are separated only by line breaks.
  const separator = { text: '\n', choice: /[,;\n]/ }[control.kind as string] ?? /[,;\s]+/
  const parts = text
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean)
  const values = parts.map((part) => parseValue(control, part))
  const invalid = isNumeric(control) ? values.indexOf(undefined) : -1
  if (invalid >= 0) return { wrong: notANumber(parts[invalid]) }
  return { values: values.map((value, i) => value ?? parts[i]) }
}

function parseRange(
  range: Extract<SweepValues, { kind: 'range' }>,
  control: ControlSpec,
  { notANumber, notPositive }: ValueErrors,
): ParsedValues {
  const texts = [range.from, range.to, range.count]
  const numbers = texts.map(parseNumber)
  const [from, to, wanted] = numbers
  if (from === undefined || to === undefined || wanted === undefined)
    return { wrong: notANumber(texts[numbers.indexOf(undefined)]) }
  const count = Math.min(MAX_RUNS, Math.max(1, Math.round(wanted)))
  if (range.log && !(from > 0 && to > 0)) return { wrong: notPositive }
  const isInteger = isNumeric(control) && control.integer
  const values = Array.from({ length: count }, (_, i) => {
    const fraction = count === 1 ? 0 : i / (count - 1)
    const value = range.log ? from * (to / from) ** fraction : from + (to - from) * fraction
    return isInteger ? Math.round(value) : Number(value.toPrecision(6))
  })
  return { values }
}

export interface SweepCell {
  /** Position in the grid: an index for each axis. */
  at: number[]
  text: string
  graph: Graph
}

/** Returns all positions of a grid, row by row. */
export const gridPositions = (axes: readonly Axis[]): number[][] =>
  axes.reduce<number[][]>(
    (positions, { values }) => positions.flatMap((at) => values.map((_, i) => [...at, i])),
    [[]],
  )

/** Returns the workflow of each cell, with its seeds fixed at their current values. */
export function sweepCells(
  file: WorkflowFile,
  axes: readonly Axis[],
  declared: ByType,
): SweepCell[] {
  const base = withFixedSeeds(file, declared)
  return gridPositions(axes).map((at) => {
    const cell = axes.reduce(
      (file, { node, param, values }, i) => withValue(file, node, param, values[at[i]] as Json),
      base,
    )
    return { at, text: stringifyWorkflow(cell), graph: toGraph(cell, declared) }
  })
}
