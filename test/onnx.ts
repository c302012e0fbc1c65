// Compares exported models in ONNX Runtime with the engine.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { expect } from 'vitest'
import { exportOnnx, type OnnxFile, type OnnxOptions } from '../src/engine/onnx/export.ts'
import { sourceFromModel } from '../src/engine/onnx/source.ts'
import { createRandom, type Random } from '../src/engine/base/random.ts'
import type { Tensor, Tensor3D } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Conditioning } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import { conditionParts, partTensor, type ConditionSpec } from '../src/engine/models/condition.ts'
import { predictWithVariance } from '../src/engine/models/predict.ts'
import { modelConditions, modelItemShape } from '../src/engine/models/kinds/registry.ts'

/** A tensor as ONNX Runtime takes and gives it. */
export interface Feed {
  type: 'float32' | 'int64'
  data: Float32Array | BigInt64Array
  dims: number[]
}

/** Puts the channels of images before the pixels. */
export async function toFeed(x: Tensor): Promise<Feed> {
  const ordered = x.rank === 4 ? tf.tidy(() => x.transpose([0, 3, 1, 2])) : x
  const data = (await ordered.data()) as Float32Array
  if (ordered !== x) ordered.dispose()
  return { type: 'float32', data, dims: [...ordered.shape] }
}

/** Evaluates a file in ONNX Runtime for Node. */
export async function runOnnx(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, Feed>> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 2 })
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [
      name,
      new OrtTensor(type, data as never, dims),
    ]),
  )
  const results = await session.run(tensors)
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [
      name,
      { type: 'float32', data: data as Float32Array, dims: [...dims] },
    ]),
  )
}

/** Largest difference of two lists, relative to the largest number of the second. */
export function relativeGap(got: ArrayLike<number>, right: ArrayLike<number>): number {
  expect(got.length).toBe(right.length)
  let [gap, size] = [0, 0]
  for (let i = 0; i < right.length; i++) {
    gap = Math.max(gap, Math.abs(got[i] - right[i]))
    size = Math.max(size, Math.abs(right[i]))
    if (Number.isNaN(got[i])) return NaN
  }
  return gap / size
}

/** Bound on the relative difference to the engine. */
export const TOLERANCE = 1e-5

export async function expectFeed(got: Feed, right: Tensor, what: string, most = TOLERANCE) {
  const { data, dims } = await toFeed(right)
  expect(got.dims, what).toEqual(dims)
  expect(relativeGap(got.data as Float32Array, data as Float32Array), what).toBeLessThan(most)
}

/** Feeds of the parts of a condition. */
async function conditionFeeds(condition: Conditioning | undefined): Promise<Record<string, Feed>> {
  const feeds: Record<string, Feed> = {}
  for (const part of conditionParts(condition)) {
    switch (part.kind) {
      case 'labels': {
        const { labels, perItem = 1 } = part
        feeds.classes = {
          type: 'int64',
          data: BigInt64Array.from(labels, BigInt),
          dims: perItem === 1 ? [labels.length] : [labels.length / perItem, perItem],
        }
        break
      }
      case 'values':
        feeds.values = {
          type: 'float32',
          data: Float32Array.from(part.values),
          dims: [part.values.length],
        }
        break
      case 'vectors':
        feeds.vectors = await toFeed(part.vectors)
        break
      case 'tokens':
        feeds.tokens = await toFeed(part.tokens)
        break
      case 'channels':
        feeds.channels = await toFeed(part.channels)
    }
  }
  return feeds
}

export interface Arguments {
  x: Tensor
  t: Float64Array
  condition?: Conditioning | undefined
}

export async function exportModel(model: Model, options: OnnxOptions = {}): Promise<OnnxFile[]> {
  return exportOnnx(await sourceFromModel(model), options)
}

/** Feeds of the inputs that a file has. */
export async function createFeeds(
  { x, t, condition }: Arguments,
  inputs: readonly string[],
): Promise<Record<string, Feed>> {
  const feeds = {
    x: await toFeed(x),
    t: { type: 'float32' as const, data: Float32Array.from(t), dims: [t.length] },
    ...(await conditionFeeds(condition)),
  }
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.includes(name)))
}

/** Compares a denoiser in ONNX Runtime with the engine, for some arguments. */
export async function expectPrediction(
  model: Model,
  file: OnnxFile,
  given: Arguments,
  most = TOLERANCE,
) {
  const got = await runOnnx(file.bytes, await createFeeds(given, file.inputs))
  const { tensor, variance } = tf.tidy(() => {
    const { tensor, variance } = predictWithVariance(model, given.x, given.t, given.condition)
    return { tensor, variance: variance?.tensor } as { tensor: Tensor; variance: Tensor }
  })
  await expectFeed(got.prediction, tensor, 'prediction', most)
  if (variance) await expectFeed(got.variance, variance, 'variance', most)
  tf.dispose([tensor, ...(variance ? [variance] : [])])
  return got
}

/** Draws arguments that fit a model, for a batch of `count`. */
export function drawArguments(
  model: Model,
  count: number,
  random: Random = createRandom(count),
  times: (i: number) => number = (i) => (317 * i + 41) % 1000,
): Arguments {
  const item = modelItemShape(model)
  const parts = modelConditions(model).map((spec) => drawPart(spec, item, count, random))
  return {
    x: normal(random, [count, ...item]),
    t: Float64Array.from({ length: count }, (_, i) => times(i)),
    condition:
      parts.length === 0 ? undefined : parts.length === 1 ? parts[0] : { kind: 'joint', parts },
  }
}

const normal = (random: Random, shape: number[]): Tensor =>
  tf.tensor(random.normal(tf.util.sizeFromShape(shape)), shape)

type Part = Exclude<Conditioning, { kind: 'joint' }>

function drawPart(
  spec: ConditionSpec,
  item: readonly number[],
  count: number,
  random: Random,
): Part {
  switch (spec.kind) {
    case 'labels': {
      const { classes, perItem = 1 } = spec
      // The last item has the null label.
      const labels = Int32Array.from({ length: count * perItem }, (_, i) =>
        i >= (count - 1) * perItem ? -1 : i % classes,
      )
      return { kind: 'labels', labels, ...(perItem > 1 && { perItem }) }
    }
    case 'values':
      return { kind: 'values', values: Float64Array.from({ length: count }, (_, i) => 100 + 7 * i) }
    case 'vectors':
      return { kind: 'vectors', vectors: normal(random, [count, spec.width]) }
    case 'tokens':
      return { kind: 'tokens', tokens: normal(random, [count, 3, spec.width]) as Tensor3D }
    case 'channels':
      return {
        kind: 'channels',
        channels: normal(random, [count, ...item.slice(0, -1), spec.count]),
      }
  }
}

/** Disposes what {@link drawArguments} made. */
export const disposeArguments = ({ x, condition }: Arguments) => {
  tf.dispose([x, ...conditionParts(condition).flatMap((part) => partTensor(part) ?? [])])
}
