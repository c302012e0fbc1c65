// Writes models as ONNX files: one per model that denoises, and one per input of other models, such
// as the encoder and the decoder of an autoencoder.
import { safeFileName, type SafeFileName } from '../base/fileName.ts'
import { readCheckpoint } from '../checkpoint/read.ts'
import type { Layer, LayerGraph } from '../models/graph/layer.ts'
import type { FeatureShape } from '../models/graph/layerOp.ts'
import { inputLayers, inputShape } from '../models/kinds/layers/graph.ts'
import { onnxMessages } from '../messages/onnx.ts'
import { BATCH, OnnxBuilder, type Value } from './builder.ts'
import { OnnxError } from './error.ts'
import type { ImageSize } from '../models/kinds/kind.ts'
import { findGraph, type FoundGraph } from './graphs.ts'
import { modelInputs } from './inputs.ts'
import { itemShape, writeModel } from './kinds.ts'
import { onnxShape } from './layers/layer.ts'
import { describeModel, describeText, type TrainingFacts } from './metadata.ts'
import { writeNetwork, type Result } from './network.ts'
import { encodeModel, type OnnxGraph } from './proto.ts'
import type { ProtoMessage } from './protobuf.ts'
import { sourceFromStored, type OnnxSource } from './source.ts'

/** Opset of ONNX that files need. ONNX Runtime has it since 1.12. */
export const OPSET = 17

/** Output of models that denoise. */
const PREDICTION = 'prediction'

/** Protobuf cannot express more bytes. */
const MOST_BYTES = 2 ** 31 - 1

export interface OnnxOptions extends TrainingFacts {
  /** Size of the images of an autoencoder; by default that of its config, or any. */
  size?: ImageSize | undefined
}

/** A written file. */
export interface OnnxFile {
  /** Name of the functions in it; empty if the model has one file. */
  part: string
  bytes: Uint8Array<ArrayBuffer>
  /** Names of inputs and outputs. */
  inputs: string[]
  outputs: string[]
}

/** A graph and what its file is for. */
interface Part {
  part: string
  graph: OnnxGraph
}

/**
 * Writes a model. Images are `[batch, channels, height, width]` in the files. Throws OnnxError for a
 * model that ONNX cannot express, and for files above 2 GB.
 */
export function exportOnnx(model: OnnxSource, options: OnnxOptions = {}): OnnxFile[] {
  const found =
    Object.keys(model.children).length === 0 ? findGraph(model, options.size) : undefined
  const parts =
    found && !Object.hasOwn(found.graph.functions, 'predict')
      ? writeFunctions(model, found)
      : [{ part: '', graph: writeDenoiser(model) }]
  return parts.map(({ part, graph }) => ({
    part,
    bytes: encode(model, graph, options),
    inputs: graph.inputs.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name),
  }))
}

function encode(
  model: OnnxSource,
  graph: OnnxGraph,
  options: OnnxOptions,
): Uint8Array<ArrayBuffer> {
  const denoises = graph.outputs.some(({ name }) => name === PREDICTION)
  const metadata = describeModel(model, denoises, options)
  const message = encodeModel({
    graph,
    opset: OPSET,
    producer: 'litegraph-diffusion',
    description: describeText(model),
    metadata,
  })
  checkSize(message)
  return message.join()
}

/** Throws OnnxError for a message that is too large to be read. */
export function checkSize({ length }: Pick<ProtoMessage, 'length'>) {
  if (length <= MOST_BYTES) return
  const size = (length / 1e9).toFixed(1)
  throw new OnnxError(onnxMessages.tooLarge({ size }), onnxMessages.smaller())
}

function writeDenoiser(model: OnnxSource): OnnxGraph {
  const b = new OnnxBuilder()
  const item = itemShape(model)
  const { prediction, variance } = writeModel(b, model, modelInputs(b, item))
  const shape = onnxShape(item, BATCH)
  b.output(PREDICTION, prediction, 'float', shape)
  if (variance !== undefined) b.output('variance', variance, 'float', shape)
  return b.graph(model.kind)
}

/** Writes functions that read the same x to one graph, and others to graphs of their own. */
function writeFunctions(model: OnnxSource, { graph, anySize }: FoundGraph): Part[] {
  const groups = new Map<Layer<'x'>, string[]>()
  for (const name of Object.keys(graph.functions)) {
    const [x] = inputLayers(graph, name)
    groups.set(x, [...(groups.get(x) ?? []), name])
  }
  return [...groups].map(([x, names]) => {
    const b = new OnnxBuilder()
    const item = x.attrs.shape
    const sources = modelInputs(b, item, !anySize)
    const network = { graph, weights: model.weights }
    const results = writeNetwork(b, network, names, sources, !anySize)
    for (const [name, result] of results)
      for (const output of namedOutputs(b, name, result, graph)) addOutput(b, output, anySize)
    const part = groups.size === 1 ? '' : names.join('_')
    return { part, graph: b.graph([model.kind, part].filter(Boolean).join('_')) }
  })
}

interface Output {
  name: string
  value: Value
  shape: FeatureShape
}

/** Bounds of log-variances; fixed in diffusers. */
const LOG_VARIANCE = [-30, 20] as const

/** Results by their meaning: an encoder gives `mean` and `log_variance`, or a `latent`. */
function namedOutputs(
  b: OnnxBuilder,
  name: string,
  { value, shape }: Result,
  graph: LayerGraph,
): Output[] {
  if (name === 'decode') return [{ name: 'image', value, shape }]
  if (name !== 'encode') return [{ name, value, shape }]
  const latent = latentChannels(graph)
  if (latent === undefined || shape.at(-1) !== 2 * latent) return [{ name: 'latent', value, shape }]
  const half = [...shape.slice(0, -1), latent]
  return b.inScope('moments', () => {
    const slice = (from: number) =>
      b.node('Slice', [value, b.ints(from), b.ints(from + latent), b.ints(1)])
    const bounds = LOG_VARIANCE.map((bound) => b.scalar(bound))
    return [
      { name: 'mean', value: slice(0), shape: half },
      { name: 'log_variance', value: b.node('Clip', [slice(latent), ...bounds]), shape: half },
    ]
  })
}

/** Channels that the decoder of an autoencoder takes. */
function latentChannels(graph: LayerGraph): number | undefined {
  if (!Object.hasOwn(graph.functions, 'decode')) return undefined
  return inputShape(graph, 'decode').at(-1)
}

function addOutput(b: OnnxBuilder, { name, value, shape }: Output, anySize: true | undefined) {
  const sizes = onnxShape(shape, BATCH)
  const named = anySize ? [...sizes.slice(0, 2), 'output_height', 'output_width'] : sizes
  b.output(name, value, 'float', named)
}

/** Converts the bytes of a checkpoint. Throws CheckpointError and OnnxError. */
export function onnxFromCheckpoint(
  bytes: Uint8Array,
  options: Pick<OnnxOptions, 'size'> = {},
): OnnxFile[] {
  const { model, schedule, trainedOn } = readCheckpoint(bytes)
  return exportOnnx(sourceFromStored(model), {
    schedule,
    classNames: trainedOn?.classNames,
    ...options,
  })
}

/** Name of a file: `digits.onnx`, or `vae.encode.onnx` for a part. */
export const onnxFileName = (name: string, part: string): SafeFileName =>
  safeFileName([name, ...(part ? [part] : []), 'onnx'].join('.'))
