// The lines of a method of a graph of layers: one per layer.
import { isSource, type Layer } from '../../../engine/models/graph/layer.ts'
import type { FeatureShape } from '../../../engine/models/graph/layerOp.ts'
import { layerCodes, withChannelsFirst, type Operand } from './layerCode.ts'
import type { LayerClass } from './layers.ts'
import { Variables } from './variables.ts'

/** A value that another method computes. */
export interface InnerCall {
  position: number
  call: string
}

/** Arguments by the operation that reads them. */
const sources: Readonly<Record<string, string>> = {
  x: 'x',
  time: 't',
  labels: 'classes',
  values: 'values',
  vectors: 'vectors',
  tokens: 'tokens',
  channels: 'channels',
}

/** Lines that compute the layer at `output` and return it. */
export function writeLines(around: LayerClass, output: number, inner?: InnerCall): string[] {
  const { layers } = around.view
  const needed = neededFor(layers, output, inner?.position)
  const writer = new LineWriter(around, needed, output)
  const lines: string[] = []
  for (const i of needed) {
    const line = i === inner?.position ? writer.assign(i, inner.call) : writer.write(i)
    if (line !== undefined) lines.push(line)
  }
  return [...lines, `return ${withChannelsFirst(writer.value(output))}`]
}

/** Positions of the layers that one depends on, in order; `inner` stands for its own inputs. */
function neededFor(layers: readonly Layer[], output: number, inner: number | undefined): number[] {
  const needed = new Set([output])
  for (let i = output; i >= 0; i--)
    if (needed.has(i) && i !== inner) for (const input of layers[i].in) needed.add(input)
  return [...needed].sort((a, b) => a - b)
}

/** Values that are read this many layers later are called skip. */
const FAR = 15

class LineWriter {
  private readonly values = new Map<number, Operand>()
  private readonly variables = new Variables()
  /** Positions of the layers that read a value. */
  private readonly readers = new Map<number, number[]>()

  constructor(
    private readonly around: LayerClass,
    private readonly needed: readonly number[],
    private readonly output: number,
  ) {
    for (const i of needed)
      for (const input of new Set(around.view.layers[i].in))
        this.readers.set(input, [...(this.readers.get(input) ?? []), i])
  }

  value(i: number): Operand {
    return this.values.get(i)!
  }

  /** The line of a layer; undefined for arguments, and for parts of a split that is written. */
  write(i: number): string | undefined {
    const { layers, shapes } = this.around.view
    const { op, name, in: inputs, attrs } = layers[i]
    if (isSource(layers[i])) return this.readArgument(i, sources[op])
    if (this.values.has(i)) return undefined
    const result = layerCodes[op].call({
      parts: this.around.parts,
      inputs: inputs.map((input) => this.value(input)),
      attrs,
      shape: shapes[i],
      self: name !== undefined && layerCodes[op].module ? this.module(layers[i]) : '',
      constant: this.around.constants.get(i) ?? '',
    })
    const { code, isLast } = typeof result === 'string' ? { code: result, isLast: false } : result
    return op === 'split' ? this.assignParts(i, code, isLast) : this.assign(i, code, isLast)
  }

  private module({ op, name, attrs }: Layer): string {
    return op === 'layer_norm' && attrs.affine === false ? '' : this.around.modules.access(name!)
  }

  private readArgument(i: number, code: string): undefined {
    this.set(i, code, false)
    this.variables.hold(code, this.lastRead(i))
  }

  /** `h = code`. */
  assign(i: number, code: string, isLast = false): string {
    const variable = this.variables.name({
      names: this.namesFor(i),
      from: i,
      until: this.lastRead(i),
    })
    this.set(i, variable, isLast)
    return `${variable} = ${code}`
  }

  /** `shift, scale = code`: all parts of a split at once. */
  private assignParts(i: number, code: string, isLast: boolean): string {
    const { layers } = this.around.view
    const [source] = layers[i].in
    const { count } = layers[i].attrs as { count: number }
    const variables = Array.from({ length: count }, (_, index) => {
      const part = this.needed.find((k) => {
        const { op, in: inputs, attrs } = layers[k]
        return (
          op === 'split' && inputs[0] === source && attrs.count === count && attrs.index === index
        )
      })
      if (part === undefined) return '_'
      const until = this.lastRead(part)
      const variable = this.variables.name({ names: this.namesFor(part), from: i, until })
      this.set(part, variable, isLast)
      return variable
    })
    return count === 1 ? `(${variables[0]},) = ${code}` : `${variables.join(', ')} = ${code}`
  }

  private set(i: number, code: string, isLast: boolean) {
    this.values.set(i, { code, shape: this.shape(i), isLast })
  }

  private shape(i: number): FeatureShape {
    return this.around.view.shapes[i]
  }

  private lastRead(i: number): number {
    return i === this.output ? Infinity : Math.max(i, ...(this.readers.get(i) ?? []))
  }

  /** Names by what a value is used for. */
  private namesFor(i: number): readonly string[] {
    const { layers, dependsOnX } = this.around.view
    const readers = this.readers.get(i) ?? []
    for (const reader of readers) {
      const { op, in: inputs } = layers[reader]
      const place = inputs.indexOf(i)
      if (op.endsWith('attention')) return [['q', 'k', 'v'][place]]
      if (op === 'modulate' && place > 0) return [['scale', 'shift'][place - 1]]
      if (op === 'multiply' && layers[i].op === 'split') return ['gate']
    }
    if (!dependsOnX[i]) return this.shape(i).length === 1 ? ['emb', 'e'] : ['context']
    if (this.lastRead(i) - i > FAR && i !== this.output) return ['skip']
    return ['h', 'r', 's']
  }
}
