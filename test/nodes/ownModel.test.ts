// Kinds of models of one's own, as in docs/adding-a-model.md: they train, sample, save, load, resume
// and open like built-in ones.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import {
  computeSha256,
  describeCheckpoint,
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import { stopBackend } from '../../src/engine/backends/backends.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { registerModels } from '../../src/engine/models/kinds/defined/register.ts'
import type { GraphError } from '../../src/engine/messages/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import type { OutputFile } from '../../src/engine/plan/op.ts'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import { differentiate } from '../../src/engine/gradients/differentiate.ts'
import { configSchema, defineModel, defineNode, param, slot } from '../../src/nodes/define.ts'
import { registerWith } from '../../src/hosts/worker/register.ts'
import { openModel } from '../../src/nodes/layers/openModel.ts'
import { networkRows } from '../../src/nodes/layers/networkRows.ts'
import { start } from '../../src/hosts/script/start.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { convMixer, fourier, mixer, mixerDeclaration, mixerGraph } from '../mixerGraph.ts'
import { workflowOf } from '../workflowOf.ts'
import { openedFile, openedGraph } from '../openedFile.ts'
import { evaluate, node } from './evaluate.ts'
import { goingOnFrom, run } from './resuming.ts'
import { createOwnModel } from '../../src/engine/models/kinds/defined/create.ts'
import { fullTest } from '../families.ts'

registerModels([mixer, fourier])

const small = { size: 8, channels: 1, patch: 2, width: 8, depth: 2 }

const createMixer = (config = small): Model =>
  createOwnModel(mixer, config, createRandom(3), { predicts: 'epsilon' })

const createFourier = (): Model =>
  createOwnModel(fourier, { dim: 2, count: 64 }, createRandom(3), { predicts: 'epsilon' })

const models: [name: string, create: () => Model, shape: number[]][] = [
  ['of layers', createMixer, [2, 8, 8, 1]],
  ['that computes itself', createFourier, [2, 2]],
]

/** Replaces all weights, so that none is zero. */
function withRandomWeights(model: Model): Model {
  const random = createRandom(9)
  const drawn = Object.entries(model.weights).map(([name, { shape, size }]) => [
    name,
    tf.tensor(random.normal(size), shape),
  ])
  tf.dispose(model.weights)
  return { ...model, weights: Object.fromEntries(drawn) as Model['weights'] }
}

const numbers = async (model: Model, shape: number[]) => {
  const x = tf.tensor(createRandom(5).normal(shape.reduce((a, b) => a * b)), shape)
  const result = tf.tidy(() => predict(model, x, Float64Array.of(3, 500)))
  const data = [...(await result.data())]
  tf.dispose([x, result])
  return data
}

onEachBackend(() => {
  test.each(models)('a model %s has gradients for all weights', async (_, create, shape) => {
    const model = withRandomWeights(create())
    const x = tf.tensor(createRandom(5).normal(shape.reduce((a, b) => a * b)), shape)
    const { value, grads } = differentiate(
      () => predict(model, x, Float64Array.of(3, 500)).square().sum(),
      Object.values(model.weights),
    )
    for (const gradient of grads) {
      const data = await gradient!.data()
      expect(data.every(Number.isFinite)).toBe(true)
      expect(data.some((number) => number !== 0)).toBe(true)
    }
    tf.dispose([x, value, ...grads.map((gradient) => gradient!), ...collectTensors(model)])
  })

  test.each(models)('a model %s is saved and loaded', async (_, create, shape) => {
    const model = withRandomWeights(create())
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
    const loaded = loadModel(readCheckpoint(bytes).model)
    expect(loaded).toMatchObject({ kind: model.kind, config: model.config })
    expect(Object.keys(loaded.weights).sort()).toEqual(Object.keys(model.weights).sort())
    expect(loaded.buffers).toEqual(model.buffers)
    expect(await numbers(loaded, shape)).toEqual(await numbers(model, shape))
    tf.dispose(collectTensors([model, loaded]))
  })
})

