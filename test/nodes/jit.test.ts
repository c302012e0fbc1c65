// JiT: rotary positions, its node, and its model opened, saved and trained.
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import {
  CheckpointError,
  describeCheckpoint,
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import { jit, type JitConfig } from '../../src/engine/models/kinds/defined/jit.ts'
import { GraphBuilder } from '../../src/engine/models/graph/builder.ts'
import { createProgram, runProgram } from '../../src/engine/models/graph/program.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import type { GraphError } from '../../src/engine/messages/fault.ts'
import { differentiate } from '../../src/engine/gradients/differentiate.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { openedFile, openedGraph } from '../openedFile.ts'
import { evaluate, node } from './evaluate.ts'
import { createOwnModel } from '../../src/engine/models/kinds/defined/create.ts'
import { fullTest } from '../families.ts'

const small: JitConfig = {
  height: 8,
  width: 4,
  channels: 1,
  patch_size: 2,
  bottleneck: 3,
  num_layers: 2,
  num_heads: 2,
  head_dim: 8,
  num_classes: 3,
}

const create = (): Model => createOwnModel(jit, small, createRandom(3), { predicts: 'sample' })

/** Replaces all weights, so that none is zero. */
function withRandomWeights(model: Model): Model {
  const random = createRandom(9)
  const drawn = Object.entries(model.weights).map(([name, { shape, size }]) => [
    name,
    tf.tensor(
      random.normal(size).map((value) => 0.3 * value),
      shape,
    ),
  ])
  tf.dispose(model.weights)
  return { ...model, weights: Object.fromEntries(drawn) as Model['weights'] }
}

/** Rotates tokens `[1, height * width, channels]`. */
function rotate(values: Float32Array, heads: number, height: number, width: number) {
  const b = new GraphBuilder()
  const count = height * width
  const shape = [count, values.length / count]
  const x = b.source('x', { shape })
  const graph = b.graph({ predict: b.add('rotary_embedding', [x], { heads, height, width }) })
  const model = { weights: {} } as Model
  return tf.tidy(() => {
    const input = tf.tensor(values, [1, ...shape])
    return runProgram(createProgram(graph, ['predict']), model, { x: input })[0].dataSync()
  })
}

const labels = { kind: 'labels', labels: Int32Array.of(0, -1) } as const

onEachBackend((backend) => {
  test('rotary embeddings rotate planes by row and column', async () => {
    if (backend === 'webgpu') return
    const [height, width, heads, size] = [3, 2, 2, 8]
    const values = createRandom(5).normal(height * width * heads * size)
    const got = rotate(values, heads, height, width)
    const right = values.slice()
    for (let token = 0; token < height * width; token++)
      for (let head = 0; head < heads; head++)
        for (const [half, position] of [Math.floor(token / width), token % width].entries())
          for (let k = 0; k < size / 4; k++) {
            const at = (token * heads + head) * size + (half * size) / 2 + k
            const angle = position * 10000 ** (-k / (size / 4))
            const [a, b] = [values[at], values[at + size / 4]]
            right[at] = a * Math.cos(angle) - b * Math.sin(angle)
            right[at + size / 4] = b * Math.cos(angle) + a * Math.sin(angle)
          }
    expect(Math.max(...got.map((value, i) => Math.abs(value - right[i])))).toBeLessThan(1e-5)
  })

  test('gives the same prediction every time', async () => {
    const model = withRandomWeights(create())
    const x = tf.tensor(createRandom(5).normal(64), [2, 8, 4, 1])
    const results: number[][] = []
    for (let i = 0; i < 5; i++) {
      const result = tf.tidy(() => predict(model, x, Float64Array.of(3, 500), labels))
      results.push([...(await result.data())])
      result.dispose()
    }
    expect(results[0].some((number) => Math.abs(number) > 1e-3)).toBe(true)
    for (const result of results.slice(1)) expect(result).toEqual(results[0])
    tf.dispose([x, ...collectTensors(model)])
  })

  test('all weights have gradients, with the same bits if blocks are computed again', async () => {
    const model = withRandomWeights(create())
    const x = tf.tensor(createRandom(5).normal(64), [2, 8, 4, 1])
    const gradients = async (checkpointing: boolean) => {
      const now = { ...model, training: { seed: 1, step: 1, checkpointing } }
      const { value, grads } = differentiate(
        () => predict(now, x, Float64Array.of(3, 500), labels).square().sum(),
        Object.values(model.weights),
      )
      const data = await Promise.all(grads.map(async (grad) => [...(await grad!.data())]))
      tf.dispose([value, ...grads.map((grad) => grad!)])
      return data
    }
    const plain = await gradients(false)
    for (const numbers of plain) {
      expect(numbers.every(Number.isFinite)).toBe(true)
      expect(numbers.some((number) => number !== 0)).toBe(true)
    }
    expect(await gradients(true)).toEqual(plain)
    tf.dispose([x, ...collectTensors(model)])
  })
})

onCpu(() => {
  test('starts as zero, and has the layers of the paper', async () => {
    const model = create()
    const x = tf.ones([2, 8, 4, 1])
    const result = tf.tidy(() => predict(model, x, Float64Array.of(7), labels))
    expect(await result.data()).toEqual(new Float32Array(64))
    expect(Object.keys(model.weights).filter((name) => !name.startsWith('blocks.1')))
      .toMatchInlineSnapshot(`
      [
        "t_embedder.linear_1.weight",
        "t_embedder.linear_1.bias",
        "t_embedder.linear_2.weight",
        "t_embedder.linear_2.bias",
        "y_embedder.table.weight",
        "x_embedder.proj1.weight",
        "x_embedder.proj2.weight",
        "x_embedder.proj2.bias",
        "blocks.0.adaLN_modulation.weight",
        "blocks.0.adaLN_modulation.bias",
        "blocks.0.norm1.weight",
        "blocks.0.attn.q.weight",
        "blocks.0.attn.q.bias",
        "blocks.0.attn.k.weight",
        "blocks.0.attn.k.bias",
        "blocks.0.attn.v.weight",
        "blocks.0.attn.v.bias",
        "blocks.0.attn.q_norm.weight",
        "blocks.0.attn.k_norm.weight",
        "blocks.0.attn.proj.weight",
        "blocks.0.attn.proj.bias",
        "blocks.0.norm2.weight",
        "blocks.0.mlp.w12.weight",
        "blocks.0.mlp.w12.bias",
        "blocks.0.mlp.w3.weight",
        "blocks.0.mlp.w3.bias",
        "final_layer.adaLN_modulation.weight",
        "final_layer.adaLN_modulation.bias",
        "final_layer.norm_final.weight",
        "final_layer.linear.weight",
        "final_layer.linear.bias",
      ]
    `)
    expect(model.weights['blocks.0.mlp.w12.weight'].shape).toEqual([16, 2 * 42])
    tf.dispose([x, result, ...collectTensors(model)])
  })

  test('is saved under its class and loaded', async () => {
    const model = create()
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
    expect(describeCheckpoint(bytes).title).toBe('model JiT for 8 x 4 x 1 items')
    const loaded = loadModel(readCheckpoint(bytes).model)
    expect(loaded).toMatchObject({ kind: 'jit', config: small, predicts: 'sample' })
    tf.dispose(collectTensors([model, loaded]))
  })

  test.each([
    ['more tokens than fit', { height: 4096, width: 4096, patch_size: 1 }, 'Expected layer'],
    ['too many parameters', { head_dim: 1024, num_heads: 16 }, 'million parameters'],
    ['too many layers', { num_layers: 1e9 }, 'Expected num_layers to be an integer from 1 to 128'],
    ['text for a number', { height: '8' }, 'Expected height to be an integer from 1 to 4096'],
    ['heads without planes', { head_dim: 6 }, 'Expected a multiple of 4 channels per head'],
    ['another key', { depth: 2 }, 'got the key depth'],
  ])('a file with %s is refused', async (_, changes, message) => {
    const model = create()
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
    tf.dispose(collectTensors(model))
    const files = unzipSync(bytes)
    const json = JSON.parse(strFromU8(files['model/config.json'])) as object
    const changed = { 'model/config.json': strToU8(JSON.stringify({ ...json, ...changes })) }
    const read = () => readCheckpoint(zipSync({ ...files, ...changed }))
    expect(read).toThrow(CheckpointError)
    expect(read).toThrow(message)
  })

  test('opens into layer nodes that make the same model', async () => {
    const closed = create()
    const { nodes, model: output } = openedGraph(openedFile(closed, 'JiT', { seed: 3 }))
    const { model } = await evaluate(nodes, { model: output })
    const made = model as unknown as Model
    expect(made).toMatchObject({ kind: 'jit', config: small })
    expect(Object.keys(made.weights)).toEqual(Object.keys(closed.weights))
    tf.dispose(collectTensors(closed))
  })

  fullTest('learns digits by classes', async () => {
    const params = { num_layers: 1, num_heads: 2, head_dim: 8, bottleneck: 4 }
    const graph = trainingGraph(40).nodes.flatMap((each): GraphNode[] => {
      if (each.id === 'Data') return [node('Data', 'Digits')]
      if (each.id === 'Net') return [node('Net', 'JiT', { dataset: 'Data.dataset' }, params)]
      return ['x_T', 'Samples', 'Picture', 'Numbers', 'Keep'].includes(each.id) ? [] : [each]
    })
    const { history } = await evaluate(graph, { history: 'End.history' }, { only: true })
    const losses = history.losses.flatMap(({ data }) => [...data])
    const mean = (part: number[]) => part.reduce((a, b) => a + b) / part.length
    expect(mean(losses.slice(-5))).toBeLessThan(0.5 * losses[0])
  })

  test.each([
    [{ patch_size: 3 }, 'Expected images that divide into patches of 3 x 3 pixels, got 8 x 8.'],
    [{ head_dim: 6 }, 'Expected a multiple of 4 channels per head, got 6.'],
  ])('params %j are a fault', async (params, message) => {
    const made = evaluate([node('net', 'JiT', {}, params)], { model: 'net.model' })
    const faults = await made.then(
      () => [],
      (error: unknown) => (error as GraphError).faults,
    )
    expect(faults).toMatchObject([{ node: 'net', param: Object.keys(params)[0], message }])
  })
})
