// Nodes of autoencoders: configs, latents and their scale, losses, a training, views of latents.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { GraphError } from '../../src/engine/messages/fault.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Samples } from '../../src/engine/base/values.ts'
import type { Dataset } from '../../src/engine/datasets/dataset.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { computeStatistics } from '../../src/engine/base/statistics.ts'
import { peakSignalToNoise } from '../../src/engine/metrics/psnr.ts'
import { readPictures } from '../../src/nodes/observers/images.ts'
import { onCpu } from '../backends.ts'
import type { FilmView, ImagesView } from '../../src/engine/base/view.ts'
import { evaluate, node } from './evaluate.ts'
import { shownBy } from './shown.ts'
import { networkRows } from '../../src/nodes/layers/networkRows.ts'
import { fullTest } from '../families.ts'

const small = { block_out_channels: '8, 8', latent_channels: 2 }
const autoencoder = (params: Record<string, unknown> = {}) =>
  node('coder', 'Autoencoder', { dataset: 'digits.dataset' }, { ...small, ...params })
const data = [
  node('digits', 'Digits'),
  node('batch', 'Batch', { dataset: 'digits.dataset' }, { batch_size: 32 }),
]

async function refusal(graph: GraphNode[], wanted: string): Promise<string> {
  try {
    await evaluate(graph, { wanted })
  } catch (error) {
    if (error instanceof GraphError)
      return error.faults
        .map(({ slot, param, message, cure }) => `${slot ?? param}: ${message} ${cure}`)
        .join()
    throw error
  }
  return 'accepted'
}

/** The value of a wire, with its tensors read back. */
const valueOf = async <V>(graph: GraphNode[], wanted: string): Promise<V> =>
  (await evaluate(graph, { wanted })).wanted as unknown as V