onEachBackend(() => {
  test('a training saves, resumes with the same bits, and its model samples', async () => {
    const training = (steps: number): GraphNode[] =>
      mixerGraph(steps).filter(({ id }) => !['Picture', 'Numbers'].includes(id))
    const whole = await run(training(6), undefined, [convMixer])
    const half = await run(training(3), undefined, [convMixer])
    const rest = await run(goingOnFrom(half.file, training(6)), half.file, [convMixer])
    expect([whole, half, rest].flatMap(({ faults }) => faults)).toEqual([])
    expect(rest.first).toMatchObject({ index: 4, count: 6 })
    expect(computeSha256(rest.file)).toBe(computeSha256(whole.file))
    expect(computeSha256(half.file)).not.toBe(computeSha256(whole.file))
  })
}, ['cpu', 'wasm'])

onCpu(() => {
  fullTest('the loss of a training falls', async () => {
    const { history } = await evaluate(
      mixerGraph(60),
      { history: 'End.history' },
      { ops: [convMixer] },
    )
    const losses = history.losses.flatMap(({ data }) => [...data])
    const mean = (part: number[]) => part.reduce((a, b) => a + b) / part.length
    expect(mean(losses.slice(-10))).toBeLessThan(0.7 * mean(losses.slice(0, 5)))
  })

  test('files name the class, and describe the model', async () => {
    const model = createMixer()
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
    expect(describeCheckpoint(bytes).title).toBe('model ConvMixer for 8 x 8 x 1 items')
    const { config } = readCheckpoint(bytes).model
    expect(config).toEqual(small)
    tf.dispose(collectTensors(model))
  })

  test('opens into layer nodes that make the same model', async () => {
    const closed = createMixer()
    const { nodes: opened, model: output } = openedGraph(openedFile(closed, 'MLP', { seed: 3 }))
    const { model } = await evaluate(opened, { model: output })
    const made = model as unknown as Model
    expect(made).toMatchObject({ kind: 'conv_mixer', config: small })
    const right = await Promise.all(
      Object.values(closed.weights).map(async (tensor) => [...(await tensor.data())]),
    )
    const seen = Object.values(made.weights) as unknown as { data: Float32Array }[]
    expect(seen.map(({ data }) => [...data])).toEqual(right)

    // One layer changed: a model of layers with the weights that still fit.
    const changed = opened.map((each) =>
      each.op === 'diffusion/GELU' ? { ...each, op: 'diffusion/SiLU', params: {} } : each,
    )
    const other = await evaluate(changed, { model: output })
    expect(other.model as unknown as Model).toMatchObject({ kind: 'layers' })
    const weights = Object.values((other.model as unknown as Model).weights)
    expect((weights as unknown as { data: Float32Array }[]).map(({ data }) => [...data])).toEqual(
      right,
    )
    tf.dispose(collectTensors(closed))
  })

  test('a network that computes itself cannot be opened', () => {
    const model = createFourier()
    expect(() => openModel(node('closed', 'MLP'), model)).toThrow(
      'Expected a model of layers, such as a UNet or an MLP, got a model of kind random_fourier.',
    )
    tf.dispose(collectTensors(model))
  })

  test('is described by rows', () => {
    const own = [createMixer(), createFourier()]
    expect(own.map(networkRows)).toMatchInlineSnapshot(`
      [
        [
          [
            "input",
            "8 x 8 x 1",
          ],
          [
            "layers",
            "27",
          ],
          [
            "parameters",
            "660",
          ],
        ],
        [
          [
            "input",
            "2",
          ],
          [
            "parameters",
            "450",
          ],
        ],
      ]
    `)
    tf.dispose(collectTensors(own))
  })

  test('runs in a page', async () => {
    const host = registerWith(LiteGraph, nodes.map(toDeclaration), {
      nodes: [convMixer],
      models: [mixer],
      engine: 'page',
      backend: 'cpu',
    })
    const graph = new LGraph()
    host.load(
      graph,
      workflowOf({ nodes: prediction }, [...nodes.map(toDeclaration), mixerDeclaration]),
    )
    const files: OutputFile[] = []
    const views: string[] = []
    const { faults } = await host.run(graph, {
      onEvent(event) {
        if (event.type === 'file') files.push(event.file)
        if (event.type === 'view') views.push(event.view.kind)
      },
    })
    expect(faults).toEqual([])
    expect(views).toContain('images')
    expect(readCheckpoint(files[0].bytes).model.kind).toBe('conv_mixer')
    host.unregister()
  })
})

