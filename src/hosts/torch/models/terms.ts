// Python of the parts of a method, with marks for the values and the modules that they use.
import type { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { Layer } from '../../../engine/models/graph/layer.ts'
import { activations } from './helpers.ts'
import type { Body, Part } from './bodies.ts'
import { layerCodes, withChannelsFirst, type Operand } from './layerCode.ts'
import type { Parts } from './parts.ts'

/** Marks of values by position, and of modules by name. */
export const valueMark = (value: number): string => `«${value}»`
export const moduleMark = (path: string): string => `‹${path}›`
export const VALUE_MARKS = /«(\d+)»/g
export const MODULE_MARKS = /‹([^›]*)›/g

/** The Python of a part. */
export interface Term {
  value: number
  reads: readonly number[]
  text: string
  /** Three axes, of which the last is that of the channels. */
  isLast: boolean
  /** Name in the class of the module that it calls. */
  path?: string
  /** Expression that creates a module in place of a layer without weights. */
  module?: Unnamed
}

/** A module that the graph has no name for, and its usual one. */
export interface Unnamed {
  name: string
  code: string
}

export interface TermsAround {
  parts: Parts
  view: GraphView
  /** Expressions of the buffers and modules of layers without weights, by position. */
  constants: ReadonlyMap<number, string>
}

/** The terms of the parts of a body. */
export function writeTerms(around: TermsAround, body: Body): Term[] {
  const { shapes } = around.view
  const operands = new Map<number, Operand>()
  const set = (value: number, isLast: boolean) =>
    operands.set(value, { code: valueMark(value), shape: shapes[value], isLast })
  for (const value of body.inputs) set(value, false)
  return body.parts.map((part) => {
    const inputs = part.reads.map((value) => operands.get(value)!)
    const term = part.module
      ? writeCall(part, part.module.name.slice(body.prefix.length), inputs)
      : writeLayer(around, body, part, inputs)
    set(part.value, term.isLast)
    return term
  })
}

const writeCall = (part: Part, path: string, inputs: readonly Operand[]): Term => ({
  value: part.value,
  reads: part.reads,
  text: `${moduleMark(path)}(${inputs.map(withChannelsFirst).join(', ')})`,
  isLast: false,
  path,
})

function writeLayer(
  { parts, view, constants }: TermsAround,
  body: Body,
  { value, reads }: Part,
  inputs: readonly Operand[],
): Term {
  const layer = view.layers[value]
  const path = moduleName(layer)?.slice(body.prefix.length)
  const shape = view.shapes[value]
  const like = body.inputs.find((input) => isSameImage(view.shapes[input], shape))
  const result = layerCodes[layer.op].call({
    parts,
    inputs,
    attrs: layer.attrs,
    shape,
    self: path === undefined ? '' : moduleMark(path),
    constant: constants.get(value) ?? '',
    like: like === undefined ? undefined : valueMark(like),
  })
  const { code, isLast } = typeof result === 'string' ? { code: result, isLast: false } : result
  const own = path === undefined ? moduleOf(layer) : undefined
  return {
    value,
    // The image of the same size is read as well.
    reads: [...new Set([...reads, ...marksIn(code)])],
    text: code,
    isLast,
    ...(path !== undefined && { path }),
    ...(own !== undefined && { module: own }),
  }
}

/** Name of the module of a layer, if it has one. */
export const moduleName = (layer: Layer): string | undefined =>
  layerCodes[layer.op].module && !(layer.op === 'layer_norm' && !layer.attrs.affine)
    ? layer.name
    : undefined

/** True for images of the same height and width. */
const isSameImage = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === 3 && b.length === 3 && a[0] === b[0] && a[1] === b[1]

/** Positions of the values that code uses. */
export const marksIn = (code: string): number[] =>
  [...code.matchAll(VALUE_MARKS)].map(([, value]) => Number(value))

/** The module that computes an operation without weights. */
function moduleOf({ op, attrs }: Layer): Unnamed | undefined {
  if (op === 'upsample') return { name: 'up', code: 'nn.Upsample(scale_factor=2)' }
  if (op === 'avg_pool') return { name: 'pool', code: `nn.AvgPool2d(${attrs.size})` }
  return activations[op] && { name: 'act', code: activations[op].module }
}