onCpu(() => {
  test('have the config of their params, and the sizes of a data set', async () => {
    const kl = await valueOf<Model>([...data, autoencoder()], 'coder.model')
    expect(kl.kind).toBe('autoencoder_kl')
    expect(kl.config).toMatchObject({
      sample_size: 8,
      in_channels: 1,
      out_channels: 1,
      latent_channels: 2,
      block_out_channels: [8, 8],
      layers_per_block: 1,
      scaling_factor: 1,
    })
    const tiny = await valueOf<Model>([...data, autoencoder({ kind: 'tiny' })], 'coder.model')
    expect(tiny.kind).toBe('autoencoder_tiny')
    expect(tiny.config).toMatchObject({
      encoder_block_out_channels: [8, 8],
      num_decoder_blocks: [1, 1],
    })
    expect(networkRows(kl)).toMatchInlineSnapshot(`
      [
        [
          "channels per level",
          "8, 8",
        ],
        [
          "latents",
          "1/2 x 1/2 x 2",
        ],
        [
          "times fewer numbers",
          "2",
        ],
        [
          "scaling factor",
          "1",
        ],
        [
          "parameters",
          "14,431",
        ],
      ]
    `)
  })

  test('reject invalid params, with a cure', async () => {
    const refused = [
      { block_out_channels: '8, 8, 8, 8, 8' },
      { block_out_channels: '8, 12' },
      { block_out_channels: '' },
      { kind: 'tiny', block_out_channels: '8, 16' },
      { block_out_channels: '4096, 4096', layers_per_block: 8 },
    ].map((params) => refusal([...data, autoencoder(params)], 'coder.model'))
    expect(await Promise.all(refused)).toMatchInlineSnapshot(`
      [
        "block_out_channels: Expected images that can be halved 4 times for 5 levels, got 8 x 8, which can be halved 3 times. Use at most 4 levels.",
        "norm_num_groups: Expected channels that norm_num_groups, 8, divides, got 12. Choose channels that are multiples of norm_num_groups, or fewer groups.",
        "block_out_channels: Expected at least one level, got none. Write one number per level, such as 16, 32.",
        "block_out_channels: Expected equal channels in all levels of a tiny autoencoder, got 8, 16. Set it to 8, 8, or choose kind kl.",
        "block_out_channels: Expected an autoencoder that fits into memory, got 11,914 million parameters. Use fewer channels or blocks, for at most 268 million parameters.",
      ]
    `)
  })

  test('Encode draws latents of a mean and a variance', async () => {
    const encode = (id: string, params: Record<string, unknown>, inputs = {}) =>
      node(id, 'Encode', { model: 'coder.model', x: 'batch.x_0', ...inputs }, params)
    const seen = await evaluate(
      [
        ...data,
        autoencoder(),
        encode('mean', { latents: 'mean' }),
        node('noise', 'GaussianNoise', { like: 'mean.latents' }),
        encode('wired', {}, { noise: 'noise.noise' }),
        encode('drawn', { seed: 1 }),
        encode('other', { seed: 2 }),
      ],
      {
        mean: 'mean.mean',
        latents: 'mean.latents',
        log: 'mean.log_variance',
        noise: 'noise.noise',
        wired: 'wired.latents',
        drawn: 'drawn.latents',
        other: 'other.latents',
      },
    )
    expect(seen.mean.tensor.shape).toEqual([32, 4, 4, 2])
    expect((seen.mean as unknown as Samples).space).toBe('latent')
    expect(seen.latents.tensor.data).toEqual(seen.mean.tensor.data)
    const [mean, log, noise] = [seen.mean, seen.log, seen.noise].map(({ tensor }) => tensor.data)
    const right = mean.map((value, i) => value + Math.exp(log[i] / 2) * noise[i])
    seen.wired.tensor.data.forEach((value, i) => expect(value).toBeCloseTo(right[i], 5))
    expect(seen.drawn.tensor.data).not.toEqual(seen.other.tensor.data)
  })

  fullTest(
    'LatentScale gives the latents of a data set unit variance; Decode divides by it',
    async () => {
      const graph = [
        ...data,
        autoencoder(),
        node(
          'scaled',
          'LatentScale',
          { model: 'coder.model', dataset: 'digits.dataset' },
          { count: 1400, latents: 'mean' },
        ),
        node(
          'latents',
          'EncodeDataset',
          { model: 'scaled.model', dataset: 'digits.dataset' },
          { latents: 'mean' },
        ),
        node('first', 'Batch', { dataset: 'latents.dataset' }, { batch_size: 32 }),
        node('plain', 'Encode', { model: 'coder.model', x: 'batch.x_0' }, { latents: 'mean' }),
        node('again', 'Decode', { model: 'scaled.model', latents: 'first.x_0' }),
        node('direct', 'Decode', { model: 'coder.model', latents: 'plain.latents' }),
      ]
      const seen = await evaluate(graph, {
        scale: 'scaled.scale',
        dataset: 'latents.dataset',
        first: 'first.x_0',
        plain: 'plain.latents',
        again: 'again.x',
        direct: 'direct.x',
      })
      const {
        shape,
        size,
        space,
        labels,
        classes,
        data: numbers,
      } = seen.dataset as unknown as Dataset
      expect([shape, size, space, classes]).toEqual([[4, 4, 2], 1400, 'latent', 10])
      expect(labels).toHaveLength(1400)
      expect(computeStatistics(numbers).std).toBeCloseTo(1, 4)
      const [scale] = seen.scale.tensor.data
      seen.first.tensor.data.forEach((value, i) =>
        expect(value).toBeCloseTo(scale * seen.plain.tensor.data[i], 4),
      )
      seen.again.tensor.data.forEach((value, i) =>
        expect(value).toBeCloseTo(seen.direct.tensor.data[i], 4),
      )
    },
  )

  fullTest('a training with KLLoss reconstructs images better', async () => {
    const decoded = (id: string, model: string) => [
      node(`${id} latents`, 'Encode', { model, x: 'batch.x_0' }, { latents: 'mean' }),
      node(`${id} images`, 'Decode', { model, latents: `${id} latents.latents` }),
      node(id, 'PSNR', { x: `${id} images.x`, target: 'batch.x_0' }),
    ]
    const { before, after, history } = await evaluate(
      [
        ...data,
        autoencoder(),
        node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
        node(
          'start',
          'TrainingStart',
          { model: 'coder.model', dataset: 'digits.dataset', optimizer: 'optimizer.optimizer' },
          { steps: 40, batch_size: 16 },
        ),
        node('encode', 'Encode', { model: 'start.model', x: 'start.x_0' }),
        node('decode', 'Decode', { model: 'start.model', latents: 'encode.latents' }),
        node('error', 'ReconstructionLoss', { x: 'decode.x', target: 'start.x_0' }),
        node(
          'kl',
          'KLLoss',
          { mean: 'encode.mean', log_variance: 'encode.log_variance', loss: 'error.loss' },
          { weight: 0.001 },
        ),
        node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'kl.loss' }, { emit_every: 0 }),
        ...decoded('before', 'coder.model'),
        ...decoded('after', 'end.model'),
      ],
      { before: 'before.psnr', after: 'after.psnr', history: 'end.history' },
    )
    expect(after.tensor.data[0]).toBeGreaterThan(before.tensor.data[0] + 3)
    expect(history.losses.length).toBeGreaterThan(0)
  })

  test('KLLoss is the divergence per item, and adds its share to a loss', async () => {
    const graph = [
      node('mean', 'GaussianNoise', {}, { batch_size: 3, shape: '2, 2, 1', seed: 1 }),
      node('log', 'GaussianNoise', {}, { batch_size: 3, shape: '2, 2, 1', seed: 2 }),
      node('two', 'Number', {}, { value: 2 }),
      node(
        'kl',
        'KLLoss',
        { mean: 'mean.noise', log_variance: 'log.noise', loss: 'two.number' },
        { weight: 0.5 },
      ),
    ]
    const seen = await evaluate(graph, {
      mean: 'mean.noise',
      log: 'log.noise',
      kl: 'kl.kl',
      loss: 'kl.loss',
    })
    const logs = seen.log.tensor.data
    const sum = seen.mean.tensor.data.reduce(
      (sum, mean, i) => sum + (mean ** 2 + Math.exp(logs[i]) - 1 - logs[i]) / 2,
      0,
    )
    expect(seen.kl.tensor.data[0]).toBeCloseTo(sum / 3, 4)
    expect(seen.loss.tensor.data[0]).toBeCloseTo(2 + sum / 6, 4)
  })

  test('latents of a tiny autoencoder can be bytes; they have no variance', async () => {
    const encode = (params: Record<string, unknown>) =>
      node('encode', 'Encode', { model: 'coder.model', x: 'batch.x_0' }, params)
    const tiny = [...data, autoencoder({ kind: 'tiny' }), encode({ bytes: true })]
    const { latents } = await evaluate(tiny, { latents: 'encode.latents' })
    for (const value of latents.tensor.data) {
      const byte = (value / 6 + 0.5) * 255
      expect(Math.abs(byte - Math.round(byte))).toBeLessThan(1e-3)
    }
    expect(await refusal(tiny, 'encode.log_variance')).toMatchInlineSnapshot(
      `"log_variance: Output log_variance has no value. Remove this wire, or connect the input that this value comes from."`,
    )
    expect(
      await refusal([...data, autoencoder(), encode({ bytes: true })], 'encode.latents'),
    ).toMatchInlineSnapshot(
      `"model: Expected an AutoencoderTiny, whose latents have bounds, got a model of kind "autoencoder_kl". Switch \`bytes\` off."`,
    )
  })

  test('other models, and data that are no images, are refused', async () => {
    const points = node('points', 'Points')
    const others: [GraphNode[], string][] = [
      [
        [
          ...data,
          node('coder', 'MLP'),
          node('a', 'Encode', { model: 'coder.model', x: 'batch.x_0' }),
        ],
        'a.latents',
      ],
      [
        [
          ...data,
          points,
          autoencoder(),
          node('a', 'EncodeDataset', { model: 'coder.model', dataset: 'points.dataset' }),
        ],
        'a.dataset',
      ],
      [
        [
          ...data,
          autoencoder(),
          node('a', 'Decode', { model: 'coder.model', latents: 'batch.x_0' }),
        ],
        'a.x',
      ],
      [
        [
          ...data,
          autoencoder(),
          node('schedule', 'NoiseSchedule'),
          node('t', 'Timestep', { schedule: 'schedule.schedule' }),
          node('a', 'Predict', { model: 'coder.model', x_t: 'batch.x_0', t: 't.t' }),
        ],
        'a.prediction',
      ],
    ]
    expect(await Promise.all(others.map(([graph, wanted]) => refusal(graph, wanted))))
      .toMatchInlineSnapshot(`
        [
          "model: Expected an autoencoder, got a model of kind "mlp". Connect Autoencoder, or a trained one.",
          "dataset: Expected images [h, w, 1] whose height and width are multiples of 2, got items of shape [2]. Connect the images that the autoencoder was made for, or crop or pad them.",
          "latents: Expected latents [h, w, 2], got items of shape [8,8,1]. Connect latents of Encode, or samples of a model trained on them.",
          "model: Expected a model that denoises, got one with other functions: encode, decode. Use an autoencoder with Encode and Decode, or connect a denoiser, such as UNet.",
        ]
      `)
  })

  test('latents are shown as one map per channel', async () => {
    const numbers = Array.from({ length: 16 }, (_, i) => i)
    const tensor = tf.tensor(numbers, [2, 2, 2, 2])
    const latents: Samples = { type: 'samples', tensor, space: 'latent' }
    const { pictures, each } = await readPictures(latents, 'images', 16, 'data')
    expect(each).toBe(2)
    const { pixels, ...sizes } = pictures
    expect(sizes).toEqual({ width: 2, height: 2, channels: 1, count: 4 })
    const levels = [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15]
    expect([...pixels]).toEqual(levels.map((level) => Math.round(level * 17)))
    expect((await readPictures(latents, 'images', 3, 'data')).pictures.count).toBe(2)
    const images: Samples = { ...latents, space: 'image' }
    await expect(readPictures(images, 'images', 16, 'data')).rejects.toThrow('Expected 1 channel')
    tensor.dispose()
  })
})

