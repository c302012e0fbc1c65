// Layers that share weights: `=conv1` uses those of conv1.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Weights } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import {
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { ditBlockLayers } from '../../../src/engine/models/graph/blocks/dit.ts'
import { timeEmbeddingLayers } from '../../../src/engine/models/graph/blocks/embedding.ts'
import { residualLayers } from '../../../src/engine/models/graph/blocks/residual.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { isSameGraph } from '../../../src/engine/models/graph/features.ts'
import type { Feature, LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { joinName } from '../../../src/engine/models/graph/sharing.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import {
  averagedWeights,
  beginTraining,
  trainStep,
} from '../../../src/engine/training/trainStep.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { adamw } from '../../smallTraining.ts'

type Build = (b: GraphBuilder, embedding: Feature) => Feature

/** A network whose layers named in `shares` use the weights of others, and the names of those. */
interface Case {
  item: number[]
  build: Build
  shares: Record<string, string>
}

const cases: Record<string, Case> = {
  'inside a residual block and outside': {
    item: [4, 4, 8],
    build(b, embedding) {
      const settings = { out: 8, groups: 2, eps: 1e-5, activation: 'silu', dropout: 0 } as const
      const x = b.source('x', { shape: [4, 4, 8] })
      const h = residualLayers(b, x, embedding, 'res', { ...settings, timeScaleShift: 'default' })
      return b.conv(h, 'last', 8)
    },
    shares: { 'res.conv2': 'res.conv1', 'res.norm2': 'res.norm1', last: 'res.conv1' },
  },
  'inside a transformer block and outside': {
    item: [6, 8],
    build(b, embedding) {
      const settings = { heads: 2, activation: 'gelu', dropout: 0, eps: 1e-5 } as const
      const x = b.source('x', { shape: [6, 8] })
      const h = ditBlockLayers(b, x, embedding, 'dit', {
        ...settings,
        attentionBias: true,
        affine: true,
      })
      return b.linear(h, 'last', 8)
    },
    shares: { 'dit.attn1.to_k': 'dit.attn1.to_q', last: 'dit.attn1.to_q' },
  },
  'two residual blocks': {
    item: [4, 4, 8],
    build(b, embedding) {
      const settings = { out: 8, groups: 2, eps: 1e-5, activation: 'silu', dropout: 0 } as const
      let h = b.source('x', { shape: [4, 4, 8] })
      for (const name of ['one', 'two'])
        h = residualLayers(b, h, embedding, name, { ...settings, timeScaleShift: 'scale_shift' })
      return h
    },
    shares: Object.fromEntries(
      ['norm1', 'conv1', 'time_emb_proj', 'norm2', 'conv2'].map((part) => [
        `two.${part}`,
        `one.${part}`,
      ]),
    ),
  },
}

function buildGraph({ build }: Case): LayerGraph {
  const b = new GraphBuilder()
  const embedding = timeEmbeddingLayers(b, b.source('time'), 'time', { channels: 8, out: 8 })
  const { layers, functions } = b.graph({ predict: build(b, embedding) })
  return { layers, functions }
}

/** The graph with shared weights. */
const shareWeights = ({ layers, functions }: LayerGraph, shares: Case['shares']): LayerGraph => ({
  layers: layers.map((layer) => {
    const owner = shares[layer.name ?? '']
    return owner === undefined ? layer : { ...layer, name: `=${owner}` }
  }),
  functions,
})

/** A model that shares weights, and one that has equal ones in their places. */
function createPair(each: Case): { shared: Model; separate: Model } {
  const graph = buildGraph(each)
  const shared = layersModel(shareWeights(graph, each.shares), 'sample', createRandom(3))
  const separate = layersModel(graph, 'sample', createRandom(4))
  const owned = (key: string) => {
    const [layer, part] = [key.slice(0, key.lastIndexOf('.')), key.slice(key.lastIndexOf('.'))]
    return (each.shares[layer] ?? layer) + part
  }
  const weights = Object.fromEntries(
    Object.keys(separate.weights).map((key) => [key, shared.weights[owned(key)].clone()]),
  ) as Weights
  tf.dispose(separate.weights)
  return { shared, separate: { ...separate, weights } }
}