test('a script creates models of kinds that it is given', async () => {
  const { run: call, finish } = await start({ backend: 'cpu', nodes: [convMixer, mixer] })
  const { model } = call('mine/ConvMixer', {}, { width: 8, depth: 1 })
  expect(model).toMatchObject({ kind: 'conv_mixer', config: { width: 8, depth: 1, size: 8 } })
  await finish()
  await stopBackend()
})

/** A prediction of an untrained model, which is shown, and its checkpoint. */
const prediction: GraphNode[] = [
  node('Net', 'mine/ConvMixer', {}, { width: 8 }),
  node('Noise', 'GaussianNoise', {}, { batch_size: 2, shape: '8, 8, 1' }),
  node('Time', 'Timestep'),
  node('Guess', 'Predict', { model: 'Net.model', x_t: 'Noise.noise', t: 'Time.t' }),
  node('Picture', 'Preview', { images_1: 'Guess.prediction' }),
  node('Keep', 'SaveCheckpoint', { model: 'Net.model' }),
]

const size = { dim: param.integer(2, { min: 1, max: 16 }, 'Dimension') }

const line = defineModel({
  kind: 'line',
  config: configSchema(size),
  layers: ({ dim }, b) => ({ predict: b.linear(b.source('x', { shape: [dim] }), 'out', dim) }),
})

/** Three numbers for every point. */
const wide = defineModel({
  kind: 'wide',
  config: configSchema(size),
  layers: ({ dim }, b) => ({ predict: b.linear(b.source('x', { shape: [dim] }), 'out', 3) }),
})

/** Two layers of one name. */
const twice = defineModel({
  kind: 'twice',
  config: configSchema(size),
  layers({ dim }, b) {
    const h = b.linear(b.source('x', { shape: [dim] }), 'same', dim)
    return { predict: b.linear(h, 'same', dim) }
  },
})

/** Gives the sum of a point instead of a point. */
const sum = defineModel({
  kind: 'sum',
  config: configSchema(size),
  itemShape: ({ dim }) => [dim],
  weights: () => ({}),
  run: ({ x }) => x.sum(1),
})

const create = (definition: typeof line, config: Record<string, unknown> = { dim: 2 }) =>
  createOwnModel(definition, config as { dim: number }, createRandom(0), { predicts: 'sample' })

