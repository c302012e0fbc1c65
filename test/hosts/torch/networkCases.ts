// Networks with weights, inputs and expected numbers, for comparison with their form in PyTorch.
import { readFileSync } from 'node:fs'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { ConditionPart } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { storeModel } from '../../../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../../../src/engine/archive/safetensors.ts'
import { classify } from '../../../src/engine/models/kinds/classifier/classifier.ts'
import { joinParts, type ConditionSpec } from '../../../src/engine/models/condition.ts'
import type { LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { conditionSpecs } from '../../../src/engine/models/kinds/layers/graph.ts'
import { predictWithVariance } from '../../../src/engine/models/predict.ts'
import {
  predictTokens,
  tokenModelFacts,
} from '../../../src/engine/models/kinds/layers/tokenModel.ts'
import { decodeLatents, encodeImages } from '../../../src/engine/models/kinds/vae/autoencoder.ts'
import { tokenVectors } from '../../../src/engine/process/tokens.ts'
import type { ModelDescription } from '../../../src/hosts/torch/models/forms.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import { goldenTensors } from '../../goldenTensors.ts'
import type { LayersConfig } from '../../../src/engine/models/kinds/layers/config.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { modelConditions, modelItemShape } from '../../../src/engine/models/kinds/registry.ts'
import { classifierFacts } from '../../../src/engine/models/kinds/classifier/facts.ts'

type Tensors = ReadonlyMap<string, StoredTensor>

/** A call of a method. */
interface Call {
  method: string
  /** Names of tensors. */
  args: readonly string[]
  named?: readonly string[]
  results: readonly string[]
}

export interface NetworkCase {
  name: string
  model: ModelDescription
  weights: Tensors
  /** Arguments and expected results by name, in PyTorch's layouts. */
  tensors: Tensors
  calls: readonly Call[]
  /** Gradients of the MSE to `target`, or of the product with `grad_out`, if there is none. */
  gradients?: Tensors
  /** Weights whose distributions the class starts with. */
  start?: Tensors
  /** Also runs compiled, and in bfloat16. */
  compile?: true
}

const rename = (tensors: Tensors, names: Record<string, string>): Tensors =>
  new Map(
    Object.entries(names).flatMap(([from, to]): [string, StoredTensor][] =>
      tensors.has(from) ? [[to, tensors.get(from)!]] : [],
    ),
  )

/** Weights of a recorded model. */
const goldenWeights = (folder: string) => goldenTensors(`${folder}/diffusion_pytorch_model`)

/** The layers of a closed model, as its nodes would make it. */
export const opened = (graph: LayerGraph): ModelDescription => {
  const { layers, functions } = graph
  const config: LayersConfig = { format: 1, layers, functions }
  return { kind: 'layers', config: { ...config } }
}

const CONDITIONS = ['classes', 'tokens', 'channels']

/** A recorded denoiser. `graph` also gives its layers. */
export function goldenDenoisers(folder: string, graph: LayerGraph | undefined): NetworkCase[] {
  const { kind, config } = describeGolden(folder)
  const io = goldenTensors(`${folder}/io`)
  const found = rename(io, {
    x: 'x',
    timesteps: 't',
    target: 'target',
    output: 'output',
    class_labels: 'classes',
    encoder_hidden_states: 'tokens',
  })
  const tensors = splitChannels(found, config as Partial<UnetConfig>)
  const named = CONDITIONS.filter((name) => tensors.has(name))
  const gradients = has(`${folder}/expected_grads`)
  const shared = {
    weights: withoutCopies(goldenWeights(folder)),
    tensors,
    calls: [{ method: 'forward', args: ['x', 't'], named, results: ['output'] }],
    ...(gradients && { gradients: goldenTensors(`${folder}/expected_grads`) }),
  }
  return [
    { name: folder, model: { kind, config }, ...shared },
    ...(graph ? [{ name: `${folder}, opened`, model: opened(graph), ...shared }] : []),
  ]
}

/** Kind and config of a recorded model. */
export function describeGolden(folder: string): Pick<Model, 'kind' | 'config'> {
  const { weights, kind, config } = readGoldenModel(folder)
  tf.dispose(weights)
  return { kind, config }
}

const has = (path: string): boolean => {
  try {
    return readFileSync(new URL(`../../golden/${path}.safetensors.gz`, import.meta.url)).length > 0
  } catch {
    return false
  }
}

/** Without the second name of the frequencies of a Fourier embedding. */
const withoutCopies = (weights: Tensors): Tensors =>
  new Map([...weights].filter(([name]) => name !== 'time_proj.W'))

/** Takes the further channels of recorded inputs apart. */
function splitChannels(tensors: Tensors, config: Partial<UnetConfig>): Tensors {
  const { extra_channels: extra = 0 } = config
  if (extra === 0) return tensors
  const { shape, data } = tensors.get('x')!
  const [batch, all, height, width] = shape
  const size = height * width
  const take = (from: number, to: number): StoredTensor => ({
    shape: [batch, to - from, height, width],
    data: Float32Array.from(
      Array.from({ length: batch }, (_, i) => [
        ...data.subarray((i * all + from) * size, (i * all + to) * size),
      ]).flat(),
    ),
  })
  return new Map([...tensors, ['x', take(0, all - extra)], ['channels', take(all - extra, all)]])
}

/** A recorded autoencoder: its latents, and the reconstruction from them. */
export function goldenAutoencoder(folder: string): NetworkCase {
  const io = goldenTensors(`${folder}/io`)
  const isTiny = io.has('latents')
  const names = isTiny ? ['x', 'latents', 'recon'] : ['x', 'mean', 'logvar', 'z', 'recon']
  return {
    name: folder,
    model: describeGolden(folder),
    weights: goldenWeights(folder),
    tensors: rename(io, Object.fromEntries(names.map((name) => [name, name]))),
    calls: [
      { method: 'encode', args: ['x'], results: isTiny ? ['latents'] : ['mean', 'logvar'] },
      { method: 'decode', args: [isTiny ? 'latents' : 'z'], results: ['recon'] },
    ],
  }
}

/** A recorded layer or block as a network whose layers have names that begin with `block`. */
export function goldenLayer(
  file: string,
  name: string,
  graph: LayerGraph,
  inputs: Record<string, string>,
  block: (part: string) => string,
): NetworkCase {
  const all = goldenTensors(file)
  const under = (prefix: string) =>
    new Map(
      [...all].flatMap(([key, tensor]): [string, StoredTensor][] =>
        key.startsWith(`${name}/${prefix}`)
          ? [[key.slice(`${name}/${prefix}`.length), tensor]]
          : [],
      ),
    )
  const named = (tensors: Tensors) =>
    new Map([...tensors].map(([part, tensor]): [string, StoredTensor] => [block(part), tensor]))
  const given = Object.entries(inputs)
  const tensors = new Map([
    ...given.map(([from, to]): [string, StoredTensor] => [to, under('in/').get(from)!]),
    ['output', all.get(`${name}/out`)!] as const,
    ['grad_out', all.get(`${name}/grad_out`)!] as const,
    ['t', { shape: [1], data: Float32Array.of(0) }] as const,
  ])
  const others = given.map(([, to]) => to).filter((to) => to !== 'x')
  return {
    name: `${name} (layer)`,
    model: opened(graph),
    weights: named(under('param/')),
    tensors,
    calls: [{ method: 'forward', args: ['x', 't'], named: others, results: ['output'] }],
    gradients: named(under('grad_param/')),
  }
}

/** Random numbers of a shape. */
const normal = (shape: readonly number[], seed: number): Tensor =>
  tf.tensor(createRandom(seed).normal(shape.reduce((a, b) => a * b, 1)), [...shape])

/** Images as PyTorch has them. */
const toTorchLayout = (x: Tensor): Tensor => (x.rank === 4 ? x.transpose([0, 3, 1, 2]) : x.clone())

async function readTensors(tensors: Record<string, Tensor>): Promise<Map<string, StoredTensor>> {
  const read = new Map<string, StoredTensor>()
  for (const [name, tensor] of Object.entries(tensors)) {
    const turned = toTorchLayout(tensor)
    read.set(name, { shape: turned.shape, data: (await turned.data()) as Float32Array })
    tf.dispose([turned, tensor])
  }
  return read
}

const stored = (shape: number[], values: Iterable<number>): StoredTensor => ({
  shape,
  data: Float32Array.from(values),
})

/** Two values of a part of a condition, and the argument that they are in PyTorch. */
function conditionOf(spec: ConditionSpec, item: readonly number[]): [ConditionPart, Tensors] {
  switch (spec.kind) {
    case 'labels': {
      const { perItem = 1 } = spec
      const labels = Int32Array.from({ length: 2 * perItem }, (_, i) =>
        i % 2 ? -1 : spec.last - 1,
      )
      const shape = perItem > 1 ? [2, perItem] : [2]
      const part = { kind: 'labels', labels, ...(perItem > 1 && { perItem }) } as const
      return [part, new Map([['classes', stored(shape, labels)]])]
    }
    case 'values': {
      const values = Float64Array.of(3, 250)
      return [{ kind: 'values', values }, new Map([['values', stored([2], values)]])]
    }
    case 'vectors': {
      const vectors = normal([2, spec.width], 31) as Tensor2D
      return [
        { kind: 'vectors', vectors },
        new Map([['vectors', stored(vectors.shape, vectors.dataSync())]]),
      ]
    }
    case 'tokens': {
      const tokens = normal([2, 3, spec.width], 32) as never as Tensor
      const part = { kind: 'tokens', tokens } as unknown as ConditionPart
      return [part, new Map([['tokens', stored(tokens.shape, tokens.dataSync())]])]
    }
    case 'channels': {
      const channels = normal([2, ...item.slice(0, -1), spec.count], 33)
      const turned = toTorchLayout(channels)
      const argument = stored(turned.shape, turned.dataSync())
      turned.dispose()
      return [{ kind: 'channels', channels }, new Map([['channels', argument]])]
    }
  }
}

/** Weights that differ from their start, so that none is 0 or 1. */
function withNoise(model: Model): Model {
  const weights = Object.fromEntries(
    Object.entries(model.weights).map(([name, tensor], i) => [
      name,
      tf.tidy(() => tensor.add(normal(tensor.shape, 100 + i).mul(0.1))),
    ]),
  )
  return { ...model, weights }
}

interface Options {
  times?: readonly number[]
  /** The model as PyTorch's class is written from, if that is another. */
  written?: ModelDescription
  zeroInit?: boolean
  compile?: true
}

/**
 * A network of this engine with changed weights, and the numbers that it gives. Disposes of its
 * weights.
 */
export async function engineCase(
  name: string,
  model: Model,
  { times = [17, 431], written, zeroInit, compile }: Options = {},
): Promise<NetworkCase> {
  const noisy = withNoise(model)
  const computed = await compute(noisy, times)
  const { weights } = await storeModel(noisy)
  const { weights: start } = await storeModel(model)
  tf.dispose([noisy.weights, model.weights])
  const description = written ?? { kind: model.kind, config: model.config }
  return {
    name,
    model: { ...description, ...(zeroInit && { zeroInit }) },
    weights,
    start,
    ...computed,
    ...(compile && { compile }),
  }
}

type Computed = Pick<NetworkCase, 'tensors' | 'calls'>

async function compute(model: Model, times: readonly number[]): Promise<Computed> {
  if (model.kind.startsWith('autoencoder')) return computeAutoencoder(model)
  if (classifierFacts(model)) return computeClasses(model, times)
  if (tokenModelFacts(model)) return computeTokens(model, times)
  const item = modelItemShape(model)
  const parts = modelConditions(model).map((spec) => conditionOf(spec, item))
  const condition = joinParts(parts.map(([part]) => part))
  const x = normal([2, ...item], 7)
  const { tensor, variance } = predictWithVariance(model, x, Float64Array.from(times), condition)
  const output = variance ? tf.concat([tensor, variance.tensor], -1) : tensor.clone()
  tf.dispose([tensor, ...(variance ? [variance.tensor] : [])])
  disposeParts(parts.map(([part]) => part))
  const named = parts.flatMap(([, given]) => [...given.keys()])
  return {
    tensors: new Map([
      ...(await readTensors({ x, output })),
      ...parts.flatMap(([, given]) => [...given]),
      ['t', stored([2], times)],
    ]),
    calls: [{ method: 'forward', args: ['x', 't'], named, results: ['output'] }],
  }
}

function disposeParts(parts: readonly ConditionPart[]) {
  for (const part of parts) {
    if (part.kind === 'vectors') part.vectors.dispose()
    if (part.kind === 'tokens') part.tokens.dispose()
    if (part.kind === 'channels') part.channels.dispose()
  }
}

async function computeClasses(model: Model, times: readonly number[]): Promise<Computed> {
  const { itemShape, noised } = classifierFacts(model)!
  const x = normal([2, ...itemShape], 7)
  const t = noised ? Float64Array.from(times) : undefined
  const { features, logits } = classify(model, x, undefined, t)
  const args = noised ? ['x', 't'] : ['x']
  return {
    tensors: new Map([...(await readTensors({ x, features, logits })), ['t', stored([2], times)]]),
    calls: [
      { method: 'features', args, results: ['features'] },
      { method: 'forward', args, results: ['logits'] },
    ],
  }
}

async function computeTokens(model: Model, times: readonly number[]): Promise<Computed> {
  const { length, classes } = tokenModelFacts(model)!
  const numbers = Array.from({ length: 2 * length }, (_, i) => (i % 3 ? (5 * i) % classes : -1))
  const ids = tf.tensor2d(numbers, [2, length])
  const specs = conditionSpecs(model.config as unknown as LayersConfig)
  const parts = specs.map((spec) => conditionOf(spec, [length, classes]))
  const condition = joinParts(parts.map(([part]) => part))
  const output = predictTokens(model, ids, { t: Float64Array.from(times) }, condition)
  const x = tokenVectors(ids, classes)
  ids.dispose()
  disposeParts(parts.map(([part]) => part))
  return {
    tensors: new Map([
      ...(await readTensors({ x, output })),
      ...parts.flatMap(([, given]) => [...given]),
      ['t', stored([2], times)],
    ]),
    calls: [
      {
        method: 'forward',
        args: ['x', 't'],
        named: parts.flatMap(([, given]) => [...given.keys()]),
        results: ['output'],
      },
    ],
  }
}

async function computeAutoencoder(model: Model): Promise<Computed> {
  const { in_channels, latent_channels } = model.config as Record<string, number>
  const x = normal([2, 16, 16, in_channels], 7) as Tensor4D
  const { mean, logVariance } = encodeImages(model, x)
  const z = normal([2, mean.shape[1], mean.shape[2], latent_channels], 8)
  const image = decodeLatents(model, z)
  const encoded: Record<string, Tensor> = logVariance ? { mean, logVariance } : { mean }
  return {
    tensors: await readTensors({ x, z, image, ...encoded }),
    calls: [
      { method: 'encode', args: ['x'], results: Object.keys(encoded) },
      { method: 'decode', args: ['z'], results: ['image'] },
    ],
  }
}
