// Captions as tokens: Emoji, vocabularies, prompts, and trainings on captions.
import { describe, expect, test } from 'vitest'
import { computeSha256, readCheckpoint } from '../../src/engine/checkpoint/pipeline.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import type { Fault } from '../../src/engine/messages/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { ImagesView, View } from '../../src/engine/base/view.ts'
import type { Event } from '../../src/engine/protocol.ts'
import type { Condition, Vocabulary } from '../../src/engine/base/values.ts'
import type { Dataset } from '../../src/engine/datasets/dataset.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { createStoredFiles, describeFile } from '../../src/storage/storedFiles.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const CAPTIONS = ['red cat', 'blue cat', 'red dog', '', 'blue dog', 'small red cat']

/** Six 4 x 4 grey images with captions. */
const toys = writeImages({
  name: 'toys',
  images: Uint8Array.from({ length: 6 * 16 }, (_, i) => (37 * i) % 256),
  shape: [6, 4, 4, 1],
  max: 255,
  captions: CAPTIONS,
})
const images = node('images', 'Images', {}, { images: describeFile('toys', toys) })
const captions = node('captions', 'CaptionTokens', { dataset: 'images.dataset' }, { length: 3 })

const keeping = async () => {
  const datasets = createStoredFiles(memoryStore())
  await datasets.put('toys', toys)
  return { datasets }
}

/** Runs a graph with the toys and a checkpoint. Returns files, faults, notices and views. */
async function run(graph: GraphNode[], checkpoint?: Uint8Array) {
  const events: Event[] = []
  const [checkpoints, { datasets }] = [createStoredFiles(memoryStore()), await keeping()]
  if (checkpoint) await checkpoints.put('model.zip', checkpoint)
  const session = createSession({
    ops: opTable(nodes),
    onEvent: (event) => void events.push(event),
    assets: createAssets(checkpoints, datasets, shippedInNode()),
  })
  await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
  await session.dispose()
  const listed = (type: 'faults' | 'notices'): Fault[] =>
    events.flatMap((event) => (event.type === type ? event.faults : []))
  return {
    faults: listed('faults'),
    notices: listed('notices').map(({ node, message }) => `${node}: ${message}`),
    files: events.flatMap((event) => (event.type === 'file' ? [event.file.bytes] : [])),
    views: events.flatMap((event): View[] => (event.type === 'view' ? [event.view] : [])),
  }
}

