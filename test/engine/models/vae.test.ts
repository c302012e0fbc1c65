// Comparison of autoencoders with diffusers: latents, reconstructions, gradients, a training. Their
// configs, files and faults.
import { strFromU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import {
  describeCheckpoint,
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { meanError } from '../../../src/engine/losses/index.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { dit } from '../../../src/engine/models/kinds/dit/dit.ts'
import { countSteps, createProgram } from '../../../src/engine/models/graph/program.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import {
  autoencoderKl,
  autoencoderTiny,
  decodeLatents,
  encodeImages,
  klDivergence,
  roundLatents,
  sampleEncoding,
  scaleLatents,
  unscaleLatents,
  withDeviation,
} from '../../../src/engine/models/kinds/vae/autoencoder.ts'
import { autoencoderFacts } from '../../../src/engine/models/kinds/vae/facts.ts'
import { parseKlConfig } from '../../../src/engine/models/kinds/vae/klConfig.ts'
import { klGraph } from '../../../src/engine/models/kinds/vae/klGraph.ts'
import { parseTinyConfig } from '../../../src/engine/models/kinds/vae/tinyConfig.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Scalar, Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import {
  expectGradients,
  expectTraining,
  readGoldenModel,
  toLayouts,
} from '../../goldenNetworks.ts'
import { gap, goldenJson, goldenTensors, images as readImages } from '../../goldenTensors.ts'
import { networkRows } from '../../../src/nodes/layers/networkRows.ts'
import { isFull } from '../../families.ts'

const OUTPUT = 1e-5
const gradients = { gradient: 1e-4, rounding: 5e-7 }

interface Meta {
  kl_weight: number
  loss_f64: number
  tensors: Record<string, { max_abs_diff_f32_f64: number }>
}

/** Compares tensors with recorded ones of the same name. */
async function expectTensors(folder: string, tensors: Record<string, Tensor>) {
  const io = goldenTensors(`${folder}/io`)
  const meta = goldenJson<Meta>(`${folder}/meta`)
  for (const [name, tensor] of Object.entries(tensors)) {
    const right = readImages(io, name)
    const { gap: most, size } = await gap(tensor, right)
    const drift = 10 * meta.tensors[name].max_abs_diff_f32_f64
    expect(most, name).toBeLessThan(Math.min(OUTPUT * size, Math.max(drift, 1e-6 * size)))
    right.dispose()
  }
}

/** Compares the gradients of a loss with respect to x and all weights with recorded ones. */
async function expectLossGradients(
  model: Model,
  folder: string,
  loss: (model: Model, x: Tensor) => Scalar,
) {
  const names = Object.keys(model.weights)
  const x = readImages(goldenTensors(`${folder}/io`), 'x')
  const lossOf = (x: Tensor, ...weights: Tensor[]) =>
    loss({ ...model, weights: Object.fromEntries(names.map((key, i) => [key, weights[i]])) }, x)
  const { value, grads } = tf.valueAndGrads(lossOf as (...all: Tensor[]) => Tensor)([
    x,
    ...Object.values(model.weights),
  ])
  const expected = goldenTensors(`${folder}/expected_grads`)
  expect(names.toSorted()).toEqual([...expected.keys()].toSorted())
  const right = {
    x: readImages(goldenTensors(`${folder}/io`), 'grad_x') as Tensor,
    ...toLayouts(model, expected),
  }
  await expectGradients(['x', ...names], grads, right, gradients)
  tf.dispose(right)
  tf.dispose([x, ...grads])
  return value
}

/** Mean squared error of the reconstruction, and the weighted KL. */
const autoencoderLoss = (
  model: Model,
  x: Tensor,
  { target, noise, klWeight }: { target: Tensor; noise: Tensor; klWeight: number },
): Scalar => {
  const encoding = encodeImages(model, x)
  const recon = decodeLatents(model, sampleEncoding(encoding, noise))
  const kl: Scalar = klDivergence(encoding.mean, encoding.logVariance!).mean()
  return meanError(recon, target, { kind: 'mse' }).add(kl.mul(klWeight))
}