onCpu(() => {
  registerModels([line, wide, twice, sum])

  test.each<[string, () => unknown, string]>([
    ['a built-in kind', () => registerModels([{ ...line, kind: 'unet' }]), 'which is built in'],
    [
      'a kind of two definitions',
      () => registerModels([{ ...line }]),
      'Expected a new kind of model, got "line" from two definitions.',
    ],
    [
      'a class of diffusers',
      () => registerModels([{ ...line, kind: 'curve', className: 'UNet2DModel' }]),
      'got UNet2DModel, which is that of "unet". Set className.',
    ],
    ['no definition', () => registerModels([{} as never]), 'Expected results of defineModel'],
    ['a kind in capitals', () => defineModel({ ...line, kind: 'Line' }), 'got "Line"'],
    ['a class in lower case', () => defineModel({ ...line, className: 'line' }), 'got "line"'],
  ])('%s is refused', (_, refuse, message) => expect(refuse).toThrow(message))

  test.each<[string, () => unknown, string]>([
    [
      'of an unknown kind',
      () => create({ ...line, kind: 'curve' }),
      'Expected a model of a known kind (',
    ],
    [
      'with a config out of range',
      () => create(line, { dim: 17 }),
      'Expected a config that models of kind "line" accept. Expected dim to be an integer from 1 to 16, got 17.',
    ],
    [
      'with an unknown key',
      () => create(line, { dim: 2, depth: 1 }),
      'Expected a config with the keys dim, got the key depth.',
    ],
    ['without a key', () => create(line, {}), 'Expected dim to be an integer from 1 to 16, got'],
    [
      'with an output of another shape',
      () => create(wide),
      'Expected layers that fit together in a model of kind "wide". Expected features of shape [2], as x of ModelInput has, got [3].',
    ],
    [
      'with two layers of one name',
      () => create(twice),
      'Expected layers that fit together in a model of kind "twice". Expected a different name for every layer, got two named same.',
    ],
    [
      'without the variance of its output',
      () =>
        createOwnModel(wide, { dim: 3 }, createRandom(0), {
          predicts: 'sample',
          variance: 'learned',
        }),
      'Expected 6 output channels (mean and variance), got 3.',
    ],
    [
      'that computes another shape',
      () => predict(create(sum), tf.ones([4, 2]), Float64Array.of(1)),
      'Expected an output of shape [4, 2] from a model of kind "sum", got [4].',
    ],
  ])('a model %s is refused', (_, refuse, message) => {
    expect(() => tf.tidy(() => void refuse())).toThrow(message)
  })

  test('a fault of createModel is at its node, with a cure', async () => {
    const unknown = { ...line, kind: 'curve' }
    const curve = defineNode({
      type: 'mine/Curve',
      category: 'mine',
      summary: 'Creates a model of a kind that is not registered.',
      inputs: {},
      outputs: { model: slot.model('Untrained model') },
      params: {},
      run: (_, __, { createModel }) => ({
        model: createModel(unknown, { dim: 2 }, { predicts: 'sample' }),
      }),
    })
    const made = evaluate([node('net', 'mine/Curve')], { model: 'net.model' }, { ops: [curve] })
    const faults = await made.then(
      () => [],
      (error: unknown) => (error as GraphError).faults,
    )
    expect(faults).toMatchObject([
      {
        node: 'net',
        message: expect.stringContaining('got "curve"') as string,
        cure: expect.stringContaining('pass its definition in `models`') as string,
      },
    ])
  })

  test('a file of an unknown kind names the kind and the cure', async () => {
    const made = createMixer()
    const bytes = writeCheckpoint({ model: await storeModel(made), schedule: undefined })
    const files = unzipSync(bytes)
    const text = new TextDecoder().decode(files['model/config.json'])
    expect(JSON.parse(text)).toEqual({ ...small, _class_name: 'ConvMixer', _kind: 'conv_mixer' })
    const other = text.replaceAll('ConvMixer', 'Elsewhere').replaceAll('conv_mixer', 'elsewhere')
    const changed = zipSync({ ...files, 'model/config.json': new TextEncoder().encode(other) })
    expect(() => readCheckpoint(changed)).toThrow(
      'Expected a kind of model that this program knows, got "elsewhere", with the class Elsewhere.',
    )
    const hostile = text.replace('"depth": 2', '"depth": 1e9')
    expect(hostile).not.toBe(text)
    const deep = zipSync({ ...files, 'model/config.json': new TextEncoder().encode(hostile) })
    expect(() => readCheckpoint(deep)).toThrow(
      'Expected depth to be an integer from 1 to 64, got 1000000000.',
    )
    tf.dispose(collectTensors(made))
  })
})
