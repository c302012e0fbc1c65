// Masked diffusion of words: training and sampling by nodes, and the faults of wrong graphs.
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/engine/messages/fault.ts'
import { mapValues } from '../../src/engine/base/records.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { predictTokens } from '../../src/engine/models/kinds/layers/tokenModel.ts'
import { noiseSchedule } from '../../src/engine/process/schedule.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { NumbersView, TextsView, View } from '../../src/engine/base/view.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { createStoredFiles, describeFile } from '../../src/storage/storedFiles.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { openCheckpoint } from '../openedFile.ts'
import { evaluate, node, type Numbers } from './evaluate.ts'
import { fullTest } from '../families.ts'

const CHAIN = 'anna, hanna, hannah, nana, ana, ann'

const words = node('words', 'Words', {}, { list: 'own', words: CHAIN })
const schedule = node('schedule', 'FlowSchedule')

/** A network for words of six places and the letters a, h and n. */
const network = [
  node('input', 'ModelInput', { dataset: 'words.dataset' }),
  node('embedded', 'Linear', { x: 'input.x' }, { out: 16, name: 'embedding' }),
  node('placed', 'PositionEmbedding', { x: 'embedded.features' }),
  node('time', 'TimeEmbedding', { t: 'input.t' }, { channels: 8, out: 16 }),
  node('block', 'DiTBlock', { x: 'placed.features', embedding: 'time.features' }, { heads: 2 }),
  node('logits', 'Linear', { x: 'block.features' }, { out: 5, name: 'head' }),
  node('model', 'TokenOutput', { x: 'logits.features' }, { seed: 1 }),
]

const training = (steps: number, chain = 'absorbing', loss: Record<string, unknown> = {}) => [
  node('adam', 'Optimizer', {}, { lr: 0.01 }),
  node(
    'start',
    'TrainingStart',
    { model: 'model.model', dataset: 'words.dataset', optimizer: 'adam.optimizer' },
    { steps, batch_size: 32, drop_last: false, further_slots: true, seed: 2 },
  ),
  node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }, { seed: 3 }),
  node(
    'noisy',
    'CorruptTokens',
    { tokens: 'start.tokens', t: 't.t', schedule: 'schedule.schedule' },
    { chain, seed: 4 },
  ),
  node('guess', 'PredictTokens', { model: 'start.model', tokens: 'noisy.tokens', t: 't.t' }),
  node(
    'loss',
    'TokenLoss',
    {
      logits: 'guess.logits',
      target: 'start.tokens',
      tokens: 'noisy.tokens',
      t: 't.t',
      schedule: 'schedule.schedule',
    },
    { places: chain === 'absorbing' ? 'masked' : 'all', ...loss },
  ),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
]

const sampling = (
  model: string,
  text: Record<string, unknown>,
  step: Record<string, unknown> = {},
) => [
  node('text', 'TokenText', { vocabulary: 'words.vocabulary' }, { count: 12, seed: 5, ...text }),
  node('times', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 6 }),
  node('from', 'TokenSamplingStart', { tokens: 'text.tokens', timesteps: 'times.timesteps' }),
  node('say', 'PredictTokens', { model, tokens: 'from.tokens', t: 'from.t' }),
  node(
    'step',
    'TokenStep',
    {
      tokens: 'from.tokens',
      logits: 'say.logits',
      t: 'from.t',
      t_prev: 'from.t_prev',
      schedule: 'schedule.schedule',
    },
    { seed: 6, ...step },
  ),
  node('to', 'TokenSamplingEnd', { loop: 'from.loop', tokens: 'step.tokens' }),
]

const views = [
  node('film', 'FilmStrip', { trajectory: 'to.trajectory' }),
  node('shown', 'TokenPreview', { tokens: 'to.tokens' }, { count: 5 }),
  node('valid', 'ValidWords', { tokens: 'to.tokens', words: 'words.dataset' }),
]

/** Runs a graph. Returns views by node, faults and files. */
async function run(graph: GraphNode[], checkpoint?: Uint8Array) {
  const checkpoints = createStoredFiles(memoryStore())
  if (checkpoint) await checkpoints.put('model.zip', checkpoint)
  const seen = new Map<string, View>()
  const faults: Fault[] = []
  const files: Uint8Array[] = []
  const session = createSession({
    ops: opTable(nodes),
    assets: createAssets(checkpoints, createStoredFiles(memoryStore()), shippedInNode()),
    onEvent: (event) => {
      if (event.type === 'view') seen.set(event.node, event.view)
      if (event.type === 'faults') faults.push(...event.faults)
      if (event.type === 'file') files.push(event.file.bytes)
    },
  })
  await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
  await session.dispose()
  return { views: seen, faults, files }
}

const faultsOf = async (graph: GraphNode[]) => {
  const { faults } = await run(graph)
  return faults.map(({ node, slot, param, message, cure }) =>
    [`${node}.${slot ?? param}:`, message, cure].join(' '),
  )
}

const texts = (view: View | undefined) => (view as TextsView).frames

