// UNets between here and diffusers: what is written passes a reader of its own, what diffusers
// wrote gives its output, and what cannot be had on the other side is refused.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { StoredModel } from '../../../src/engine/checkpoint/pipeline.ts'
import {
  CheckpointError,
  describeCheckpoint,
  loadModel,
  loadTraining,
  packFolder,
  readCheckpoint,
  computeSha256,
  storeModel,
  storeTraining,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../../../src/engine/archive/safetensors.ts'
import { writeSafetensors } from '../../../src/engine/archive/safetensors.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { parseUnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { torchShapes } from '../../../src/engine/models/graph/weights.ts'
import { unetLayers } from '../../../src/engine/models/kinds/unet/graph.ts'
import type { OutputOp, RunOp } from '../../../src/engine/plan/op.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Schedule } from '../../../src/engine/process/schedule.ts'
import { flowSchedule, sigmaSchedule, vpSchedule } from '../../../src/engine/process/continuous.ts'
import { noiseSchedule, requireTable } from '../../../src/engine/process/schedule.ts'
import type { Scalar } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { TrainingConfig } from '../../../src/engine/training/trainStep.ts'
import { beginTraining, trainStep } from '../../../src/engine/training/trainStep.ts'
import type { PredictionType } from '../../../src/engine/base/values.ts'
import type { Dataset } from '../../../src/engine/datasets/dataset.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { loadCheckpoint } from '../../../src/nodes/files/loadCheckpoint.ts'
import { saveCheckpoint } from '../../../src/nodes/files/saveCheckpoint.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { golden } from '../../golden.ts'
import { gap, goldenJson, goldenTensors, images } from '../../goldenTensors.ts'
import { readPipeline, readTensors, readZip } from '../../readPipeline.ts'
import { adamw } from '../../smallTraining.ts'

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const goldenFile = (path: string) => readFileSync(new URL(`../../golden/${path}`, import.meta.url))

/** A folder saved by diffusers. */
const goldenFolder = (name: string, weights = 'diffusion_pytorch_model') => [
  { path: `${name}/config.json`, bytes: new Uint8Array(goldenFile(`${name}/config.json`)) },
  {
    path: `${name}/diffusion_pytorch_model.safetensors`,
    bytes: new Uint8Array(gunzipSync(goldenFile(`${name}/${weights}.safetensors.gz`))),
  },
]

const small = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  layers_per_block: 1,
  norm_num_groups: 2,
}
const smallConfig = (changes: Partial<UnetConfig> = {}): UnetConfig =>
  parseUnetConfig({
    ...small,
    attention_head_dim: 4,
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    ...changes,
  })
const linear = noiseSchedule({ name: 'linear', T: 1000 })

/** A checkpoint of a new small UNet. */
async function written(
  {
    config = smallConfig(),
    predicts = 'v_prediction' as PredictionType,
    schedule = linear as Schedule | null,
  } = {},
  format?: 'auto' | 'diffusers',
) {
  const model = unet(config, predicts, createRandom(3), { zero_init: false })
  try {
    return writeCheckpoint(
      { model: await storeModel(model), schedule: schedule ?? undefined },
      format,
    )
  } finally {
    tf.dispose(collectTensors(model))
  }
}

const jsonIn = (zip: Uint8Array, path: string) =>
  JSON.parse(readZip(zip).get(path)!.toString('utf8'))

/** Returns a copy of a ZIP with other files; undefined removes one. */
const changed = (zip: Uint8Array, changes: Record<string, Uint8Array | undefined>) =>
  zipSync(
    Object.fromEntries(
      Object.entries({ ...unzipSync(zip), ...changes }).filter((entry) => entry[1]),
    ) as Record<string, Uint8Array>,
  )

/** Formats a checkpoint as one text, and its weights separately. */
const contentOf = (zip: Uint8Array) => computeSha256(writeCheckpoint(readCheckpoint(zip)))
const weightsOf = ({ weights }: StoredModel) => computeSha256(writeSafetensors(weights))
const weightsIn = (zip: Uint8Array) => weightsOf(readCheckpoint(zip).model)

function reason(bytes: Uint8Array): string | undefined {
  try {
    readCheckpoint(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError)
    const { message, cure } = error as CheckpointError
    return `${message} | ${cure}`
  }
  return undefined
}