onEachBackend(() => {
  test.each(isFull ? ['vae_a', 'vae_b_3lvl_no_quant'] : ['vae_b_3lvl_no_quant'])(
    '%s has the latents, the reconstruction and every gradient of diffusers',
    async (name) => {
      const folder = `vae/${name}`
      const model = readGoldenModel(folder)
      const io = goldenTensors(`${folder}/io`)
      const [x, noise] = ['x', 'noise'].map((key) => readImages(io, key))
      const made = tf.tidy(() => {
        const { mean, logVariance } = encodeImages(model, x)
        const z = sampleEncoding({ mean, logVariance: logVariance! }, noise)
        return {
          mean,
          logvar: logVariance!,
          z,
          recon: decodeLatents(model, z),
          recon_from_mean: decodeLatents(model, mean),
          kl: klDivergence(mean, logVariance!),
        }
      })
      await expectTensors(folder, made)
      const meta = goldenJson<Meta>(`${folder}/meta`)
      const options = { target: x, noise, klWeight: meta.kl_weight }
      const value = await expectLossGradients(model, folder, (now, image) =>
        autoencoderLoss(now, image, options),
      )
      expect((await value.data())[0] / meta.loss_f64).toBeCloseTo(1, 5)
      tf.dispose(made)
      tf.dispose([x, noise, value, ...collectTensors(model)])
    },
  )

  test('vae_tiny_a has the latents, the reconstruction and every gradient of diffusers', async () => {
    const folder = 'vae/vae_tiny_a'
    const model = readGoldenModel(folder)
    const x = readImages(goldenTensors(`${folder}/io`), 'x')
    const made = tf.tidy(() => {
      const { mean: latents } = encodeImages(model, x)
      const { scaled, rounded } = roundLatents(model, latents)
      return {
        latents,
        latents_scaled: scaled,
        recon: decodeLatents(model, latents),
        forward_output: decodeLatents(model, rounded),
      }
    })
    await expectTensors(folder, made)
    const value = await expectLossGradients(model, folder, (now, image) =>
      meanError(decodeLatents(now, encodeImages(now, image).mean), x, { kind: 'mse' }),
    )
    tf.dispose(made)
    tf.dispose([x, value, ...collectTensors(model)])
  })

  test('a training of an autoencoder has the losses and the final weights of PyTorch', async () => {
    const { kl_weight: klWeight } = goldenJson<Meta>('training/vae/meta')
    await expectTraining('training/vae', (model, batch) => {
      const [x, noise] = ['x', 'noise'].map((name) => readImages(batch, name))
      return autoencoderLoss(model, x, { target: x, noise, klWeight })
    })
  })
})

const small = {
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  latent_channels: 2,
  block_out_channels: [4, 8],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  norm_num_groups: 2,
}

const tiny = {
  in_channels: 1,
  out_channels: 1,
  latent_channels: 2,
  encoder_block_out_channels: [4, 4],
  decoder_block_out_channels: [4, 4],
  num_encoder_blocks: [0, 1],
  num_decoder_blocks: [1, 0],
}

describe('configs', () => {
  const messages = (parse: () => unknown) => {
    try {
      return JSON.stringify(parse())
    } catch (error) {
      return (error as Error).message
    }
  }

  test('of an AutoencoderKL reject what would be another network', () => {
    expect(
      [
        { down_block_types: ['AttnDownEncoderBlock2D', 'DownEncoderBlock2D'] },
        { up_block_types: ['UpDecoderBlock2D'] },
        { norm_num_groups: 3 },
        { latents_mean: [0, 0] },
        { scaling_factor: 0 },
        { layers_per_block: 65 },
        { act_fn: 'tanh' },
        { some_key: 1 },
      ].map((changes) => messages(() => parseKlConfig({ ...small, ...changes }))),
    ).toMatchInlineSnapshot(`
      [
        "Expected down_block_types of the autoencoder to be a list with "DownEncoderBlock2D" in each place, got ["AttnDownEncoderBlock2D","DownEncoderBlock2D"]. Other blocks are not supported.",
        "Expected up_block_types of the autoencoder to have 2 entries, one per level, got 1.",
        "Expected norm_num_groups of the autoencoder to divide the channels of every level, got 3 for 4 channels.",
        "Expected latents_mean of the autoencoder to be null, got [0,0]. Statistics per channel are not supported.",
        "Expected scaling_factor of the autoencoder to be a positive number, got 0.",
        "Expected layers_per_block of the autoencoder to be an integer from 1 to 64, got 65.",
        "Expected act_fn of the autoencoder to be one of "silu", "swish", "mish", "gelu", "relu", got "tanh". Other activations are not supported.",
        "Expected known settings of the autoencoder, got some_key with 1.",
      ]
    `)
  })

  test('of an AutoencoderTiny reject what would be another network', () => {
    expect(
      [
        { encoder_block_out_channels: [4, 8] },
        { num_decoder_blocks: [1] },
        { decoder_block_out_channels: [4, 4, 4] },
        { num_encoder_blocks: [-1, 1] },
        { upsample_fn: 'bilinear' },
        { sample_size: 8 },
      ].map((changes) => messages(() => parseTinyConfig({ ...tiny, ...changes }))),
    ).toMatchInlineSnapshot(`
      [
        "Expected the same number in all entries of encoder_block_out_channels of the autoencoder, got [4,8]: its convolutions between levels keep the channels.",
        "Expected num_decoder_blocks of the autoencoder to have 2 entries, one per level, got 1.",
        "Expected decoder_block_out_channels of the autoencoder to have 2 entries, one per level, got 3.",
        "Expected num_encoder_blocks of the autoencoder to be a list with an integer from 0 to 64 in each place, got [-1,1].",
        "Expected upsample_fn of the autoencoder to be "nearest", got "bilinear". Other ways to enlarge images are not supported.",
        "Expected known settings of the autoencoder, got sample_size with 8.",
      ]
    `)
  })
})