onCpu(() => {
  fullTest('by masked diffusion are spelled right after some training', async () => {
    const { views: seen, faults } = await run([
      words,
      schedule,
      ...network,
      ...training(150),
      ...sampling('end.model', {}, { order: 'confident', temperature: 0.5 }),
      ...views,
    ])
    expect(faults).toEqual([])
    const film = seen.get('film') as TextsView
    expect([...film.t]).toEqual(
      [
        1000, 833.3333333333334, 666.6666666666667, 500, 333.3333333333333, 166.66666666666666, -1,
      ].map((t) => expect.closeTo(t, 3)),
    )
    expect(film.frames[0]).toEqual(Array(12).fill('______'))
    expect(film.frames.at(-1)!.join().includes('_')).toBe(false)
    expect(texts(seen.get('shown'))[0]).toEqual(film.frames.at(-1)!.slice(0, 5))
    const { rows } = seen.get('valid') as NumbersView
    expect(rows[0]).toMatchObject({ name: 'valid words', note: 'of 12' })
    expect(rows[0].value).toBeGreaterThanOrEqual(0.75)
  })

  fullTest('by the uniform chain change their letters, and end as words', async () => {
    const { views: seen, faults } = await run([
      words,
      schedule,
      ...network,
      ...training(150, 'uniform'),
      ...sampling('end.model', { blank: 'random' }, { chain: 'uniform', temperature: 0.5 }),
      ...views,
    ])
    expect(faults).toEqual([])
    expect(texts(seen.get('film')).flat().join().includes('_')).toBe(false)
    expect((seen.get('valid') as NumbersView).rows[0].value).toBeGreaterThanOrEqual(0.5)
  })

  test('keep the letters that are given', async () => {
    const { views: seen } = await run([
      words,
      schedule,
      ...network,
      ...sampling('model.model', { texts: 'h_nn_\n_n_' }),
      ...views,
    ])
    const last = texts(seen.get('film')).at(-1)!
    expect(last.filter((text) => !/^(h.nn|.?n)/.test(text))).toEqual([])
    expect(last).toHaveLength(12)
  })

  test('are sampled from a checkpoint, with the characters of its data', async () => {
    const save = node('save', 'SaveCheckpoint', { model: 'end.model', dataset: 'words.dataset' })
    const { files } = await run([words, schedule, ...network, ...training(2), save])
    const checkpoint = describeFile('model.zip', files[0])
    const loaded = [
      node('load', 'LoadCheckpoint', {}, { checkpoint }),
      node('words', 'LoadVocabulary', {}, { checkpoint }),
      schedule,
      ...sampling('load.model', {}),
      ...views.slice(0, 2),
    ]
    const { views: seen, faults } = await run(loaded, files[0])
    expect(faults).toEqual([])
    expect(texts(seen.get('film')).at(-1)!.join('')).toMatch(/^[ahn ?]*$/)
  })

  test('keep their bits when the node of their checkpoint is opened', async () => {
    const create = async () => {
      const { model } = await evaluate([words, ...network], { model: 'model.model' })
      const { weights, ...rest } = model as unknown as Omit<Model, 'weights'> & {
        weights: Record<string, Numbers>
      }
      const tensors = mapValues(weights, ({ shape, data }) => tf.tensor(data, shape))
      return { ...rest, weights: tensors } as Model
    }
    const predictBits = (model: Model) => {
      const times = {
        t: Float64Array.of(300, 800),
        schedule: noiseSchedule({ name: 'linear', T: 1000 }),
      }
      const ids = [0, -1, 2, -1, 3, 3, -1, -1, -1, -1, -1, -1]
      const data = tf.tidy(() => [
        ...predictTokens(model, tf.tensor2d(ids, [2, 6]), times).dataSync(),
      ])
      tf.dispose(collectTensors(model))
      return data
    }
    const bits = predictBits(await create())
    expect(bits.some((value) => value !== 0)).toBe(true)
    expect(predictBits(await openCheckpoint(await create()))).toEqual(bits)
  })

  test('weighted by likelihood have a finite loss that reaches the weights', async () => {
    const { loss } = await evaluate(
      [words, schedule, ...network, ...training(3, 'absorbing', { weighting: 'likelihood' })],
      { loss: 'loss.loss' },
    )
    expect(loss.tensor.data[0]).toBeGreaterThan(0)
    expect(Number.isFinite(loss.tensor.data[0])).toBe(true)
  })
})

describe('wrong graphs of tokens', () => {
  const text = node('text', 'TokenText', { vocabulary: 'words.vocabulary' }, { count: 4 })
  const t = node('t', 'Timestep', {}, { t: 500 })
  const say = (model: string, time: Record<string, string> = {}) =>
    node('say', 'PredictTokens', { model, tokens: 'text.tokens', ...time })
  const labels = node('labels', 'Labels', {}, { batch_size: 4, num_classes: 3 })
  const vectors = node('vectors', 'GaussianNoise', {}, { batch_size: 4, shape: '3' })
  const joined = node('joined', 'JoinConditions', {
    condition_1: 'labels.labels',
    condition_2: 'vectors.noise',
  })
  const noisy = node('noisy', 'CorruptTokens', {
    tokens: 'joined.condition',
    t: 't.t',
    schedule: 'schedule.schedule',
  })
  const mlp = node('mlp', 'MLP', {}, { dim: 2 })
  const head = node('logits', 'Linear', { x: 'block.features' }, { out: 7, name: 'head' })
  const others = network.filter(({ id }) => id !== 'logits')
  const loss = node('loss', 'TokenLoss', { logits: 'say.logits', target: 'text.tokens' })

  test.each<[name: string, wire: string, graph: GraphNode[]]>([
    ['other width', 'model.model', [words, ...others, head]],
    ['other model', 'say.logits', [words, text, mlp, t, say('mlp.model', { t: 't.t' })]],
    ['no time', 'say.logits', [words, text, ...network, say('model.model')]],
    ['other condition', 'noisy.tokens', [labels, vectors, joined, schedule, t, noisy]],
    [
      'no places',
      'loss.loss',
      [words, text, ...network, t, say('model.model', { t: 't.t' }), loss],
    ],
    ['no words', 'words.vocabulary', [node('words', 'Words', {}, { list: 'own', words: ' ' })]],
  ])('%s', async (_, wire, graph) => {
    const [fault] = await faultsOf([...graph, node('shown', 'Inspect', { value: wire })])
    expect(fault).toMatchSnapshot()
  })
})