onEachBackend(() => {
  test('saves a trained UNet as a pipeline of diffusers, with names and layouts of PyTorch', async () => {
    const config = parseUnetConfig(goldenJson('training/c_v_pred_cosine_minsnr_class/config'))
    const start = unet(config, 'v_prediction', createRandom(1), { zero_init: true })
    const random = createRandom(2)
    const x = tf.tensor(random.normal(2 * 8 * 8), [2, 8, 8, 1])
    const t = Float64Array.of(3, 700)
    const training: TrainingConfig = {
      optimizer: { ...adamw, algorithm: 'adam', weight_decay: 0 },
      emas: [
        { kind: 'constant', decay: 0.9 },
        { kind: 'power_function', sigma_rel: 0.1, snapshots: 2 },
      ],
    }
    let state = beginTraining(start.weights, training)
    for (let step = 0; step < 3; step++) {
      const before = state
      state = trainStep(before, {
        loss: () =>
          predict({ ...start, weights: before.weights }, x, t)
            .sub(x)
            .square()
            .mean() as Scalar,
        ...training,
        total: 3,
      })
      tf.dispose(collectTensors(before).filter((tensor) => !collectTensors(state).includes(tensor)))
    }
    const model: Model = { ...start, weights: state.weights }
    const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })
    const dataset: Dataset = {
      type: 'dataset',
      data: Float32Array.of(-1, 1),
      shape: [1],
      size: 2,
      space: 'image',
      classes: 10,
      classNames: [...'0123456789'],
    }
    const [file] = await (saveCheckpoint as OutputOp).files(
      { model, schedule: { type: 'schedule', schedule }, dataset } as never,
      { name: 'digits', format: 'diffusers' } as never,
    )

    const { unet: saved, scheduler, weights } = readPipeline(file.bytes)
    expect({ ...saved, _diffusers_version: undefined }).toEqual({
      ...goldenJson<object>('training/c_v_pred_cosine_minsnr_class/config'),
      _diffusers_version: undefined,
    })
    expect(scheduler).toMatchObject({
      beta_schedule: 'squaredcos_cap_v2',
      num_train_timesteps: 1000,
      prediction_type: 'v_prediction',
      trained_betas: null,
      clip_sample: true,
    })
    const torch = readTensors(
      gunzipSync(
        goldenFile('training/c_v_pred_cosine_minsnr_class/initial_weights.safetensors.gz'),
      ),
    )
    const shapes = (tensors: typeof torch) =>
      [...tensors].map(([name, { shape }]) => `${name} ${shape}`).sort()
    expect(shapes(weights)).toEqual(shapes(torch))
    for (const [name, tensor] of Object.entries(model.weights)) {
      const right = inMemory(name, tensor.shape, (await tensor.data()) as Float32Array)
      expect(sameBits(weights.get(name)!.values, right), name).toBe(true)
    }
    expect(jsonIn(file.bytes, 'litegraph_diffusion.json')).toEqual({
      format: 1,
      prediction_type: 'v_prediction',
      schedule: 'squaredcos_cap_v2',
      data: {
        space: 'image',
        range: [-1, 1],
        size: 2,
        shape: [1],
        num_classes: 10,
        class_names: [...'0123456789'],
      },
    })

    // The training too: weights in their order, and moments of convolutions converted to PyTorch's
    // layout and back.
    const again = loadTraining(await storeTraining(state, model), model)
    expect([again.step, again.averages.map(({ snapshots }) => snapshots.length)]).toEqual([
      3,
      [0, 1],
    ])
    expect(Object.keys(again.weights)).toEqual(Object.keys(state.weights))
    const [before, after] = [state, again].map(({ weights, moments, averages, losses }) => [
      ...Object.values(weights),
      ...collectTensors([moments, averages]),
      tf.tidy(() => tf.concat(losses.map((loss) => loss.as1D()))),
    ])
    for (const [i, tensor] of before.entries()) {
      expect(after[i].shape).toEqual(tensor.shape)
      expect(
        sameBits((await after[i].data()) as Float32Array, (await tensor.data()) as Float32Array),
        String(i),
      ).toBe(true)
    }
    tf.dispose([
      x,
      before.at(-1)!,
      after.at(-1)!,
      ...collectTensors(start),
      ...collectTensors(state),
      ...collectTensors(again),
    ])
  })
}, ['wasm'])

/** Compares tensors; faster than `toEqual`. */
const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  )

/** Expected contents of a file for a tensor of this engine, by the definition of the layouts. */
function inMemory(name: string, shape: number[], data: Float32Array): Float32Array {
  const out = new Float32Array(data.length)
  if (shape.length === 4) {
    const [height, width, from, to] = shape as [number, number, number, number]
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++)
        for (let i = 0; i < from; i++)
          for (let o = 0; o < to; o++)
            out[((o * from + i) * height + h) * width + w] =
              data[((h * width + w) * from + i) * to + o]
    return out
  }
  if (shape.length === 2 && name !== 'class_embedding.weight') {
    const [from, to] = shape as [number, number]
    for (let i = 0; i < from; i++) for (let o = 0; o < to; o++) out[o * from + i] = data[i * to + o]
    return out
  }
  return data
}

