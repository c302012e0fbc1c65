// Messages of ONNX as plain data, and their encoding: the field numbers of onnx.proto3 in version 1
// of the format (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
import { ProtoMessage } from './protobuf.ts'

/** Types of elements by their numbers in TensorProto.DataType. */
export const elementTypes = { float: 1, int64: 7, double: 11 } as const
export type ElementType = keyof typeof elementTypes

/** A constant: weights, shapes, tables. */
export interface OnnxTensor {
  name: string
  type: ElementType
  shape: readonly number[]
  /** Elements in order, little-endian. */
  bytes: Uint8Array
}

/** Type and shape of a value; sizes that are known at evaluation only have names. */
export interface OnnxValue {
  name: string
  type: ElementType
  shape: readonly (number | string)[]
}

/** A number is an integer; floats are wrapped, because JavaScript does not distinguish them. */
export type OnnxAttribute = number | string | readonly number[] | { float: number }

export interface OnnxNode {
  op: string
  name: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxGraph {
  name: string
  /** Each after the nodes that compute its inputs. */
  nodes: readonly OnnxNode[]
  initializers: readonly OnnxTensor[]
  inputs: readonly OnnxValue[]
  outputs: readonly OnnxValue[]
  /** Shapes of values inside the graph, for viewers. */
  values: readonly OnnxValue[]
}

export interface OnnxModel {
  graph: OnnxGraph
  opset: number
  producer: string
  description: string
  metadata: Readonly<Record<string, string>>
}

/** Version of the format; 8 is that of opset 17. */
const IR_VERSION = 8

/** Encodes a model. */
export const encodeModel = ({
  graph,
  opset,
  producer,
  description,
  metadata,
}: OnnxModel): ProtoMessage =>
  new ProtoMessage()
    .int(1, IR_VERSION)
    .text(2, producer)
    .text(6, description)
    .message(7, encodeGraph(graph))
    // The operators of ONNX itself have the empty domain.
    .message(8, new ProtoMessage().text(1, '').int(2, opset))
    .each(Object.entries(metadata), (message, [key, value]) =>
      message.message(14, new ProtoMessage().text(1, key).text(2, value)),
    )

const encodeGraph = ({
  name,
  nodes,
  initializers,
  inputs,
  outputs,
  values,
}: OnnxGraph): ProtoMessage =>
  new ProtoMessage()
    .each(nodes, (message, node) => message.message(1, encodeNode(node)))
    .text(2, name)
    .each(initializers, (message, tensor) => message.message(5, encodeTensor(tensor)))
    .each(inputs, (message, value) => message.message(11, encodeValue(value)))
    .each(outputs, (message, value) => message.message(12, encodeValue(value)))
    .each(values, (message, value) => message.message(13, encodeValue(value)))

const encodeNode = ({ op, name, inputs, outputs, attributes }: OnnxNode): ProtoMessage =>
  new ProtoMessage()
    .each(inputs, (message, input) => message.text(1, input))
    .each(outputs, (message, output) => message.text(2, output))
    .text(3, name)
    .text(4, op)
    .each(Object.entries(attributes), (message, [key, value]) =>
      message.message(5, encodeAttribute(key, value)),
    )

/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, text: 3, ints: 7 } as const

function encodeAttribute(name: string, value: OnnxAttribute): ProtoMessage {
  const message = new ProtoMessage().text(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, attributeTypes.int)
  if (typeof value === 'string') return message.text(4, value).int(20, attributeTypes.text)
  if ('float' in value) return message.float(2, value.float).int(20, attributeTypes.float)
  return message.each(value, (list, item) => list.int(8, item)).int(20, attributeTypes.ints)
}

const encodeTensor = ({ name, type, shape, bytes }: OnnxTensor): ProtoMessage =>
  new ProtoMessage()
    .each(shape, (message, size) => message.int(1, size))
    .int(2, elementTypes[type])
    .text(8, name)
    .bytes(9, bytes)

const encodeValue = ({ name, type, shape }: OnnxValue): ProtoMessage =>
  new ProtoMessage().text(1, name).message(
    2,
    new ProtoMessage().message(
      1,
      new ProtoMessage().int(1, elementTypes[type]).message(
        2,
        new ProtoMessage().each(shape, (message, size) => message.message(1, encodeSize(size))),
      ),
    ),
  )

const encodeSize = (size: number | string): ProtoMessage =>
  typeof size === 'number' ? new ProtoMessage().int(1, size) : new ProtoMessage().text(2, size)