/** A small transformer for latents. */
const makeDenoiser = () =>
  dit(
    parseDitConfig({
      sample_size: 4,
      in_channels: 2,
      num_layers: 1,
      num_attention_heads: 1,
      attention_head_dim: 4,
      num_embeds_ada_norm: 0,
    }),
    'epsilon',
    createRandom(1),
    { zero_init: true },
  )

onCpu(() => {
  const kl = (changes: Record<string, unknown> = {}) =>
    autoencoderKl(parseKlConfig({ ...small, ...changes }), createRandom(3))
  const tinyModel = () => autoencoderTiny(parseTinyConfig(tiny), createRandom(3))
  const batch = (height = 8, width = 8) =>
    tf.tensor4d(createRandom(1).normal(2 * height * width), [2, height, width, 1])

  test('blocks are computed as units', () => {
    const graph = klGraph(parseKlConfig(small), 8, 8)
    const count = (name: string) => countSteps(createProgram(graph, [name]))
    // Two residual blocks of the levels and two of the middle block, attention, the end; alone: the
    // first convolution, the one between the levels, and that of the moments.
    expect(count('encode')).toEqual({ steps: 9, fused: 6 })
    expect(count('decode')).toEqual({ steps: 11, fused: 9 })
  })

  test('the weights are in the order of the modules', () => {
    const model = kl()
    const names = Object.keys(model.weights).map((name) => name.replace(/\.[^.]+$/, ''))
    expect([...new Set(names)].filter((name) => !/norm|conv[12]$/.test(name))).toEqual([
      'encoder.conv_in',
      'encoder.down_blocks.0.downsamplers.0.conv',
      'encoder.down_blocks.1.resnets.0.conv_shortcut',
      ...['to_q', 'to_k', 'to_v', 'to_out.0'].map(
        (part) => `encoder.mid_block.attentions.0.${part}`,
      ),
      'encoder.conv_out',
      'decoder.conv_in',
      'decoder.up_blocks.0.upsamplers.0.conv',
      'decoder.up_blocks.1.resnets.0.conv_shortcut',
      ...['to_q', 'to_k', 'to_v', 'to_out.0'].map(
        (part) => `decoder.mid_block.attentions.0.${part}`,
      ),
      'decoder.conv_out',
      'quant_conv',
      'post_quant_conv',
    ])
    tf.dispose(collectTensors(model))
  })

  test('images of another size have latents of another size', () => {
    const model = kl()
    const x = batch(4, 6)
    const [latent, image] = tf.tidy(() => {
      const { mean } = encodeImages(model, x)
      return [mean.shape, decodeLatents(model, mean).shape]
    })
    expect(latent).toEqual([2, 2, 3, 2])
    expect(image).toEqual([2, 4, 6, 1])
    tf.dispose([x, ...collectTensors(model)])
  })

  test('what does not fit is refused', () => {
    const model = kl()
    const [x, odd, z] = [batch(), batch(5, 8), tf.zeros([1, 4, 4, 3])]
    expect(() => encodeImages(model, odd)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected images [h, w, 1] whose height and width are multiples of 2, got items of shape [5,8,1].]`,
    )
    expect(() => decodeLatents(model, z)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected latents [h, w, 2], got items of shape [4,4,3].]`,
    )
    expect(() => encodeImages({ ...model, kind: 'unet' }, x)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected an autoencoder, got a model of kind "unet".]`,
    )
    expect(() => roundLatents(model, z)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected an AutoencoderTiny, whose latents have bounds, got a model of kind "autoencoder_kl".]`,
    )
    expect(() => predict(model, x, Float64Array.of(1))).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected a model that denoises, got one with other functions: encode, decode.]`,
    )
    expect(() => withDeviation(model, 0)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected latents with a finite standard deviation above 0, got 0.]`,
    )
    tf.dispose([x, odd, z, ...collectTensors(model)])
  })

  test('latents are shifted and scaled for diffusion, and back', async () => {
    const model = kl({ scaling_factor: 0.5, shift_factor: 1 })
    const z = tf.tensor4d([3, -1], [1, 1, 1, 2])
    const [scaled, back] = tf.tidy(() => {
      const scaled = scaleLatents(model, z)
      return [scaled, unscaleLatents(model, scaled)]
    })
    expect([...(await scaled.data())]).toEqual([1, -1])
    expect([...(await back.data())]).toEqual([3, -1])
    expect(autoencoderFacts(withDeviation(model, 4)).scale).toBe(0.25)
    expect(networkRows(model)?.map(([, text]) => text)).toEqual([
      '4, 8',
      '1/2 x 1/2 x 2',
      '2',
      '0.5',
      Object.values(model.weights)
        .reduce((sum, { size }) => sum + size, 0)
        .toLocaleString('en'),
    ])
    tf.dispose([z, scaled, back, ...collectTensors(model)])
  })

  test.each([
    ['AutoencoderKL', kl, 'Autoencoder (KL) with channels 4, 8 and 2 latent channels'],
    ['AutoencoderTiny', tinyModel, 'Autoencoder (tiny) with channels 4, 4 and 2 latent channels'],
  ] as const)(
    '%s is saved as in diffusers and loaded with the same bits',
    async (name, make, title) => {
      const model = make()
      const checkpoint = { model: await storeModel(model), schedule: undefined }
      const bytes = writeCheckpoint(checkpoint)
      expect(writeCheckpoint(checkpoint, 'diffusers')).toEqual(bytes)
      const files = unzipSync(bytes)
      expect(Object.keys(files)).toEqual([
        'README.md',
        'litegraph_diffusion.json',
        'vae/config.json',
        'vae/diffusion_pytorch_model.safetensors',
      ])
      expect(JSON.parse(strFromU8(files['vae/config.json']))).toEqual({
        _class_name: name,
        _diffusers_version: '0.40.0.dev0',
        ...model.config,
      })
      const { title: described, notices, rows } = describeCheckpoint(bytes)
      expect(described).toBe(title)
      expect(notices).toEqual([])
      expect(rows.map(([row]) => row)).not.toContain('predicts')
      const again = loadModel(readCheckpoint(bytes).model)
      const x = batch()
      const [before, after] = [model, again].map((of) =>
        tf.tidy(() => decodeLatents(of, encodeImages(of, x).mean).dataSync()),
      )
      expect(after).toEqual(before)
      tf.dispose([x, ...collectTensors(model), ...collectTensors(again)])
    },
  )

  test('diffusers does not clip the samples of a model of latents', async () => {
    const denoiser = makeDenoiser()
    const model = await storeModel(denoiser)
    const schedule = noiseSchedule({ name: 'linear', T: 10 })
    const clips = (space: 'image' | 'latent') => {
      const trainedOn = { space, range: [-3, 3] as const, size: 4, classes: 0 }
      const files = unzipSync(writeCheckpoint({ model, schedule, trainedOn }))
      const config = JSON.parse(strFromU8(files['scheduler/scheduler_config.json'])) as object
      return (config as { clip_sample: boolean }).clip_sample
    }
    expect(clips('image')).toBe(true)
    expect(clips('latent')).toBe(false)
    tf.dispose(collectTensors(denoiser))
  })

  test('a pipeline with an autoencoder is read as its denoiser', async () => {
    const model = kl()
    const files = unzipSync(
      writeCheckpoint({ model: await storeModel(model), schedule: undefined }),
    )
    const denoiser = makeDenoiser()
    const others = unzipSync(
      writeCheckpoint({ model: await storeModel(denoiser), schedule: undefined }),
    )
    const { model: read, notices } = readCheckpoint(zipSync({ ...files, ...others }))
    expect(read.kind).toBe('dit')
    expect(notices.some((notice) => notice.includes('vae'))).toBe(true)
    tf.dispose([...collectTensors(model), ...collectTensors(denoiser)])
  })
})
