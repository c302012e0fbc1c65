// UNets between here and diffusers: what is written passes a reader of its own, what diffusers wrote gives its output, and
// what cannot be had on the other side is refused.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { StoredModel } from '../../src/engine/checkpoint/pipeline.ts'
import {
  CheckpointError,
  describeCheckpoint,
  loadModel,
  loadTraining,
  packFolder,
  readCheckpoint,
  sha256Of,
  storeModel,
  storeTraining,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../../src/engine/checkpoint/safetensors.ts'
import { writeSafetensors } from '../../src/engine/checkpoint/safetensors.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../src/engine/models/unet/config.ts'
import { parseUnetConfig } from '../../src/engine/models/unet/config.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { unetWeightShapes } from '../../src/engine/models/unet/shapes.ts'
import type { OutputOp, RunOp } from '../../src/engine/plan/op.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Schedule } from '../../src/engine/schedule.ts'
import { flowSchedule, sigmaSchedule, vpSchedule } from '../../src/engine/continuous.ts'
import { noiseSchedule, tableOf } from '../../src/engine/schedule.ts'
import type { Scalar } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { TrainingConfig } from '../../src/engine/training.ts'
import { beginTraining, trainStep } from '../../src/engine/training.ts'
import type { Dataset, Model, PredictionType } from '../../src/engine/values.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { loadCheckpoint } from '../../src/nodes/files/loadCheckpoint.ts'
import { saveCheckpoint } from '../../src/nodes/files/saveCheckpoint.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { golden } from '../golden.ts'
import { gap, goldenJson, goldenTensors, images } from '../goldenTensors.ts'
import { readPipeline, readTensors, readZip } from '../readPipeline.ts'
import { adamw } from '../smallTraining.ts'

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const goldenFile = (path: string) => readFileSync(new URL(`../golden/${path}`, import.meta.url))

/** A folder as diffusers saved it. */
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
  { config = smallConfig(), predicts = 'v_prediction' as PredictionType, schedule = linear as Schedule | null } = {},
  format?: 'auto' | 'diffusers',
) {
  const model = unet(config, predicts, randomOf(3), { zero_init: false })
  try {
    return writeCheckpoint({ model: await storeModel(model), schedule: schedule ?? undefined }, format)
  } finally {
    tf.dispose(tensorsOf(model))
  }
}

const jsonIn = (zip: Uint8Array, path: string) => JSON.parse(readZip(zip).get(path)!.toString('utf8'))

/** The same ZIP with other files; undefined takes one away. */
const changed = (zip: Uint8Array, changes: Record<string, Uint8Array | undefined>) =>
  zipSync(
    Object.fromEntries(Object.entries({ ...unzipSync(zip), ...changes }).filter((entry) => entry[1])) as Record<
      string,
      Uint8Array
    >,
  )

