// Builds a graph of ONNX node by node.
import { onnxMessages } from '../messages/onnx.ts'
import { OnnxError } from './error.ts'
import type {
  ElementType,
  OnnxAttribute,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './proto.ts'

/** Name of a value: an input, a constant, or the output of a node. */
export type Value = string

/** A weight in PyTorch's order of axes. */
export interface Weight {
  shape: readonly number[]
  data: Float32Array
}

/** Name of the batch dimension. */
export const BATCH = 'batch'

type Attributes = Readonly<Record<string, OnnxAttribute>>

export class OnnxBuilder {
  private readonly nodes: OnnxNode[] = []
  private readonly initializers = new Map<string, OnnxTensor>()
  private readonly inputs = new Map<string, OnnxValue>()
  private readonly outputs: OnnxValue[] = []
  private readonly values = new Map<Value, OnnxValue>()
  private readonly constants = new Map<string, Value>()
  private readonly taken = new Set<string>()
  private prefix = ''
  private scope = ''

  /** Appends a node and returns its output. Its name is that of the scope and its operator. */
  node(op: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const name = this.unusedName(`${this.prefix}${this.scope}/${op}`)
    this.nodes.push({ op, name, inputs, outputs: [name], attributes })
    return name
  }

  /** Names the nodes that `build` appends after a layer. */
  inScope<T>(scope: string, build: () => T): T {
    return this.with('scope', scope, build)
  }

  /** Puts a prefix before the names of all layers that `build` appends, beside those around it. */
  inModel<T>(prefix: string, build: () => T): T {
    return this.with('prefix', this.prefix + prefix, build)
  }

  private with<T>(field: 'scope' | 'prefix', value: string, build: () => T): T {
    const before = this[field]
    this[field] = value
    try {
      return build()
    } finally {
      this[field] = before
    }
  }

  /** An input of the model; equal ones are one. */
  input(name: string, type: ElementType, shape: OnnxValue['shape']): Value {
    const known = this.inputs.get(name)
    if (known && String(known.shape) !== String(shape))
      throw new OnnxError(
        onnxMessages.inputShapes({ name, first: known.shape.join(', '), second: shape.join(', ') }),
        onnxMessages.exportInner(),
      )
    this.inputs.set(name, { name, type, shape })
    return name
  }

  /** Names a value as an output of the model. */
  output(name: string, from: Value, type: ElementType, shape: OnnxValue['shape']) {
    this.nodes.push({ op: 'Identity', name, inputs: [from], outputs: [name], attributes: {} })
    this.outputs.push({ name, type, shape })
  }

  /** Records the shape of the output of a node for viewers. */
  describe(name: Value, shape: OnnxValue['shape']) {
    if (this.taken.has(name)) this.values.set(name, { name, type: 'float', shape })
  }

  /** A weight by its name in files. Layers may share it. */
  weight(name: string, { shape, data }: Weight): Value {
    if (!this.initializers.has(name))
      this.initializers.set(name, { name, type: 'float', shape, bytes: littleEndian(data) })
    return name
  }

  /** Whole numbers, such as a shape or axes. */
  ints(...values: readonly number[]): Value {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt))
  }

  /** Numbers of float32. */
  floats(values: Float32Array, shape: readonly number[] = [values.length]): Value {
    return this.constant('float', shape, values)
  }

  /** Numbers of float64. */
  doubles(values: Float64Array, shape: readonly number[] = [values.length]): Value {
    return this.constant('double', shape, values)
  }

  /** One number of float32. */
  scalar(value: number): Value {
    return this.floats(Float32Array.of(value), [])
  }

  /** One number of float64. */
  double(value: number): Value {
    return this.doubles(Float64Array.of(value), [])
  }

  /** A constant, which is there once if equal ones are used. */
  private constant(
    type: ElementType,
    shape: readonly number[],
    data: BigInt64Array | Float32Array | Float64Array,
  ): Value {
    const key = data.length <= 16 ? `${type} ${shape} ${data.join()}` : undefined
    const known = key === undefined ? undefined : this.constants.get(key)
    if (known !== undefined) return known
    // No layer has a name with a space.
    const name = `constant ${this.initializers.size}`
    this.initializers.set(name, { name, type, shape, bytes: littleEndian(data) })
    if (key !== undefined) this.constants.set(key, name)
    return name
  }

  graph(name: string): OnnxGraph {
    return {
      name,
      nodes: this.nodes,
      initializers: [...this.initializers.values()],
      inputs: [...this.inputs.values()],
      outputs: this.outputs,
      values: [...this.values.values()],
    }
  }

  private unusedName(wanted: string): string {
    let name = wanted
    for (let count = 2; this.taken.has(name); count++) name = `${wanted}_${count}`
    this.taken.add(name)
    return name
  }
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The bytes of numbers as files have them. Not copied where this machine has the same order. */
function littleEndian(data: BigInt64Array | Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (isLittleEndian) return bytes
  const size = data.BYTES_PER_ELEMENT
  return bytes.map((_, i) => bytes[i - (i % size) + (size - 1 - (i % size))])
}
