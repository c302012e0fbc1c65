// Random graphs of layers: they compile, train, are saved and loaded, and give the same numbers.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { createRandom, type Random } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Weights } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { pixelAttentionLayers } from '../../../src/engine/models/graph/blocks/attention.ts'
import { timeEmbeddingLayers } from '../../../src/engine/models/graph/blocks/embedding.ts'
import { residualLayers } from '../../../src/engine/models/graph/blocks/residual.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { inCanonicalOrder } from '../../../src/engine/models/graph/features.ts'
import type { Feature, LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onCpu } from '../../backends.ts'

interface Drawn {
  seed: number
  /** Side of the images; 0 for points. */
  side: number
  channels: number
  length: number
}

const drawn = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  side: fc.constantFrom(0, 4, 8),
  channels: fc.constantFrom(1, 2, 3),
  length: fc.integer({ min: 0, max: 14 }),
})

/** Builds a random network. Its features have 4 or 8 channels. */
class RandomNetwork {
  private readonly b = new GraphBuilder()
  private readonly random: Random
  private readonly images: Feature[] = []
  private readonly time: Feature
  private names = 0

  constructor(private readonly drawn: Drawn) {
    this.random = createRandom(drawn.seed)
    this.time = timeEmbeddingLayers(this.b, this.b.source('time'), 'time', { channels: 8, out: 8 })
  }

  build(): LayerGraph {
    const { side, channels, length } = this.drawn
    const x = this.b.source('x', { shape: side ? [side, side, channels] : [channels] })
    if (!side) return this.b.graph({ predict: this.buildPoints(x, channels, length) })
    this.images.push(this.b.conv(x, this.name('first'), 4))
    for (let i = 0; i < length; i++) this.images.push(this.nextImage())
    let last = this.images.at(-1)!
    while (this.sideOf(last) < side) last = this.b.add('upsample', [last])
    while (this.sideOf(last) > side) last = this.b.add('avg_pool', [last], { size: 2 })
    return this.b.graph({ predict: this.b.conv(last, this.name('last'), channels) })
  }

  private buildPoints(x: Feature, channels: number, length: number): Feature {
    let h = this.b.linear(x, this.name('first'), 8)
    const others = [h]
    for (let i = 0; i < length; i++) {
      h = this.pick<() => Feature>([
        () => this.b.linear(h, this.name('linear'), 8),
        () => this.b.add(this.activation(), [h]),
        () => this.b.add('add', [h, this.pick(others)]),
        () => this.b.add('multiply', [h, this.b.linear(this.time, this.name('gate'), 8)]),
        () => this.b.layerNorm(h, this.pick([undefined, this.name('norm')]), 1e-5),
        () => this.b.groupNorm(h, this.name('norm'), 2, 1e-5),
        () => this.b.linear(this.b.add('concat', [h, this.pick(others)]), this.name('join'), 8),
        () => this.b.add('dropout', [h], { rate: 0.2 }, this.name('drop')),
      ])()
      others.push(h)
    }
    return this.b.linear(h, this.name('last'), channels)
  }

  private nextImage(): Feature {
    const { b } = this
    const h = this.pick([this.images.at(-1)!, this.pick(this.images)])
    const channels = b.shapeOf(h)[2] as number
    const same = this.images.filter((each) => String(b.shapeOf(each)) === String(b.shapeOf(h)))
    const sized = this.images.filter((each) => this.sideOf(each) === this.sideOf(h))
    const out = this.pick([4, 8])
    return this.pick<() => Feature>([
      () => b.conv(h, this.name('conv'), out, { kernel: this.pick([1, 3]) }),
      () => b.conv(h, this.name('conv'), out, { groups: 2, bias: false }),
      () => b.groupNorm(h, this.name('norm'), 2, 1e-5),
      () => b.add(this.activation(), [h]),
      () => b.add('add', [h, this.pick(same)]),
      () => b.add('add', [h, b.linear(this.time, this.name('shift'), channels)]),
      () => b.add('concat', [h, this.pick(sized)]),
      () => b.add('affine', [h], { scale: 0.5, shift: 0.1 }),
      () => b.add('channel_scale', [h], { start: 1 }, this.name('scale')),
      () => b.add('dropout', [h], { rate: 0.2 }, this.name('drop')),
      () => this.modulate(h, channels),
      () => this.resize(h),
      () => this.attend(h, channels),
      () =>
        residualLayers(b, h, this.pick([undefined, this.time]), this.name('res'), {
          out,
          groups: 2,
          eps: 1e-5,
          activation: this.pick(['silu', 'relu'] as const),
          timeScaleShift: this.pick(['default', 'scale_shift'] as const),
          dropout: this.pick([0, 0.1]),
        }),
      () =>
        pixelAttentionLayers(b, h, this.name('attn'), {
          kind: this.pick(['attention', 'linear_attention'] as const),
          heads: 2,
          groups: this.pick([undefined, 2]),
          eps: 1e-5,
        }),
    ])()
  }