onCpu(() => {
  test('samples of latents are shown as maps in films and previews', async () => {
    const views = await shownBy([
      ...data,
      autoencoder(),
      node('latents', 'EncodeDataset', { model: 'coder.model', dataset: 'digits.dataset' }),
      node('schedule', 'NoiseSchedule'),
      node(
        'unet',
        'UNet',
        { dataset: 'latents.dataset' },
        { block_out_channels: '8', norm_num_groups: 4 },
      ),
      node('x_T', 'GaussianNoise', { like: 'latents.dataset' }, { batch_size: 3 }),
      node(
        'samples',
        'Sampler',
        { model: 'unet.model', x_T: 'x_T.noise', schedule: 'schedule.schedule' },
        { num_inference_steps: 2 },
      ),
      node('film', 'FilmStrip', { trajectory: 'samples.trajectory' }, { count: 4 }),
      node('maps', 'Preview', { images_1: 'samples.x_0', labels: 'labels.labels' }, { count: 6 }),
      node('labels', 'Labels', { like: 'x_T.noise' }, { num_classes: 10 }),
    ])
    const film = views.get('film')!.at(-1) as FilmView
    const sizes = { width: 4, height: 4, channels: 1 }
    expect(film.frames).toHaveLength(3)
    for (const frame of film.frames) expect(frame).toMatchObject({ ...sizes, count: 4 })
    const { groups } = views.get('maps')!.at(-1) as ImagesView
    expect(groups[0]).toMatchObject({
      ...sizes,
      count: 6,
      labels: ['0', '0', '1', '1', '2', '2'],
    })
  })
})

test('PSNR is in decibels of the full range of pixels', () => {
  const psnr = tf.tidy(() =>
    peakSignalToNoise(tf.tensor([0, 0]), tf.tensor([0.2, -0.2])).dataSync(),
  )
  expect(psnr[0]).toBeCloseTo(20, 3)
})