/** Prediction, and gradients by name, as numbers. */
async function evaluate(model: Model, item: number[]): Promise<Record<string, number[]>> {
  const shape = [2, ...item]
  const x = tf.tensor(createRandom(5).normal(shape.reduce((a, b) => a * b)), shape)
  const names = Object.keys(model.weights)
  const { value, grads } = differentiate(
    () => predict(model, x, Float64Array.of(3, 500)).square().sum(),
    [x, ...Object.values(model.weights)],
  )
  const all = [value, ...grads.map((gradient) => gradient!)]
  const data = await Promise.all(all.map(async (tensor) => [...(await tensor.data())]))
  tf.dispose([x, ...all])
  return Object.fromEntries(['value', 'x', ...names].map((name, i) => [name, data[i]]))
}

const greatest = (numbers: readonly number[]) => Math.max(...numbers.map(Math.abs))

onEachBackend(() => {
  describe.each(Object.entries(cases))('%s', (_, each) => {
    test('gradients are the sums of those of separate weights', async () => {
      const { shared, separate } = createPair(each)
      const [got, apart] = [await evaluate(shared, each.item), await evaluate(separate, each.item)]
      expect(Object.keys(got)).toHaveLength(
        Object.keys(apart).length -
          Object.keys(apart).filter((key) =>
            Object.keys(each.shares).some((name) => key.startsWith(`${name}.`)),
          ).length,
      )
      const sums: Record<string, number[]> = {}
      for (const [key, numbers] of Object.entries(apart)) {
        const name = Object.keys(each.shares).find((layer) => key.startsWith(`${layer}.`))
        const owner = name === undefined ? key : each.shares[name] + key.slice(name.length)
        sums[owner] = numbers.map((number, i) => number + (sums[owner]?.[i] ?? 0))
      }
      for (const [key, numbers] of Object.entries(got)) {
        const gap = greatest(numbers.map((number, i) => number - sums[key][i]))
        expect(gap, key).toBeLessThan(1e-4 * Math.max(1, greatest(sums[key])))
      }
      tf.dispose(collectTensors([shared, separate]))
    })

    test('gradients have the same bits with checkpointing', async () => {
      const { shared, separate } = createPair(each)
      const training = { seed: 1, step: 2 }
      const plain = await evaluate({ ...shared, training }, each.item)
      const again = await evaluate(
        { ...shared, training: { ...training, checkpointing: true } },
        each.item,
      )
      expect(again).toEqual(plain)
      tf.dispose(collectTensors([shared, separate]))
    })
  })
})

onCpu(() => {
  const [[, first]] = Object.entries(cases)

  test('files have each weight once, and give the same model', async () => {
    const { shared, separate } = createPair(first)
    const bytes = writeCheckpoint({ model: await storeModel(shared), schedule: undefined })
    const read = readCheckpoint(bytes)
    const loaded = loadModel(read.model)
    expect(Object.keys(loaded.weights).sort()).toEqual(Object.keys(shared.weights).sort())
    expect(isSameGraph(loaded.config as never, shared.config as never)).toBe(true)
    expect(isSameGraph(loaded.config as never, separate.config as never)).toBe(false)
    expect((await evaluate(loaded, first.item)).value).toEqual(
      (await evaluate(shared, first.item)).value,
    )
    tf.dispose(collectTensors([shared, separate, loaded]))
  })

  test('the optimizer and averages count them once', () => {
    tf.engine().startScope()
    const { shared } = createPair(first)
    const size = Object.values(shared.weights).reduce((sum, weight) => sum + weight.size, 0)
    const config = { optimizer: adamw, emas: [{ kind: 'constant', decay: 0.5 }] } as const
    const begun = beginTraining(shared.weights, config)
    const x = tf.ones([2, ...first.item])
    const loss = () =>
      predict({ ...shared, weights: begun.weights }, x, Float64Array.of(3))
        .square()
        .mean<Scalar>()
    const next = trainStep(begun, { ...config, loss, total: 10 })
    expect(Object.keys(next.weights)).toEqual(Object.keys(shared.weights))
    expect(Object.values(next.moments).map((moment) => moment.size)).toEqual([size, size])
    expect(Object.keys(averagedWeights(next, 0))).toEqual(Object.keys(shared.weights))
    tf.engine().endScope()
  })
})

test.each([
  ['', 'conv', 'conv'],
  ['', '=conv', '=conv'],
  ['down.', 'conv', 'down.conv'],
  ['down.', '=conv', '=down.conv'],
  ['=down.', 'conv', '=down.conv'],
  ['=down.', '=conv', '=down.conv'],
  ['a.=b.', 'conv', '=a.b.conv'],
])('%j and %j are joined to %s', (prefix, name, joined) =>
  expect(joinName(prefix, name)).toBe(joined),
)