onCpu(() => {
  test.each(['a_ddpm_style', 'b_class_cond', 'c_scale_shift', 'd_resnet_updown_3lvl'])(
    'a model loaded from the diffusers folder %s has the output of diffusers',
    async (name) => {
      const zip = packFolder(goldenFolder(`unet/${name}`))
      const load = loadCheckpoint as RunOp
      const { data } = await load.prepare!(
        { checkpoint: { name: 'x.zip', size: zip.length, sha256: computeSha256(zip) } } as never,
        {
          checkpoint: async () => zip,
          dataset: async () => undefined,
          shipped: async () => new Uint8Array(),
        },
      )
      const { model } = load.run({} as never, {} as never, {
        prepared: data,
        random: createRandom(0),
      }) as { model: Model }
      const io = goldenTensors(`unet/${name}/io`)
      const [x, right] = [images(io, 'x'), images(io, 'output')]
      const labels = io.get('class_labels')?.data
      const got = tf.tidy(() =>
        predict(
          model,
          x,
          Float64Array.from(io.get('timesteps')!.data),
          labels && { kind: 'labels', labels: Int32Array.from(labels) },
        ),
      )
      const { gap: most, size } = await gap(got, right)
      expect(most).toBeLessThan(1e-5 * size)
      tf.dispose([x, right, got, ...collectTensors(model)])
    },
  )

  test('a diffusers folder has the same config and weights after reading and writing', () => {
    const [config, weights] = goldenFolder('unet/b_class_cond')
    const read = readCheckpoint(packFolder([config, weights]))
    const { unet: saved, weights: again } = readPipeline(
      writeCheckpoint({ ...read, schedule: linear }),
    )
    expect(saved).toEqual(JSON.parse(new TextDecoder().decode(config.bytes)))
    const before = readTensors(weights.bytes)
    expect([...again.keys()].sort()).toEqual([...before.keys()].sort())
    for (const [name, { shape, values }] of before) {
      expect(again.get(name)!.shape).toEqual(shape)
      expect(sameBits(again.get(name)!.values, values), name).toBe(true)
    }
  })

  describe('the prediction type', () => {
    const schedulerPath = 'scheduler/scheduler_config.json'

    test('comes from the scheduler instead of the config of the UNet', async () => {
      const zip = await written()
      expect(jsonIn(zip, 'unet/config.json')).not.toHaveProperty('prediction_type')
      const without = changed(zip, { 'litegraph_diffusion.json': undefined })
      expect(readCheckpoint(without).model.predicts).toBe('v_prediction')
      const other = changed(zip, {
        [schedulerPath]: encode({ ...jsonIn(zip, schedulerPath), prediction_type: 'sample' }),
      })
      expect(readCheckpoint(other).model.predicts).toBe('sample')
    })

    test('is epsilon by default, with a notice', async () => {
      const zip = packFolder(goldenFolder('unet/c_scale_shift'))
      const { model, schedule, notices } = readCheckpoint(zip)
      expect([model.predicts, schedule]).toEqual(['epsilon', undefined])
      expect(notices).toEqual([
        'The checkpoint has no schedule. Use the one of its training.',
        'The checkpoint does not say what the model predicts. epsilon is assumed.',
      ])
    })

    test('is stored without a schedule as well', async () => {
      expect(readCheckpoint(await written({ schedule: null })).model.predicts).toBe('v_prediction')
    })
  })

  describe('a model that diffusers cannot express', () => {
    test('is saved as our own class and read back, or rejected if the diffusers format is requested', async () => {
      const heads = smallConfig({ attention_head_dim: [4, 4, 2] })
      const zip = await written({ config: heads })
      expect(unzipSync(zip)['model_index.json']).toBeUndefined()
      expect(jsonIn(zip, 'unet/config.json')._class_name).toBe('UNet')
      expect(readCheckpoint(zip).model.config).toEqual(heads)
      await expect(written({ config: heads }, 'diffusers')).rejects.toThrow(
        /one attention_head_dim for all levels/,
      )

      const flow = await written({ predicts: 'flow_prediction' })
      expect(readCheckpoint(flow).model.predicts).toBe('flow_prediction')
      expect(unzipSync(flow)['model_index.json']).toBeUndefined()
      expect(jsonIn(flow, 'scheduler/scheduler_config.json')._class_name).toBe('BetaSchedule')
      await expect(written({ predicts: 'flow_prediction' }, 'diffusers')).rejects.toThrow(
        /does not support flow_prediction/,
      )
      await expect(written({ schedule: null }, 'diffusers')).rejects.toThrow(
        /Expected a schedule for a pipeline/,
      )
    })
  })

  describe('file layouts', () => {
    test('the same model is read from all common folder layouts', async () => {
      const zip = await written()
      const files = unzipSync(zip)
      const at = (change: (path: string) => string | undefined) =>
        zipSync(
          Object.fromEntries(
            Object.entries(files).flatMap(([path, bytes]) => {
              const now = change(path)
              return now === undefined ? [] : [[now, bytes]]
            }),
          ),
        )
      const right = contentOf(zip)
      expect(contentOf(at((path) => `my model/${path}`))).toBe(right)
      expect(contentOf(at((path) => (path === 'model_index.json' ? undefined : path)))).toBe(right)
      expect(contentOf(at((path) => `a/b/${path}`))).toBe(right)
      const bare = at((path) => (path.startsWith('unet/') ? path.slice(5) : undefined))
      expect(weightsIn(bare)).toBe(weightsIn(zip))
      // Layout of the first published diffusers models: everything in one folder.
      const flat = at((path) => path.replace(/^(unet|scheduler)\//, ''))
      expect(contentOf(flat)).toBe(right)
      const packed = Object.entries(files).map(([path, bytes]) => ({
        path: `dropped/${path}`,
        bytes,
      }))
      expect(computeSha256(packFolder(packed))).toBe(computeSha256(zip))
      expect(computeSha256(packFolder(packed.reverse()))).toBe(computeSha256(zip))
    })

    test('other parts of a pipeline and a copy of the model are ignored, with a notice', async () => {
      const zip = await written()
      const larger = changed(zip, {
        'vqvae/config.json': encode({ _class_name: 'VQModel' }),
        'unet_ema/config.json': encode(jsonIn(zip, 'unet/config.json')),
        'text_encoder/model.safetensors': new Uint8Array(3),
      })
      const { model, notices } = readCheckpoint(larger)
      expect(weightsOf(model)).toBe(weightsIn(zip))
      expect(notices).toEqual([
        'unet/ was read, and unet_ema/ was ignored.',
        'Of the pipeline, unet/ was read, and vqvae, text_encoder ignored.',
      ])
    })

    test('half precision and sharded weights are read', async () => {
      const zip = await written()
      const weights = readCheckpoint(zip).model.weights
      const path = 'unet/diffusion_pytorch_model.safetensors'
      const variant = changed(zip, {
        [path]: undefined,
        'unet/diffusion_pytorch_model.fp16.safetensors': unzipSync(zip)[path],
      })
      expect(weightsIn(variant)).toBe(weightsIn(zip))
      expect(readCheckpoint(variant).notices).toEqual([
        'The weights are those of diffusion_pytorch_model.fp16.safetensors.',
      ])

      const [one, two] = [0, 1].map(
        (half) => new Map([...weights].filter((_, i) => i % 2 === half)),
      )
      const names = [
        'diffusion_pytorch_model-00001-of-00002.safetensors',
        'diffusion_pytorch_model-00002-of-00002.safetensors',
      ]
      const map = Object.fromEntries([...one.keys()].map((name) => [name, names[0]]))
      for (const name of two.keys()) map[name] = names[1]
      const sharded = (weightMap: object) =>
        changed(zip, {
          [path]: undefined,
          'unet/diffusion_pytorch_model.safetensors.index.json': encode({
            metadata: {},
            weight_map: weightMap,
          }),
          [`unet/${names[0]}`]: writeSafetensors(one),
          [`unet/${names[1]}`]: writeSafetensors(two),
        })
      expect(weightsIn(sharded(map))).toBe(weightsIn(zip))
      expect(reason(sharded({ ...map, extra: names[0] }))).toContain('Expected extra in')
      expect(reason(sharded({ ...map, 'conv_in.bias': names[1] }))).toMatch(
        /got conv_in.bias in .* as well/,
      )
      expect(reason(sharded({ ...map, x: '../x.safetensors' }))).toContain(
        'unet/../x.safetensors is missing',
      )
    })

    test('attention weights are read under their names before diffusers 0.15', async () => {
      const zip = await written()
      const old: Record<string, string> = {
        to_q: 'query',
        to_k: 'key',
        to_v: 'value',
        'to_out.0': 'proj_attn',
      }
      const { weights } = readCheckpoint(zip).model
      const renamed = new Map(
        [...weights].map(([name, tensor]) => [
          name.replace(
            /(attentions\.\d+\.)(to_q|to_k|to_v|to_out\.0)/,
            (_, at, part) => at + old[part],
          ),
          tensor,
        ]),
      )
      expect(
        [...renamed.keys()].filter((name) => name.includes('proj_attn')).length,
      ).toBeGreaterThan(0)
      const bytes = changed(zip, {
        'unet/diffusion_pytorch_model.safetensors': writeSafetensors(renamed),
      })
      expect(weightsIn(bytes)).toBe(weightsIn(zip))
    })
  })

  test('rejects other files with the reason and a cure', async () => {
    const zip = await written()
    const config = jsonIn(zip, 'unet/config.json')
    const scheduler = jsonIn(zip, 'scheduler/scheduler_config.json')
    const weights = unzipSync(zip)['unet/diffusion_pytorch_model.safetensors']
    const path = 'unet/diffusion_pytorch_model.safetensors'
    const withConfig = (changes: object) =>
      changed(zip, { 'unet/config.json': encode({ ...config, ...changes }) })
    const withScheduler = (changes: object) =>
      changed(zip, { 'scheduler/scheduler_config.json': encode({ ...scheduler, ...changes }) })
    expect([
      reason(weights),
      reason(Uint8Array.of(0x80, 2, 0x7d, ...new Uint8Array(20))),
      reason(zipSync({ 'archive/data.pkl': Uint8Array.of(1) })),
      reason(
        changed(zip, { [path]: undefined, 'unet/diffusion_pytorch_model.bin': Uint8Array.of(1) }),
      ),
      reason(changed(zip, { [path]: weights.slice(0, -4) })),
      reason(changed(zip, { 'other/config.json': encode(config) })),
      reason(zipSync({ 'unet/config.json': encode({ _class_name: 'UNet3DConditionModel' }) })),
      reason(withConfig({ down_block_types: ['SkipDownBlock2D', 'DownBlock2D'] })),
      reason(withConfig({ layers_per_block: 1e7 })),
      reason(withConfig({ num_class_embeds: 5 })),
      reason(withScheduler({ _class_name: 'ScoreSdeVeScheduler' })),
      reason(withScheduler({ variance_type: 'learned_range' })),
      reason(withScheduler({ beta_start: '0' })),
      reason(withScheduler({ beta_end: 2 })),
      reason(
        changed(zip, {
          'litegraph_diffusion.json': encode({ prediction_type: 'epsilon', data: { space: 'x' } }),
        }),
      ),
    ]).toMatchInlineSnapshot(`
      [
        "Expected a checkpoint with a config.json, got a safetensors file, which holds weights alone. | Drop its folder, with config.json beside it, or a ZIP of the folder.",
        "Expected safetensors, got a Python pickle. It is not read, because reading it can run any program. | Save the model with \`save_pretrained(folder, safe_serialization=True)\`, and drop the folder.",
        "Expected safetensors, got a Python pickle. It is not read, because reading it can run any program. | Save the model with \`save_pretrained(folder, safe_serialization=True)\`, and drop the folder.",
        "Expected safetensors, got unet/diffusion_pytorch_model.bin, a Python pickle. It is not read, because reading it can run any program. | Save the model with \`save_pretrained(folder, safe_serialization=True)\`, and drop the folder.",
        "unet/diffusion_pytorch_model.safetensors cannot be read. up_blocks.1.resnets.1.time_emb_proj.weight goes beyond the end of the file. | Download the file again: it was cut short or changed.",
        "Expected one model, got 2: unet/, other/. | Choose a ZIP or a folder with one of them.",
        "Expected a UNet2DModel, UNet2DConditionModel or DiTTransformer2DModel of diffusers, or an MLP or Classifier of this program, got a UNet3DConditionModel. | Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
        "Expected down_block_types of the UNet to be a list with one of "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D", "CrossAttnDownBlock2D", "LinearAttnDownBlock2D" in each place, got ["SkipDownBlock2D","DownBlock2D"]. Blocks with skip, FIR or K filters or with simple cross-attention are not supported. | Choose a UNet2DModel with the blocks of DDPM, or a UNet2DConditionModel such as that of Stable Diffusion 1.",
        "Expected layers_per_block of the UNet to be at most 64, got 10000000. | Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
        "The weight class_embedding.weight is missing. | Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
        "ScoreSdeVeScheduler is for models that predict the score, and models here predict noise, data or a velocity. | Choose a model that predicts epsilon or v_prediction, such as one with a DDPMScheduler.",
        "Expected two outputs per value, as the scheduler has variance_type learned_range, got one. | Choose a model with twice as many output channels as input channels, or set variance_type to fixed_small.",
        "Expected beta_start of the schedule to be a number, got "0". | Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
        "The schedule is invalid. Expected every β to be above 0 and below 1, got 1.001050950950951 at t = 500. | Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
        "Unexpected space of the data in litegraph_diffusion.json: "x". | Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
      ]
    `)
  })

  test('rejects a training that does not name each weight exactly once', async () => {
    const zip = await written()
    const { weights } = readCheckpoint(zip).model
    const parts = ['weight', 'first', 'second'].flatMap((part) =>
      [...weights].map(([name, one]) => [`${part}/${name}`, one] as const),
    )
    const tensors = new Map([
      ...parts,
      ['losses', { shape: [0], data: new Float32Array(0) }] as const,
    ])
    const withOrder = (order: unknown) =>
      changed(zip, {
        'training/state.json': encode({ step: 0, weights: order }),
        'training/state.safetensors': writeSafetensors(tensors),
      })
    const names = [...weights.keys()].sort()
    expect(readCheckpoint(withOrder(names)).training!.order).toEqual(names)
    const [first, second, ...rest] = names
    for (const order of [
      [[first, second], ...rest],
      [first, first, ...rest],
      [first, 2, ...rest],
      rest,
      {},
    ]) {
      expect(() => readCheckpoint(withOrder(order))).toThrow('to name the weights of the model')
    }
  })

  test('reports weights that are not finite', async () => {
    const zip = await written()
    const { weights } = readCheckpoint(zip).model
    weights.get('conv_in.bias')!.data[1] = NaN
    const bytes = changed(zip, {
      'unet/diffusion_pytorch_model.safetensors': writeSafetensors(weights),
    })
    expect(readCheckpoint(bytes).notices).toEqual([
      'conv_in.bias holds numbers that are not finite, so predictions will not be finite either.',
    ])
  })

  test('a loaded model is saved with the same bytes', async () => {
    const first = packFolder(goldenFolder('unet/c_scale_shift'))
    const read = readCheckpoint(first)
    const model = loadModel(read.model)
    const again = writeCheckpoint({ model: await storeModel(model), schedule: read.schedule })
    tf.dispose(collectTensors(model))
    expect(computeSha256(again)).toBe(computeSha256(writeCheckpoint(read)))
  })

  test('describes a checkpoint in words', async () => {
    const { title, rows, notices } = describeCheckpoint(
      await written({ config: smallConfig({ num_class_embeds: 4 }) }),
    )
    expect({ title, rows, notices }).toMatchInlineSnapshot(`
      {
        "notices": [],
        "rows": [
          [
            "size",
            "62.6 KiB",
          ],
          [
            "images",
            "4 x 4 x 1",
          ],
          [
            "parameters",
            "11,685",
          ],
          [
            "predicts",
            "v_prediction",
          ],
          [
            "schedule",
            "linear, 1,000 timesteps",
          ],
          [
            "classes",
            "3",
          ],
        ],
        "title": "UNet with channels 4, 8 for 4 x 4 x 1 images",
      }
    `)
  })
})

describe('the folder of a checkpoint', () => {
  const file = (path: string) => ({ path, bytes: encode(path) })
  const paths = (files: string[]) => [...readZip(packFolder(files.map(file))).keys()]

  test('is packed in sorted order, without parent folders, hidden files, and pickles next to safetensors', () => {
    expect(
      paths([
        'x/y/unet/config.json',
        'x/y/.git/HEAD',
        'x/y/unet/.DS_Store',
        '__MACOSX/x/y/unet/._config.json',
        'x/y/unet/diffusion_pytorch_model.bin',
        'x/y/unet/diffusion_pytorch_model.safetensors',
        'x/y/model_index.json',
        'x/y/other/model.bin',
      ]),
    ).toEqual([
      'model_index.json',
      'other/model.bin',
      'unet/config.json',
      'unet/diffusion_pytorch_model.safetensors',
    ])
    expect(paths(['config.json'])).toEqual(['config.json'])
  })

  test.each([['../x'], ['x/../../y'], ['c:\\x'], ['x/__proto__'], ['']])(
    'rejects the path %s',
    (path) => {
      expect(() => packFolder([file('config.json'), file(path)])).toThrow(
        /Expected a path inside the folder/,
      )
    },
  )

  test('rejects duplicate paths and empty folders', () => {
    expect(() => packFolder([file('a/x'), file('a//x'), file('b')])).toThrow(/is there twice/)
    expect(() => packFolder([])).toThrow(/empty/)
  })
})

describe('schedules', () => {
  interface Case {
    id: string
    num_train_timesteps: number
    config?: Record<string, unknown>
    index: number[]
    betas_f64: number[]
    alphas_cumprod_f64: number[]
  }
  const cases = ['schedules', 'zeroSnr'].flatMap((name) =>
    golden<{ cases: Case[] }>(name).cases.filter(({ config }) => config?.beta_schedule),
  )
  const zip = (config: object) => {
    const tensors = [...torchShapes(unetLayers(smallConfig()))].map(
      ([name, shape]): [string, StoredTensor] => [
        name,
        { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) },
      ],
    )
    return zipSync({
      'unet/config.json': encode({ _class_name: 'UNet2DModel', ...smallConfig() }),
      'unet/diffusion_pytorch_model.safetensors': writeSafetensors(new Map(tensors)),
      'scheduler/scheduler_config.json': encode(config),
    })
  }

  test.each(cases.map((one) => [one.id, one] as const))(
    '%s is read with the betas that diffusers computes',
    (_, one) => {
      const { num_train_timesteps, config, index, betas_f64, alphas_cumprod_f64 } = one
      const { schedule } = readCheckpoint(
        zip({ _class_name: 'DDIMScheduler', ...config, num_train_timesteps }),
      )
      const tables = requireTable(schedule!)
      index.forEach((t, i) => {
        expect(Math.abs(tables.betas[t] - betas_f64[i])).toBeLessThan(1e-12)
        expect(Math.abs(tables.alphaBar[t] - alphas_cumprod_f64[i])).toBeLessThan(1e-12)
      })
    },
  )

  test.each([
    ['linear', 'linear', 1000, undefined],
    ['linear', 'linear', 50, [0.00085, 0.012]],
    ['scaled_linear', 'scaled_linear', 1000, [0.00085, 0.012]],
    ['scaled_linear', 'scaled_linear', 37, [0.0015, 0.0195]],
    ['sigmoid', 'sigmoid', 200, [0.0001, 0.02]],
    ['squaredcos_cap_v2', 'squaredcos_cap_v2', 1000, undefined],
    ['linear_openai', 'linear', 250, undefined],
    ['sigmoid_alpha_bar', undefined, 100, undefined],
    ['exp', undefined, 100, undefined],
    ['laplace', undefined, 100, undefined],
    ['sqrt', undefined, 100, [0.0001, 0.02]],
    ['warmup10', undefined, 100, undefined],
    ['warmup50', undefined, 100, [0.0015, 0.0195]],
    ['const', 'linear', 100, undefined],
    ['jsd', undefined, 100, undefined],
  ] as const)(
    '%s goes out as %s and comes back with the same bits',
    async (name, foreign, T, ends) => {
      const schedule = noiseSchedule({
        name,
        T,
        ...(ends && { betaStart: ends[0], betaEnd: ends[1] }),
      })
      const { model } = readCheckpoint(zip({}))
      const bytes = writeCheckpoint({ model, schedule }, 'diffusers')
      const { scheduler } = readPipeline(bytes)
      expect(scheduler.trained_betas === null ? scheduler.beta_schedule : undefined).toBe(foreign)
      if (ends && foreign) expect([scheduler.beta_start, scheduler.beta_end]).toEqual(ends)
      expect(readCheckpoint(bytes).schedule).toEqual(schedule)
    },
  )

  test.each(['linear', 'squaredcos_cap_v2', 'jsd'] as const)(
    '%s without a signal at the end comes back with the same bits',
    (name) => {
      const schedule = noiseSchedule({ name, T: 100, rescaleBetasZeroSnr: true })
      const { model } = readCheckpoint(zip({ prediction_type: 'v_prediction' }))
      const bytes = writeCheckpoint({ model, schedule }, 'diffusers')
      expect(readPipeline(bytes).scheduler).toMatchObject({
        rescale_betas_zero_snr: true,
        trained_betas: [...schedule.betas],
      })
      expect(readCheckpoint(bytes).schedule).toEqual(schedule)
    },
  )

  const { model } = readCheckpoint(zip({ prediction_type: 'v_prediction' }))
  test.each([
    [flowSchedule(1), 'flow_prediction', 'diffusers', 'FlowMatchEulerDiscreteScheduler'],
    [flowSchedule(), 'v_prediction', 'litegraph_diffusion', 'FlowSchedule'],
    [sigmaSchedule({ sigmaMax: 50 }), 'sample', 'litegraph_diffusion', 'SigmaSchedule'],
    [vpSchedule(), 'epsilon', 'litegraph_diffusion', 'VPSchedule'],
  ] as const)(
    'a $0.kind schedule with $1 is written as $3 of $2 and read back',
    (schedule, predicts, library, className) => {
      const checkpoint = { model: { ...model, predicts }, schedule }
      const bytes = writeCheckpoint(checkpoint)
      expect(jsonIn(bytes, 'scheduler/scheduler_config.json')._class_name).toBe(className)
      const index = unzipSync(bytes)['model_index.json']
      expect(index === undefined).toBe(library !== 'diffusers')
      if (index) expect(jsonIn(bytes, 'model_index.json').scheduler).toEqual([library, className])
      const read = readCheckpoint(bytes)
      expect([read.schedule, read.model.predicts, read.notices]).toEqual([schedule, predicts, []])
      if (library === 'diffusers') expect(writeCheckpoint(checkpoint, 'diffusers')).toEqual(bytes)
      else
        expect(() => writeCheckpoint(checkpoint, 'diffusers')).toThrow(
          /^Diffusers cannot load this model\. Its? /,
        )
    },
  )

  test('reads continuous-time schedulers of diffusers', () => {
    const read = (config: object) => readCheckpoint(zip(config))
    const flow = read({ _class_name: 'FlowMatchHeunDiscreteScheduler', shift: 3 })
    expect([flow.schedule, flow.model.predicts]).toEqual([flowSchedule(), 'flow_prediction'])
    const solver = read({
      _class_name: 'UniPCMultistepScheduler',
      use_flow_sigmas: true,
      prediction_type: 'flow_prediction',
    })
    expect([solver.schedule, solver.model.predicts]).toEqual([flowSchedule(), 'flow_prediction'])
    const edm = read({
      _class_name: 'EDMDPMSolverMultistepScheduler',
      sigma_data: 0.5,
      sigma_max: 120,
    })
    expect(edm.schedule).toEqual(sigmaSchedule({ sigmaMax: 120 }))
    expect([edm.model.precondition, edm.notices]).toEqual([
      { preconditioning: 'edm', sigma_data: 0.5, sigma_min: 0.002, schedule: edm.schedule },
      [],
    ])
    expect(
      jsonIn(writeCheckpoint(edm, 'diffusers'), 'scheduler/scheduler_config.json'),
    ).toMatchObject({
      _class_name: 'EDMEulerScheduler',
      sigma_data: 0.5,
      sigma_max: 120,
      prediction_type: 'epsilon',
    })
    const turned = {
      _class_name: 'EDMEulerScheduler',
      sigma_data: 0.5,
      prediction_type: 'v_prediction',
    }
    expect(() => read(turned)).toThrow(
      /Expected prediction_type epsilon of an EDM scheduler, got v_prediction/,
    )
    expect(() => read({ _class_name: 'EDMEulerScheduler', sigma_data: 0 })).toThrow(
      /Expected sigma_data of the schedule to be above 0/,
    )
    expect(() =>
      writeCheckpoint(
        {
          ...edm,
          model: {
            ...edm.model,
            precondition: { ...edm.model.precondition!, preconditioning: 've' },
          },
        },
        'diffusers',
      ),
    ).toThrow(/Its schedulers precondition a model only as EDM does/)
    expect(() => read({ _class_name: 'EDMEulerScheduler', sigma_max: '80' })).toThrow(
      /sigma_max of the schedule to be a number, got "80"/,
    )
    expect(() => read({ _class_name: 'EDMEulerScheduler', sigma_max: -1 })).toThrow(
      /The schedule is invalid/,
    )
  })

  test('applies the defaults of each scheduler', () => {
    const ends = (config: object) => {
      const { betas } = requireTable(readCheckpoint(zip(config)).schedule!)
      return [betas[0], betas.at(-1)].map((beta) => Number(beta!.toPrecision(6)))
    }
    expect(ends({})).toEqual([0.0001, 0.02])
    expect(ends({ _class_name: 'LCMScheduler' })).toEqual([0.00085, 0.012])
  })

  test('reports that zero terminal SNR conflicts with epsilon prediction', () => {
    const config = { beta_schedule: 'squaredcos_cap_v2', rescale_betas_zero_snr: true }
    expect(readCheckpoint(zip(config)).notices).toEqual([
      expect.stringContaining('No signal is left'),
    ])
    expect(readCheckpoint(zip({ ...config, prediction_type: 'v_prediction' })).notices).toEqual([])
  })
})