  /** Norm, scale and shift by the time. */
  private modulate(h: Feature, channels: number): Feature {
    const vectors = this.b.linear(this.time, this.name('vectors'), 2 * channels)
    return this.b.add('modulate', [h, ...this.b.split(vectors, 2)])
  }

  private resize(h: Feature): Feature {
    const { b } = this
    const side = this.sideOf(h)
    if (side >= 4)
      return this.pick([
        () => b.add('avg_pool', [h], { size: 2 }),
        () => b.conv(h, this.name('down'), 4, { stride: 2, pad: [1, 1, 1, 1] }),
        () => b.conv(h, this.name('down'), 8, { kernel: 2, stride: 2, pad: [0, 0, 0, 0] }),
      ])()
    const attrs = { out: 4, kernel: 4, stride: 2, pad: [1, 1, 1, 1], bias: true }
    return b.add('conv_transpose', [h], attrs, this.name('up'))
  }

  /** Tokens, a transformer's layers, and the image again. */
  private attend(h: Feature, channels: number): Feature {
    const { b } = this
    const side = this.sideOf(h)
    const tokens = b.add('position_embedding', [b.add('to_tokens', [h])], {}, this.name('place'))
    const normed = this.pick([
      () => b.layerNorm(tokens, this.name('norm'), 1e-5),
      () => b.add('rms_norm', [tokens], { eps: 1e-6 }, this.name('norm')),
    ])()
    const [q, k, v] = ['q', 'k', 'v'].map((part) =>
      b.linear(normed, this.name(part), channels, this.pick([true, false])),
    )
    const mixed = b.add('attention', [q, k, v], { heads: 2 })
    return b.add('to_image', [b.add('add', [tokens, mixed])], { height: side, width: side })
  }

  private activation = () =>
    this.pick(['silu', 'gelu', 'gelu_tanh', 'relu', 'tanh', 'mish'] as const)

  private sideOf = (h: Feature) => this.b.shapeOf(h)[0] as number

  private name = (kind: string) => `${kind}_${++this.names}`

  private pick<T>(all: readonly T[]): T {
    return all[this.random.integers(1, all.length)[0]]
  }
}

/** Two steps of gradient descent on the squared prediction. */
function train(model: Model, x: ReturnType<typeof tf.tensor>): Model {
  let { weights } = model
  for (const step of [1, 2]) {
    const names = Object.keys(weights)
    const next: Weights = {}
    tf.tidy(() => {
      const now: Model = { ...model, weights, training: { seed: 3, step } }
      const loss = () => predict(now, x, Float64Array.of(100, 900)).square().mean()
      const { grads } = differentiate(
        loss,
        names.map((name) => weights[name]),
      )
      names.forEach((name, i) => {
        const gradient = grads[i]
        next[name] = tf.keep(
          gradient ? weights[name].sub(gradient.mul(0.01)) : weights[name].clone(),
        )
      })
    })
    if (weights !== model.weights) tf.dispose(weights)
    weights = next
  }
  return { ...model, weights }
}

onCpu(() => {
  test('random graphs train, are saved, loaded, and give equal predictions', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async (each) => {
        const graph = new RandomNetwork(each).build()
        const model = layersModel(inCanonicalOrder(graph), 'epsilon', createRandom(each.seed))
        const shape = each.side ? [2, each.side, each.side, each.channels] : [2, each.channels]
        const size = shape.reduce((product, length) => product * length, 1)
        const x = tf.tensor(createRandom(7).normal(size), shape)
        const trained = train(model, x)
        const bytes = writeCheckpoint({ model: await storeModel(trained), schedule: undefined })
        const loaded = loadModel(readCheckpoint(bytes).model)
        expect(loaded.config).toEqual(trained.config)
        const [right, got] = [trained, loaded].map((one) =>
          tf.tidy(() => predict(one, x, Float64Array.of(3, 500))),
        )
        expect(got.shape).toEqual(shape)
        expect(await got.data()).toEqual(await right.data())
        tf.dispose([x, right, got, ...collectTensors([model, trained, loaded])])
      }),
      {
        numRuns: process.env.FULL ? 1000 : 40,
        // A vector per image added to a 1 x 1 convolution of tokens.
        examples: [[{ seed: 1926062360, side: 4, channels: 1, length: 10 }]],
      },
    )
  })
})