/** All that was read, in one text; and the weights alone. */
const contentOf = (zip: Uint8Array) => sha256Of(writeCheckpoint(readCheckpoint(zip)))
const weightsOf = ({ weights }: StoredModel) => sha256Of(writeSafetensors(weights))
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
  test('a UNet trained here is saved as a pipeline of diffusers, its weights as PyTorch names and keeps them', async () => {
    const config = parseUnetConfig(goldenJson('training/c_v_pred_cosine_minsnr_class/config'))
    const start = unet(config, 'v_prediction', randomOf(1), { zero_init: true })
    const random = randomOf(2)
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
      tf.dispose(tensorsOf(before).filter((tensor) => !tensorsOf(state).includes(tensor)))
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

    const { unet: saved, scheduler, weights } = readPipeline(file!.bytes)
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
    const torch = readTensors(gunzipSync(goldenFile('training/c_v_pred_cosine_minsnr_class/initial_weights.safetensors.gz')))
    const shapes = (tensors: typeof torch) => [...tensors].map(([name, { shape }]) => `${name} ${shape}`).sort()
    expect(shapes(weights)).toEqual(shapes(torch))
    for (const [name, tensor] of Object.entries(model.weights)) {
      const right = inMemory(name, tensor.shape, (await tensor.data()) as Float32Array)
      expect(sameBits(weights.get(name)!.values, right), name).toBe(true)
    }
    expect(jsonIn(file!.bytes, 'litegraph_diffusion.json')).toEqual({
      format: 1,
      prediction_type: 'v_prediction',
      schedule: 'squaredcos_cap_v2',
      data: { space: 'image', range: [-1, 1], size: 2, num_classes: 10, class_names: [...'0123456789'] },
    })

    // The training as well: weights in their order, moments of convolutions through the layout of PyTorch and back.
    const again = loadTraining(await storeTraining(state))
    expect([again.step, again.averages.map(({ snapshots }) => snapshots.length)]).toEqual([3, [0, 1]])
    expect(Object.keys(again.weights)).toEqual(Object.keys(state.weights))
    const [before, after] = [state, again].map(({ weights, moments, averages, losses }) => [
      ...Object.values(weights),
      ...tensorsOf([moments, averages]),
      tf.tidy(() => tf.concat(losses.map((loss) => loss.as1D()))),
    ])
    for (const [i, tensor] of before!.entries()) {
      expect(after![i]!.shape).toEqual(tensor.shape)
      expect(sameBits((await after![i]!.data()) as Float32Array, (await tensor.data()) as Float32Array), String(i)).toBe(true)
    }
    tf.dispose([x, before!.at(-1)!, after!.at(-1)!, ...tensorsOf(start), ...tensorsOf(state), ...tensorsOf(again)])
  })
}, ['wasm'])

/** Quicker than `toEqual`, which walks along the numbers. */
const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

/** What a file should hold for a tensor of this engine: by the definition of the layouts, number for number. */
function inMemory(name: string, shape: number[], data: Float32Array): Float32Array {
  const out = new Float32Array(data.length)
  if (shape.length === 4) {
    const [height, width, from, to] = shape as [number, number, number, number]
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++)
        for (let i = 0; i < from; i++)
          for (let o = 0; o < to; o++)
            out[((o * from + i) * height + h) * width + w] = data[((h * width + w) * from + i) * to + o]!
    return out
  }
  if (shape.length === 2 && name !== 'class_embedding.weight') {
    const [from, to] = shape as [number, number]
    for (let i = 0; i < from; i++) for (let o = 0; o < to; o++) out[o * from + i] = data[i * to + o]!
    return out
  }
  return data
}