/** Loss of the model `start.model` with a condition, and the end of the training. */
const learning = (condition: string) => [
  node('schedule', 'NoiseSchedule', {}, { num_train_timesteps: 50 }),
  node('noise', 'GaussianNoise', { like: 'start.x_0' }),
  node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }),
  node('drop', 'LabelDropout', { labels: condition }, { probability: 0.3 }),
  node('forward', 'ForwardNoise', {
    x_0: 'start.x_0',
    t: 't.t',
    noise: 'noise.noise',
    schedule: 'schedule.schedule',
  }),
  node('predict', 'Predict', {
    model: 'start.model',
    x_t: 'forward.x_t',
    t: 't.t',
    condition: 'drop.labels',
  }),
  node('target', 'Target', {
    model: 'start.model',
    x_0: 'start.x_0',
    noise: 'noise.noise',
    t: 't.t',
    schedule: 'schedule.schedule',
  }),
  node('loss', 'Loss', { prediction: 'predict.prediction', target: 'target.target' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
]

const start = (model: string, steps: number, inputs: Record<string, string> = {}) =>
  node(
    'start',
    'TrainingStart',
    { model, dataset: 'captions.dataset', optimizer: 'adam.optimizer', ...inputs },
    { steps, batch_size: 3 },
  )
const adam = node('adam', 'Optimizer', {}, { lr: 0.01 })
const save = (inputs: Record<string, string> = {}) =>
  node('save', 'SaveCheckpoint', {
    model: 'end.model',
    training: 'end.training',
    dataset: 'captions.dataset',
    ...inputs,
  })

/** UNet whose cross-attention attends to the words of captions. */
const wordUnet = [
  node(
    'attention',
    'Attention',
    {},
    {
      kind: 'cross',
      tokens: 'captions',
      resolutions: '4',
      head_dim: 4,
      cross_attention_dim: 6,
    },
  ),
  node(
    'net',
    'UNet',
    { attention: 'attention.attention', dataset: 'captions.dataset' },
    { block_out_channels: '8, 8', norm_num_groups: 4 },
  ),
]

const unetTraining = (steps: number): GraphNode[] => [
  images,
  captions,
  ...wordUnet,
  adam,
  start('net.model', steps),
  ...learning('start.tokens'),
  save(),
]

onCpu(() => {
  describe('Emoji', () => {
    const emoji = async (params: Record<string, unknown> = {}) => {
      const graph = [node('emoji', 'Emoji', {}, params)]
      return (await evaluate(graph, { set: 'emoji.dataset' })).set as unknown as Dataset
    }

    test('are 1,565 images with captions and nine categories', async () => {
      const set = await emoji()
      expect([set.size, set.shape, set.classes]).toEqual([1565, [32, 32, 3], 9])
      const counts = set.classNames?.map(
        (name, label) => `${name}: ${set.labels?.filter((each) => each === label).length}`,
      )
      expect(counts).toMatchInlineSnapshot(`
        [
          "Activities: 60",
          "Animals & Nature: 113",
          "Flags: 267",
          "Food & Drink: 102",
          "Objects: 162",
          "Skin Tones: 5",
          "Smileys & People: 446",
          "Symbols: 203",
          "Travel & Places: 207",
        ]
      `)
      expect(set.captions?.filter((caption) => /\bcat\b/.test(caption))).toMatchInlineSnapshot(`
        [
          "cat",
          "smiley cat",
          "smile cat",
          "joy cat",
          "heart eyes cat",
          "smirk cat",
          "kissing cat",
          "scream cat",
          "crying cat face",
          "pouting cat",
        ]
      `)
      expect(new Set(set.captions).size).toBeGreaterThan(1550)
      expect(set.captions?.every((caption) => /^[\p{L}\p{N}][\p{L}\p{N} ]*$/u.test(caption))).toBe(
        true,
      )
    })

    test('have a white background, and 16 x 16 ones are means of 2 x 2 pixels', async () => {
      const [large, small] = [
        await emoji({ category: 'animals' }),
        await emoji({ category: 'animals', size: '16', count: 20 }),
      ]
      expect([large.size, small.size, small.shape]).toEqual([113, 20, [16, 16, 3]])
      expect(small.captions).toEqual(large.captions?.slice(0, 20))
      const corners = Array.from({ length: large.size }, (_, i) => large.data[i * 32 * 32 * 3])
      expect(corners.filter((value) => value === 1).length).toBeGreaterThan(100)
      const at = (y: number, x: number) => large.data[(y * 32 + x) * 3]
      const mean = (at(14, 16) + at(14, 17) + at(15, 16) + at(15, 17)) / 4
      expect(small.data[(7 * 16 + 8) * 3]).toBeCloseTo(mean, 6)
    })
  })

  describe('CaptionTokens', () => {
    test('learns the vocabulary of its data set', async () => {
      const { set, words } = await evaluate(
        [images, captions],
        { set: 'captions.dataset', words: 'captions.vocabulary' },
        await keeping(),
      )
      expect(words).toEqual({
        type: 'vocabulary',
        words: ['cat', 'red', 'blue', 'dog', 'small'],
        length: 3,
      })
      expect([...((set as unknown as Dataset).tokens?.ids ?? [])]).toEqual([
        3, 2, 0, 4, 2, 0, 3, 5, 0, -1, -1, -1, 4, 5, 0, 6, 3, 2,
      ])
    })

    test('uses a connected vocabulary, also for the part of a data set', async () => {
      const graph = [
        images,
        captions,
        node(
          'part',
          'Subset',
          { dataset: 'images.dataset' },
          { start: 5, count: 1, shuffle: false },
        ),
        node('own', 'CaptionTokens', { dataset: 'part.dataset' }, { length: 2 }),
        node('same', 'CaptionTokens', {
          dataset: 'part.dataset',
          vocabulary: 'captions.vocabulary',
        }),
      ]
      const { own, same } = await evaluate(
        graph,
        { own: 'own.vocabulary', same: 'same.dataset' },
        await keeping(),
      )
      expect((own as unknown as Vocabulary).words).toEqual(['cat', 'red', 'small'])
      expect([...((same as unknown as Dataset).tokens?.ids ?? [])]).toEqual([6, 3, 2])
    })

    test('reports data without captions', async () => {
      const graph = [
        node('digits', 'Digits'),
        node('tokens', 'CaptionTokens', { dataset: 'digits.dataset' }),
      ]
      await expect(evaluate(graph, { x: 'tokens.dataset' })).rejects.toThrow(
        'tokens.dataset: Expected a data set with captions, got one without. Import images with captions',
      )
    })
  })

  describe('Prompt', () => {
    const prompt = (prompts: string, inputs: Record<string, string> = {}) =>
      node('prompt', 'Prompt', { vocabulary: 'captions.vocabulary', ...inputs }, { prompts })

    test('has one item per line, or describes a batch with all lines in turn', async () => {
      const graph = [
        images,
        captions,
        prompt('Red_cat\n\n  green dog  '),
        node('x', 'GaussianNoise', {}, { shape: '4, 4, 1', batch_size: 3 }),
        { ...prompt('red\ndog', { like: 'x.noise' }), id: 'batch' },
        { ...prompt(' \n'), id: 'none' },
      ]
      const { two, three, none } = (await evaluate(
        graph,
        { two: 'prompt.condition', three: 'batch.condition', none: 'none.condition' },
        await keeping(),
      )) as unknown as Record<string, Condition>
      expect(two).toEqual({
        type: 'condition',
        condition: { kind: 'labels', labels: Int32Array.of(3, 2, 0, 1, 5, 0), perItem: 3 },
      })
      expect(three.condition).toMatchObject({ labels: Int32Array.of(3, 0, 0, 5, 0, 0, 3, 0, 0) })
      expect(none.condition).toMatchObject({ labels: Int32Array.of(-1, -1, -1) })
    })

    test('notices unknown words, with the nearest known ones, and long prompts', async () => {
      const { notices, faults } = await run([
        images,
        captions,
        prompt('a smal cat\nxylophone\nred blue small dog'),
        node('look', 'Inspect', { value: 'prompt.condition' }),
      ])
      expect(faults).toEqual([])
      expect(notices).toMatchInlineSnapshot(`
        [
          "prompt: No caption has the word "a" or one like it, so it counts as unknown.",
          "prompt: No caption has the word "smal", so it counts as unknown. Similar: small.",
          "prompt: No caption has the word "xylophone" or one like it, so it counts as unknown.",
          "prompt: Only the first 3 words count of "red blue small dog".",
        ]
      `)
    })

    test('texts are shown below samples, and captions below data', async () => {
      const { views } = await run([
        images,
        captions,
        prompt('red cat\nblue'),
        node('x', 'GaussianNoise', {}, { shape: '4, 4, 1', batch_size: 2 }),
        node(
          'grid',
          'Preview',
          { images_1: 'x.noise', images_2: 'images.dataset', labels: 'prompt.labels' },
          { count: 16 },
        ),
      ])
      const shown = views.find((view): view is ImagesView => view.kind === 'images')
      expect(shown?.groups.map(({ labels }) => labels)).toEqual([['red cat', 'blue'], CAPTIONS])
    })
  })

  describe('training on captions', () => {
    test('a UNet attends to words, and its checkpoint has the vocabulary', async () => {
      const { files, faults } = await run(unetTraining(2))
      expect(faults).toEqual([])
      const { model, trainedOn } = readCheckpoint(files[0])
      expect(model.config).toMatchObject({ num_token_embeds: 8, num_tokens: 3 })
      expect(trainedOn?.vocabulary).toEqual({
        type: 'vocabulary',
        words: ['cat', 'red', 'blue', 'dog', 'small'],
        length: 3,
      })
    })

    test('resumed from a checkpoint gives the bits of a training without a break', async () => {
      const whole = await run(unetTraining(4))
      const half = await run(unetTraining(2))
      const load = node(
        'load',
        'LoadCheckpoint',
        {},
        { checkpoint: describeFile('model.zip', half.files[0]) },
      )
      const rest = await run(
        [
          images,
          captions,
          load,
          adam,
          start('load.model', 4, { training: 'load.training' }),
          ...learning('start.tokens'),
          save(),
        ],
        half.files[0],
      )
      expect([whole, half, rest].flatMap(({ faults }) => faults)).toEqual([])
      expect(computeSha256(half.files[0])).not.toBe(computeSha256(whole.files[0]))
      expect(computeSha256(rest.files[0])).toBe(computeSha256(whole.files[0]))
    })

    test('a loaded model samples prompts by the vocabulary of its checkpoint', async () => {
      const { files } = await run(unetTraining(2))
      const checkpoint = describeFile('model.zip', files[0])
      const sampling = (vocabulary: GraphNode, from: string) => [
        node('load', 'LoadCheckpoint', {}, { checkpoint }),
        vocabulary,
        node('prompt', 'Prompt', { vocabulary: from }, { prompts: 'red dogg\nsmall cat' }),
        node('schedule', 'NoiseSchedule', {}, { num_train_timesteps: 50 }),
        node('x', 'GaussianNoise', {}, { shape: '4, 4, 1', batch_size: 2 }),
        node('guided', 'GuidedModel', { model: 'load.model' }, { scale: 3 }),
        node(
          'sample',
          'Sampler',
          {
            model: 'guided.model',
            x_T: 'x.noise',
            schedule: 'schedule.schedule',
            condition: 'prompt.condition',
          },
          { num_inference_steps: 2 },
        ),
        node('look', 'Inspect', { value: 'sample.x_0' }),
      ]
      const loaded = node('words', 'LoadVocabulary', {}, { checkpoint })
      const { faults, notices, views } = await run(sampling(loaded, 'words.vocabulary'), files[0])
      expect([faults, notices]).toEqual([
        [],
        ['prompt: No caption has the word "dogg", so it counts as unknown. Similar: dog.'],
      ])
      const [kept, own] = [
        views,
        (await run([images, ...sampling(captions, 'captions.vocabulary')], files[0])).views,
      ].map((seen) => seen.find(({ kind }) => kind === 'statistics'))
      expect(kept).toBeDefined()
      expect(own).toEqual(kept)
    })

    test('a checkpoint without a vocabulary is reported', async () => {
      const { files } = await run(
        unetTraining(1).map((one) =>
          one.id === 'save' ? save({ dataset: 'images.dataset' }) : one,
        ),
      )
      const checkpoint = describeFile('model.zip', files[0])
      const { faults } = await run(
        [
          node('words', 'LoadVocabulary', {}, { checkpoint }),
          node('look', 'Inspect', { value: 'words.vocabulary' }),
        ],
        files[0],
      )
      expect(faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Save it again with \`dataset\` of SaveCheckpoint connected to CaptionTokens, or connect the CaptionTokens of the training data instead.",
            "message": "Expected a checkpoint with the vocabulary of its training data, got one without.",
            "messages": {
              "cure": {
                "id": "data.saveVocabulary",
                "text": "Save it again with \`dataset\` of SaveCheckpoint connected to CaptionTokens, or connect the CaptionTokens of the training data instead.",
              },
              "message": {
                "id": "data.noVocabulary",
                "text": "Expected a checkpoint with the vocabulary of its training data, got one without.",
              },
            },
            "node": "words",
            "param": "checkpoint",
          },
        ]
      `)
    })

    test('of layer nodes: embedded tokens with positions, and cross-attention', async () => {
      const graph = [
        images,
        captions,
        node('input', 'ModelInput', { dataset: 'images.dataset' }),
        node('condition', 'ConditionInput', { vocabulary: 'captions.vocabulary' }),
        node(
          'tokens',
          'TokenEmbedding',
          { labels: 'condition.features', vocabulary: 'captions.vocabulary' },
          { out: 6 },
        ),
        node('positions', 'PositionEmbedding', { x: 'tokens.features' }),
        node('conv_in', 'Conv', { x: 'input.x' }, { name: 'conv_in', out: 8 }),
        node(
          'attend',
          'CrossAttention',
          { x: 'conv_in.features', context: 'positions.features' },
          { heads: 2 },
        ),
        node('conv_out', 'Conv', { x: 'attend.features' }, { name: 'conv_out', out: 1 }),
        node('net', 'ModelOutput', { x: 'conv_out.features' }),
        adam,
        start('net.model', 2),
        ...learning('start.tokens'),
        save(),
      ]
      const { files, faults } = await run(graph)
      expect(faults).toEqual([])
      const { model } = readCheckpoint(files[0])
      expect(model.weights.get('token_embedding.weight')?.shape).toEqual([8, 6])
      expect([...model.weights.keys()].filter((name) => name.startsWith('positions'))).toHaveLength(
        1,
      )
    })

    test('a UNet without a vocabulary, and a condition of another length, are reported', async () => {
      const bare = wordUnet.map((one) =>
        one.id === 'net' ? node('net', 'UNet', { attention: 'attention.attention' }) : one,
      )
      const unknown = await run([...bare, node('look', 'Inspect', { value: 'net.model' })])
      expect(unknown.faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Connect the data set of CaptionTokens to UNet.",
            "message": "Expected a data set with tokens, as attention goes to words of captions, got none.",
            "messages": {
              "cure": {
                "id": "modelCures.attentionWithoutWords",
                "text": "Connect the data set of CaptionTokens to UNet.",
              },
              "message": {
                "id": "models.attentionWithoutWords",
                "text": "Expected a data set with tokens, as attention goes to words of captions, got none.",
              },
            },
            "node": "net",
            "slot": "attention",
          },
        ]
      `)
      const longer = node('longer', 'CaptionTokens', { dataset: 'images.dataset' }, { length: 5 })
      const { faults } = await run([
        images,
        captions,
        longer,
        ...wordUnet,
        node('prompt', 'Prompt', { vocabulary: 'longer.vocabulary' }),
        node('x', 'GaussianNoise', {}, { shape: '4, 4, 1', batch_size: 1 }),
        node('schedule', 'NoiseSchedule'),
        node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 10 }),
        node('predict', 'Predict', {
          model: 'net.model',
          x_t: 'x.noise',
          t: 't.t',
          condition: 'prompt.condition',
        }),
        node('look', 'Inspect', { value: 'predict.prediction' }),
      ])
      expect(faults).toMatchInlineSnapshot(`
        [
          {
            "cure": "Connect as many inputs of LabelTokens, or set labels_per_item of Attention to 5. For prompts, connect the vocabulary of the training data.",
            "message": "Expected 3 as the number of labels per item, got 5.",
            "messages": {
              "cure": {
                "id": "modelCures.labelsPerItem",
                "text": "Connect as many inputs of LabelTokens, or set labels_per_item of Attention to 5. For prompts, connect the vocabulary of the training data.",
                "values": {
                  "count": "5",
                },
              },
              "message": {
                "id": "models.labelsPerItem",
                "text": "Expected 3 as the number of labels per item, got 5.",
                "values": {
                  "count": "5",
                  "expected": "3",
                },
              },
            },
            "node": "predict",
            "slot": "condition",
          },
        ]
      `)
    })
  })
})