onCpu(() => {
  test.each(['a_ddpm_style', 'b_class_cond', 'c_scale_shift', 'd_resnet_updown_3lvl'])(
    'the folder %s of diffusers, dropped, gives the output of diffusers',
    async (name) => {
      const zip = packFolder(goldenFolder(`unet/${name}`))
      const load = loadCheckpoint as RunOp
      const { data } = await load.prepare!({ checkpoint: { name: 'x.zip', size: zip.length, sha256: sha256Of(zip) } } as never, {
        checkpoint: async () => zip,
        dataset: async () => undefined,
        shipped: async () => new Uint8Array(),
      })
      const { model } = load.run({} as never, {} as never, { prepared: data, random: randomOf(0) }) as { model: Model }
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
      tf.dispose([x, right, got, ...tensorsOf(model)])
    },
  )

  test('a folder of diffusers that is read and written again has the same config and weights', () => {
    const [config, weights] = goldenFolder('unet/b_class_cond')
    const read = readCheckpoint(packFolder([config!, weights!]))
    const { unet: saved, weights: again } = readPipeline(writeCheckpoint({ ...read, schedule: linear }))
    expect(saved).toEqual(JSON.parse(new TextDecoder().decode(config!.bytes)))
    const before = readTensors(weights!.bytes)
    expect([...again.keys()].sort()).toEqual([...before.keys()].sort())
    for (const [name, { shape, values }] of before) {
      expect(again.get(name)!.shape).toEqual(shape)
      expect(sameBits(again.get(name)!.values, values), name).toBe(true)
    }
  })

  describe('what the model predicts', () => {
    const schedulerPath = 'scheduler/scheduler_config.json'

    test('is said by the scheduler, and not by the config of the UNet', async () => {
      const zip = await written()
      expect(jsonIn(zip, 'unet/config.json')).not.toHaveProperty('prediction_type')
      const without = changed(zip, { 'litegraph_diffusion.json': undefined })
      expect(readCheckpoint(without).model.predicts).toBe('v_prediction')
      const other = changed(zip, { [schedulerPath]: encode({ ...jsonIn(zip, schedulerPath), prediction_type: 'sample' }) })
      expect(readCheckpoint(other).model.predicts).toBe('sample')
    })

    test('is epsilon where nothing says it, with a notice', async () => {
      const zip = packFolder(goldenFolder('unet/c_scale_shift'))
      const { model, schedule, notices } = readCheckpoint(zip)
      expect([model.predicts, schedule]).toEqual(['epsilon', undefined])
      expect(notices).toEqual([
        'It has no schedule: use the one that it was trained with.',
        'It does not say what the model predicts: epsilon is assumed.',
      ])
    })

    test('is kept without a schedule too', async () => {
      expect(readCheckpoint(await written({ schedule: null })).model.predicts).toBe('v_prediction')
    })
  })

  describe('what diffusers cannot express', () => {
    test('is saved in a class of our own and read back, or refused where diffusers is asked for', async () => {
      const heads = smallConfig({ attention_head_dim: [4, 4, 2] })
      const zip = await written({ config: heads })
      expect(jsonIn(zip, 'model_index.json').unet).toEqual(['litegraph_diffusion', 'UNet'])
      expect(jsonIn(zip, 'unet/config.json')._class_name).toBe('UNet')
      expect(readCheckpoint(zip).model.config).toEqual(heads)
      await expect(written({ config: heads }, 'diffusers')).rejects.toThrow(/heads differ by level/)

      const flow = await written({ predicts: 'flow_prediction' })
      expect(readCheckpoint(flow).model.predicts).toBe('flow_prediction')
      expect(jsonIn(flow, 'model_index.json').scheduler).toEqual(['litegraph_diffusion', 'DDPMScheduler'])
      await expect(written({ predicts: 'flow_prediction' }, 'diffusers')).rejects.toThrow(/no flow_prediction/)
      await expect(written({ schedule: null }, 'diffusers')).rejects.toThrow(/without a schedule/)
    })
  })

  describe('where things lie', () => {
    test('the same model in every folder that people have', async () => {
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
      // As the first models of diffusers were published: everything in one folder.
      const flat = at((path) => path.replace(/^(unet|scheduler)\//, ''))
      expect(contentOf(flat)).toBe(right)
      const packed = Object.entries(files).map(([path, bytes]) => ({ path: `dropped/${path}`, bytes }))
      expect(sha256Of(packFolder(packed))).toBe(sha256Of(zip))
      expect(sha256Of(packFolder(packed.reverse()))).toBe(sha256Of(zip))
    })

    test('other parts of a pipeline, and a copy of the model, are passed over and said', async () => {
      const zip = await written()
      const larger = changed(zip, {
        'vqvae/config.json': encode({ _class_name: 'VQModel' }),
        'unet_ema/config.json': encode(jsonIn(zip, 'unet/config.json')),
        'text_encoder/model.safetensors': new Uint8Array(3),
      })
      const { model, notices } = readCheckpoint(larger)
      expect(weightsOf(model)).toBe(weightsIn(zip))
      expect(notices).toEqual([
        'unet/ is read, and unet_ema/ beside it is not.',
        'Of the pipeline only unet/ is read: without vqvae and text_encoder.',
      ])
    })

    test('half precision, and weights in several files', async () => {
      const zip = await written()
      const weights = readCheckpoint(zip).model.weights
      const path = 'unet/diffusion_pytorch_model.safetensors'
      const variant = changed(zip, { [path]: undefined, 'unet/diffusion_pytorch_model.fp16.safetensors': unzipSync(zip)[path] })
      expect(weightsIn(variant)).toBe(weightsIn(zip))
      expect(readCheckpoint(variant).notices).toEqual(['The weights are those of diffusion_pytorch_model.fp16.safetensors.'])

      const [one, two] = [0, 1].map((half) => new Map([...weights].filter((_, i) => i % 2 === half)))
      const names = ['diffusion_pytorch_model-00001-of-00002.safetensors', 'diffusion_pytorch_model-00002-of-00002.safetensors']
      const map = Object.fromEntries([...one!.keys()].map((name) => [name, names[0]]))
      for (const name of two!.keys()) map[name] = names[1]
      const sharded = (weightMap: object) =>
        changed(zip, {
          [path]: undefined,
          'unet/diffusion_pytorch_model.safetensors.index.json': encode({ metadata: {}, weight_map: weightMap }),
          [`unet/${names[0]}`]: writeSafetensors(one!),
          [`unet/${names[1]}`]: writeSafetensors(two!),
        })
      expect(weightsIn(sharded(map))).toBe(weightsIn(zip))
      expect(reason(sharded({ ...map, extra: names[0] }))).toContain('does not hold extra')
      expect(reason(sharded({ ...map, 'conv_in.bias': names[1] }))).toMatch(/holds conv_in.bias, which .* says nothing of/)
      expect(reason(sharded({ ...map, x: '../x.safetensors' }))).toContain('unet/../x.safetensors is missing')
    })

    test('attention under the names that it had before diffusers 0.15', async () => {
      const zip = await written()
      const old: Record<string, string> = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' }
      const { weights } = readCheckpoint(zip).model
      const renamed = new Map(
        [...weights].map(([name, tensor]) => [
          name.replace(/(attentions\.\d+\.)(to_q|to_k|to_v|to_out\.0)/, (_, at, part) => at + old[part]),
          tensor,
        ]),
      )
      expect([...renamed.keys()].filter((name) => name.includes('proj_attn')).length).toBeGreaterThan(0)
      const bytes = changed(zip, { 'unet/diffusion_pytorch_model.safetensors': writeSafetensors(renamed) })
      expect(weightsIn(bytes)).toBe(weightsIn(zip))
    })
  })

  test('what is no checkpoint is refused with the reason and a cure', async () => {
    const zip = await written()
    const config = jsonIn(zip, 'unet/config.json')
    const scheduler = jsonIn(zip, 'scheduler/scheduler_config.json')
    const weights = unzipSync(zip)['unet/diffusion_pytorch_model.safetensors']!
    const path = 'unet/diffusion_pytorch_model.safetensors'
    const withConfig = (changes: object) => changed(zip, { 'unet/config.json': encode({ ...config, ...changes }) })
    const withScheduler = (changes: object) =>
      changed(zip, { 'scheduler/scheduler_config.json': encode({ ...scheduler, ...changes }) })
    expect([
      reason(weights),
      reason(Uint8Array.of(0x80, 2, 0x7d, ...new Uint8Array(20))),
      reason(zipSync({ 'archive/data.pkl': Uint8Array.of(1) })),
      reason(changed(zip, { [path]: undefined, 'unet/diffusion_pytorch_model.bin': Uint8Array.of(1) })),
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
      reason(changed(zip, { 'litegraph_diffusion.json': encode({ prediction_type: 'epsilon', data: { space: 'x' } }) })),
    ]).toMatchInlineSnapshot(`
      [
        "This is a safetensors file: weights alone, without the config that says what they belong to. | Drop its folder, with config.json beside it, or a ZIP of the folder.",
        "The file is a pickle of Python, which can run any program when it is read, so it never is. | Save the model with \`save_pretrained(folder, safe_serialization=True)\`, and drop the folder.",
        "The file is a pickle of Python, which can run any program when it is read, so it never is. | Save the model with \`save_pretrained(folder, safe_serialization=True)\`, and drop the folder.",
        "unet/diffusion_pytorch_model.bin is a pickle of Python, which can run any program when it is read, so it never is. | Save the model with \`save_pretrained(folder, safe_serialization=True)\`, and drop the folder.",
        "unet/diffusion_pytorch_model.safetensors cannot be read. up_blocks.1.resnets.1.time_emb_proj.weight ends behind the end of the file. | Get the file anew: it was cut short or changed.",
        "There are 2 models in it: unet/, other/. | Choose a ZIP or a folder of one of them.",
        "The model is a UNet3DConditionModel; read are UNet2DModel and UNet2DConditionModel of diffusers, and the MLP and the Classifier of this program. | Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.",
        "down_block_types of the UNet is ["SkipDownBlock2D","DownBlock2D"], but has to be a list, each of it "DownBlock2D" or "AttnDownBlock2D" or "ResnetDownsampleBlock2D" or "CrossAttnDownBlock2D" or "LinearAttnDownBlock2D". Blocks with skip, FIR or K filters are not supported, nor those of simple cross-attention. | Choose a UNet2DModel made of the blocks that are supported, those of DDPM, or a UNet2DConditionModel such as that of Stable Diffusion 1.",
        "layers_per_block of the UNet is 10000000; at most 64 are read. | Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.",
        "The weight class_embedding.weight is missing. | Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.",
        "The scheduler is a "ScoreSdeVeScheduler"; read are those of diffusers that are made of betas, such as DDPMScheduler, those of flows and of EDM. | Choose a model that was trained with a DDPMScheduler.",
        "The scheduler says that the model learned its variance (variance_type learned_range), but the model has one output for each number, and not two. | Choose a model with twice as many channels going out as coming in, or set variance_type to fixed_small.",
        "beta_start of the schedule is "0", not a number. | Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.",
        "The schedule makes no sense. Expected every beta to be above 0 and below 1, got 1.001050950950951 at t = 500. | Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.",
        "space of the data in litegraph_diffusion.json is "x". | Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.",
      ]
    `)
  })

  test('a training that does not name each weight once is refused', async () => {
    const zip = await written()
    const { weights } = readCheckpoint(zip).model
    const parts = ['weight', 'first', 'second'].flatMap((part) =>
      [...weights].map(([name, one]) => [`${part}/${name}`, one] as const),
    )
    const tensors = new Map([...parts, ['losses', { shape: [0], data: new Float32Array(0) }] as const])
    const withOrder = (order: unknown) =>
      changed(zip, {
        'training/state.json': encode({ step: 0, weights: order }),
        'training/state.safetensors': writeSafetensors(tensors),
      })
    const names = [...weights.keys()].sort()
    expect(readCheckpoint(withOrder(names)).training!.order).toEqual(names)
    const [first, second, ...rest] = names
    for (const order of [[[first, second], ...rest], [first, first, ...rest], [first, 2, ...rest], rest, {}]) {
      expect(() => readCheckpoint(withOrder(order))).toThrow('does not name the weights')
    }
  })

  test('weights that are not numbers are said', async () => {
    const zip = await written()
    const { weights } = readCheckpoint(zip).model
    weights.get('conv_in.bias')!.data[1] = NaN
    const bytes = changed(zip, { 'unet/diffusion_pytorch_model.safetensors': writeSafetensors(weights) })
    expect(readCheckpoint(bytes).notices).toEqual([
      'Some numbers of conv_in.bias are not finite: whatever the model says will not be either.',
    ])
  })

  test('a model that was loaded is saved to the same bytes', async () => {
    const first = packFolder(goldenFolder('unet/c_scale_shift'))
    const read = readCheckpoint(first)
    const model = loadModel(read.model)
    const again = writeCheckpoint({ model: await storeModel(model), schedule: read.schedule })
    tf.dispose(tensorsOf(model))
    expect(sha256Of(again)).toBe(sha256Of(writeCheckpoint(read)))
  })

  test('what is in one, in words', async () => {
    const { title, rows, notices } = describeCheckpoint(await written({ config: smallConfig({ num_class_embeds: 4 }) }))
    expect({ title, rows, notices }).toMatchInlineSnapshot(`
      {
        "notices": [],
        "rows": [
          [
            "size",
            "61.5 KiB",
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
        "title": "UNet of 2 levels (4, 8 channels) for images of 4 x 4 x 1",
      }
    `)
  })
})

describe('the folder of a checkpoint', () => {
  const file = (path: string) => ({ path, bytes: encode(path) })
  const paths = (files: string[]) => [...readZip(packFolder(files.map(file))).keys()]

  test('is packed sorted, without folders around it, hidden files, and pickles that are there as safetensors too', () => {
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
    ).toEqual(['model_index.json', 'other/model.bin', 'unet/config.json', 'unet/diffusion_pytorch_model.safetensors'])
    expect(paths(['config.json'])).toEqual(['config.json'])
  })

  test.each([['../x'], ['x/../../y'], ['c:\\x'], ['x/__proto__'], ['']])('does not take %s', (path) => {
    expect(() => packFolder([file('config.json'), file(path)])).toThrow(/no path inside a folder/)
  })

  test('does not take a path twice, nor nothing', () => {
    expect(() => packFolder([file('a/x'), file('a//x'), file('b')])).toThrow(/comes twice/)
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
    const tensors = [...unetWeightShapes(smallConfig())].map(([name, shape]): [string, StoredTensor] => [
      name,
      { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) },
    ])
    return zipSync({
      'unet/config.json': encode({ _class_name: 'UNet2DModel', ...smallConfig() }),
      'unet/diffusion_pytorch_model.safetensors': writeSafetensors(new Map(tensors)),
      'scheduler/scheduler_config.json': encode(config),
    })
  }

  test.each(cases.map((one) => [one.id, one] as const))('%s is read with the betas that diffusers computes', (_, one) => {
    const { num_train_timesteps, config, index, betas_f64, alphas_cumprod_f64 } = one
    const { schedule } = readCheckpoint(zip({ _class_name: 'DDIMScheduler', ...config, num_train_timesteps }))
    const tables = tableOf(schedule!, 'This')
    index.forEach((t, i) => {
      expect(Math.abs(tables.betas[t]! - betas_f64[i]!)).toBeLessThan(1e-12)
      expect(Math.abs(tables.alphaBar[t]! - alphas_cumprod_f64[i]!)).toBeLessThan(1e-12)
    })
  })

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
  ] as const)('%s goes out as %s and comes back with the same bits', async (name, foreign, T, ends) => {
    const schedule = noiseSchedule({ name, T, ...(ends && { betaStart: ends[0], betaEnd: ends[1] }) })
    const { model } = readCheckpoint(zip({}))
    const bytes = writeCheckpoint({ model, schedule }, 'diffusers')
    const { scheduler } = readPipeline(bytes)
    expect(scheduler.trained_betas === null ? scheduler.beta_schedule : undefined).toBe(foreign)
    if (ends && foreign) expect([scheduler.beta_start, scheduler.beta_end]).toEqual(ends)
    expect(readCheckpoint(bytes).schedule).toEqual(schedule)
  })

  test.each(['linear', 'squaredcos_cap_v2', 'jsd'] as const)(
    '%s without a signal at the end comes back with the same bits',
    (name) => {
      const schedule = noiseSchedule({ name, T: 100, rescaleBetasZeroSnr: true })
      const { model } = readCheckpoint(zip({ prediction_type: 'v_prediction' }))
      const bytes = writeCheckpoint({ model, schedule }, 'diffusers')
      expect(readPipeline(bytes).scheduler).toMatchObject({ rescale_betas_zero_snr: true, trained_betas: [...schedule.betas] })
      expect(readCheckpoint(bytes).schedule).toEqual(schedule)
    },
  )

  const { model } = readCheckpoint(zip({ prediction_type: 'v_prediction' }))
  test.each([
    [flowSchedule(1), 'flow_prediction', 'diffusers', 'FlowMatchEulerDiscreteScheduler'],
    [flowSchedule(), 'v_prediction', 'litegraph_diffusion', 'FlowMatchEulerDiscreteScheduler'],
    [sigmaSchedule({ sigmaMax: 50 }), 'sample', 'litegraph_diffusion', 'EDMEulerScheduler'],
    [vpSchedule(), 'epsilon', 'litegraph_diffusion', 'VPSchedule'],
  ] as const)(
    'continuous time, $0.kind with $1, goes out as $3 of $2 and comes back',
    (schedule, predicts, library, className) => {
      const checkpoint = { model: { ...model, predicts }, schedule }
      const bytes = writeCheckpoint(checkpoint)
      expect(jsonIn(bytes, 'model_index.json').scheduler).toEqual([library, className])
      const read = readCheckpoint(bytes)
      expect([read.schedule, read.model.predicts, read.notices]).toEqual([schedule, predicts, []])
      if (library === 'diffusers') expect(writeCheckpoint(checkpoint, 'diffusers')).toEqual(bytes)
      else expect(() => writeCheckpoint(checkpoint, 'diffusers')).toThrow(/^Diffusers cannot load this model: its? /)
    },
  )

  test('those of diffusers with continuous time', () => {
    const read = (config: object) => readCheckpoint(zip(config))
    const flow = read({ _class_name: 'FlowMatchHeunDiscreteScheduler', shift: 3 })
    expect([flow.schedule, flow.model.predicts]).toEqual([flowSchedule(), 'flow_prediction'])
    const solver = read({ _class_name: 'UniPCMultistepScheduler', use_flow_sigmas: true, prediction_type: 'flow_prediction' })
    expect([solver.schedule, solver.model.predicts]).toEqual([flowSchedule(), 'flow_prediction'])
    const edm = read({ _class_name: 'EDMDPMSolverMultistepScheduler', sigma_data: 0.5, sigma_max: 120 })
    expect(edm.schedule).toEqual(sigmaSchedule({ sigmaMax: 120 }))
    expect([edm.model.precondition, edm.notices]).toEqual([
      { preconditioning: 'edm', sigma_data: 0.5, sigma_min: 0.002, schedule: edm.schedule },
      [],
    ])
    expect(jsonIn(writeCheckpoint(edm, 'diffusers'), 'scheduler/scheduler_config.json')).toMatchObject({
      _class_name: 'EDMEulerScheduler',
      sigma_data: 0.5,
      sigma_max: 120,
      prediction_type: 'epsilon',
    })
    const turned = { _class_name: 'EDMEulerScheduler', sigma_data: 0.5, prediction_type: 'v_prediction' }
    expect(() => read(turned)).toThrow(/prediction_type v_prediction; only the preconditioning of the paper is read/)
    expect(() => read({ _class_name: 'EDMEulerScheduler', sigma_data: 0 })).toThrow(/sigma_data of the schedule is 0/)
    expect(() =>
      writeCheckpoint(
        { ...edm, model: { ...edm.model, precondition: { ...edm.model.precondition!, preconditioning: 've' } } },
        'diffusers',
      ),
    ).toThrow(/its schedulers precondition a model only as EDM does/)
    expect(() => read({ _class_name: 'EDMEulerScheduler', sigma_max: '80' })).toThrow(/sigma_max of the schedule is "80"/)
    expect(() => read({ _class_name: 'EDMEulerScheduler', sigma_max: -1 })).toThrow(/makes no sense/)
  })

  test('schedulers have defaults of their own', () => {
    const ends = (config: object) => {
      const { betas } = tableOf(readCheckpoint(zip(config)).schedule!, 'This')
      return [betas[0], betas.at(-1)].map((beta) => Number(beta!.toPrecision(6)))
    }
    expect(ends({})).toEqual([0.0001, 0.02])
    expect(ends({ _class_name: 'LCMScheduler' })).toEqual([0.00085, 0.012])
  })

  test('no signal at the end does not go with epsilon, which is said', () => {
    const config = { beta_schedule: 'squaredcos_cap_v2', rescale_betas_zero_snr: true }
    expect(readCheckpoint(zip(config)).notices).toEqual([expect.stringContaining('No signal is left')])
    expect(readCheckpoint(zip({ ...config, prediction_type: 'v_prediction' })).notices).toEqual([])
  })
})
