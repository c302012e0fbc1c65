// Checkpoints: what is written is read back, and what is malformed is refused with the reason.
import fc from 'fast-check'
import { strFromU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../src/engine/checkpoint/pipeline.ts'
import {
  CheckpointError,
  describeCheckpoint,
  loadModel,
  readCheckpoint,
  sha256Of,
  storeModel,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../../src/engine/checkpoint/safetensors.ts'
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../src/engine/checkpoint/safetensors.ts'
import { guidedModel } from '../../src/engine/models/guided.ts'
import { mlp } from '../../src/engine/models/mlp.ts'
import { preconditioned } from '../../src/engine/models/precondition.ts'
import { preconditionings } from '../../src/engine/models/preconditioning.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { randomOf } from '../../src/engine/random.ts'
import { sigmaSchedule, vpSchedule } from '../../src/engine/continuous.ts'
import type { Schedule } from '../../src/engine/schedule.ts'
import { noiseSchedule } from '../../src/engine/schedule.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Model } from '../../src/engine/values.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { onCpu } from '../backends.ts'

const tensor = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    data: fc.float32Array({ minLength: product(shape), maxLength: product(shape), noNaN: false }),
  }),
)
const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1)
const tensors = fc.dictionary(
  fc.string().filter((name) => name !== '__metadata__'),
  tensor,
  { noNullPrototype: true },
)

/** A safetensors file with this header, and that many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const f32 = (shape: unknown, from: number, to: number, dtype = 'F32') => ({ dtype, shape, data_offsets: [from, to] })

describe('safetensors', () => {
  test('read and write are inverse, wherever the bytes lie', () => {
    fc.assert(
      fc.property(tensors, fc.integer({ min: 0, max: 7 }), (record, shift) => {
        const given = new Map<string, StoredTensor>(Object.entries(record))
        const bytes = writeSafetensors(given)
        const shifted = new Uint8Array(bytes.length + shift)
        shifted.set(bytes, shift)
        const read = readSafetensors(shifted.subarray(shift))
        expect([...read.keys()].sort()).toEqual([...given.keys()].sort())
        for (const [name, { shape, data }] of given) {
          expect(read.get(name)!.shape).toEqual(shape)
          expect(read.get(name)!.data).toEqual(data)
        }
      }),
    )
  })

  test('a tensor may have any name', () => {
    const given = new Map([['__proto__', { shape: [1], data: Float32Array.of(3) }]])
    expect(readSafetensors(writeSafetensors(given))).toEqual(given)
  })

  test('half precision', () => {
    const bytes = file({ a: f32([4], 0, 8, 'F16'), b: f32([2], 8, 12, 'BF16') }, 12)
    const view = new DataView(bytes.buffer, bytes.length - 12)
    ;[0x3c00, 0xc000, 0x0001, 0x7c00].forEach((bits, i) => view.setUint16(2 * i, bits, true))
    ;[0x3f80, 0xc040].forEach((bits, i) => view.setUint16(8 + 2 * i, bits, true))
    const read = readSafetensors(bytes)
    expect([...read.get('a')!.data]).toEqual([1, -2, 2 ** -24, Infinity])
    expect([...read.get('b')!.data]).toEqual([1, -3])
  })

  test.each([
    ['too short', new Uint8Array(5)],
    ['a header longer than the file', new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0, 1])],
    ['a header longer than numbers go', new Uint8Array(16).fill(255)],
    ['no JSON', file('{')],
    ['no object', file('[]')],
    ['a tensor that is no object', file({ a: 1 })],
    ['an unknown type', file({ a: f32([1], 0, 4, 'I32') }, 4)],
    ['a type from the prototype', file({ a: f32([1], 0, 4, 'constructor') }, 4)],
    ['a negative size', file({ a: f32([-1], 0, 4) }, 4)],
    ['a size that is no number', file({ a: f32(['1'], 0, 4) }, 4)],
    ['sizes that do not fit the bytes', file({ a: f32([2], 0, 4) }, 4)],
    ['sizes too large to multiply', file({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4)],
    ['an end behind the file', file({ a: f32([2], 0, 8) }, 4)],
    ['offsets the wrong way round', file({ a: f32([1], 4, 0) }, 4)],
    ['one offset', file({ a: { dtype: 'F32', shape: [1], data_offsets: [4] } }, 4)],
    ['an overlap', file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4)],
    ['a hole', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12)],
    ['bytes left over', file({ a: f32([1], 0, 4) }, 5)],
  ])('refuses %s', (_, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError)
  })

  test('refuses or reads what was damaged, and never anything else', () => {
    const whole = writeSafetensors(new Map([['w', { shape: [2, 3], data: new Float32Array(6) }]]))
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const damaged = whole.slice()
        damaged[at] = value
        try {
          readSafetensors(damaged.subarray(0, length))
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError)
        }
      }),
    )
  })
})

onCpu(() => {
  const net = (num_classes = 2) =>
    mlp(
      { dim: 2, hidden: 6, layers: 1, time_embedding_dim: 4, num_classes, activation: 'silu', fourier_features: 1 },
      'v_prediction',
      randomOf(1),
    )
  const schedule = noiseSchedule({ name: 'sigmoid_alpha_bar', T: 20 })

  async function stored(): Promise<Checkpoint> {
    const model = net()
    const checkpoint = { model: await storeModel(model), schedule }
    tf.dispose(tensorsOf(model))
    return checkpoint
  }

  test('a model that was saved and loaded predicts the same bits, with the same schedule', async () => {
    const model = net()
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule })
    const read = readCheckpoint(bytes)
    expect(read.schedule).toEqual(schedule)
    const loaded = loadModel(read.model)
    expect({ ...loaded, weights: {} }).toEqual({ ...model, weights: {} })
    const x = tf.tensor2d(randomOf(2).normal(6), [3, 2])
    const [before, after] = [model, loaded].map((m) =>
      tf.tidy(() => predict(m, x, Float64Array.of(7), { kind: 'labels', labels: Int32Array.of(0, 1, -1) })),
    )
    expect(await after!.data()).toEqual(await before!.data())
    expect(sha256Of(bytes)).toBe(sha256Of(writeCheckpoint(read)))
    tf.dispose([...tensorsOf(model), ...tensorsOf(loaded), x, before!, after!])
  })

  /** Saved, loaded, and both asked about the same at the time `t`. */
  async function throughFile(model: Model, given: Schedule | undefined, t: number) {
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule: given })
    const read = readCheckpoint(bytes)
    const loaded = loadModel(read.model)
    const x = tf.tensor2d(randomOf(2).normal(6), [3, 2])
    const [before, after] = [model, loaded].map((m) =>
      tf.tidy(() => predict(m, x, Float64Array.of(t), { kind: 'labels', labels: Int32Array.of(0, 1, -1) }).dataSync()),
    )
    expect(after).toEqual(before)
    expect(before!.every(Number.isFinite)).toBe(true)
    tf.dispose([...tensorsOf(model), ...tensorsOf(loaded), x])
    return { bytes, read, loaded }
  }
  /** Without the numbers. */
  const bare = ({ children, ...model }: Model): unknown => ({
    ...model,
    weights: Object.keys(model.weights).sort(),
    children: Object.fromEntries(Object.entries(children).map(([name, child]) => [name, bare(child)])),
  })

  test.each(
    preconditionings.flatMap((preconditioning) =>
      [schedule, sigmaSchedule({ sigmaMax: 50 }), vpSchedule()].map((of) => ({ preconditioning, of })),
    ),
  )('a network preconditioned as $preconditioning over $of.kind comes back with its wrapper', async ({ preconditioning, of }) => {
    const model = preconditioned(net(), { preconditioning, sigma_data: 0.7, sigma_min: 0.01, schedule: of })
    const { bytes, read, loaded } = await throughFile(model, of, 7)
    expect(bare(loaded)).toEqual(bare(model))
    expect([read.schedule, read.notices]).toEqual([of, []])
    expect(sha256Of(writeCheckpoint(read))).toBe(sha256Of(bytes))
    const edm = preconditioning === 'edm' && of.kind === 'sigma'
    const files = unzipSync(bytes)
    const scheduler = JSON.parse(strFromU8(files['scheduler/scheduler_config.json']!))
    expect(JSON.parse(strFromU8(files['model_index.json']!)).scheduler[0]).toBe(edm ? 'diffusers' : 'litegraph_diffusion')
    expect([scheduler.prediction_type, scheduler.sigma_data]).toEqual(edm ? ['epsilon', 0.7] : ['v_prediction', undefined])
  })

  test('a preconditioned network brings its schedule along, and takes no other', async () => {
    const config = { preconditioning: 'edm', sigma_data: 0.5, sigma_min: 0.002 } as const
    const { read, bytes } = await throughFile(preconditioned(net(), { ...config, schedule: sigmaSchedule() }), undefined, 3)
    expect(read.schedule).toEqual(sigmaSchedule())
    expect(describeCheckpoint(bytes).title).toMatch(/^MLP .* preconditioned$/)
    expect(describeCheckpoint(bytes).rows).toContainEqual(['predicts', 'sample, preconditioned (edm)'])
    expect(() => writeCheckpoint({ model: read.model, schedule })).toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: The schedule is not the one of Precondition: "sigmoid_alpha_bar" and "sigma".]`,
    )
    const files = unzipSync(bytes)
    const reason = (changes: Record<string, Uint8Array>, without = '') => {
      const kept = Object.entries({ ...files, ...changes }).filter(([path]) => path !== without)
      try {
        readCheckpoint(zipSync(Object.fromEntries(kept)))
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError)
        return (error as CheckpointError).message
      }
      return undefined
    }
    const about = (changes: object) => ({
      'litegraph_diffusion.json': new TextEncoder().encode(
        JSON.stringify({ prediction_type: 'epsilon', precondition: { ...config, ...changes } }),
      ),
    })
    expect([
      reason({}, 'scheduler/scheduler_config.json'),
      reason(about({ preconditioning: 'constructor' })),
      reason(about({ sigma_data: 0 })),
      reason(about({ sigma_min: null })),
      reason(about({ of: 'a later version' })),
    ]).toMatchInlineSnapshot(`
      [
        "The model is preconditioned, but the schedule is missing that says how much noise it is told of.",
        "preconditioning of the model in litegraph_diffusion.json is "constructor".",
        "sigma_data of the model in litegraph_diffusion.json is 0.",
        "sigma_min of the model in litegraph_diffusion.json is null.",
        undefined,
      ]
    `)
  })

  test('the folder is that of a pipeline of diffusers, weights laid out as in PyTorch', async () => {
    const files = unzipSync(writeCheckpoint(await stored()))
    expect(Object.keys(files)).toEqual([
      'litegraph_diffusion.json',
      'mlp/config.json',
      'mlp/diffusion_pytorch_model.safetensors',
      'model_index.json',
      'scheduler/scheduler_config.json',
    ])
    expect(strFromU8(files['model_index.json']!)).toMatchInlineSnapshot(`
      "{
        "_class_name": "DDPMPipeline",
        "_diffusers_version": "0.40.0.dev0",
        "mlp": [
          "litegraph_diffusion",
          "MLP"
        ],
        "scheduler": [
          "diffusers",
          "DDPMScheduler"
        ]
      }
      "
    `)
    expect(strFromU8(files['mlp/config.json']!)).toMatchInlineSnapshot(`
      "{
        "_class_name": "MLP",
        "activation": "silu",
        "dim": 2,
        "fourier_features": 1,
        "hidden": 6,
        "layers": 1,
        "num_classes": 2,
        "prediction_type": "v_prediction",
        "time_embedding_dim": 4
      }
      "
    `)
    const scheduler = JSON.parse(strFromU8(files['scheduler/scheduler_config.json']!))
    expect(scheduler).toMatchObject({ _class_name: 'DDPMScheduler', num_train_timesteps: 20, prediction_type: 'v_prediction' })
    const weights = readSafetensors(files['mlp/diffusion_pytorch_model.safetensors']!)
    expect(weights.get('linear_in.weight')!.shape).toEqual([6, 6])
    expect(weights.get('linear_out.weight')!.shape).toEqual([2, 6])
    expect(weights.get('class_embedding.weight')!.shape).toEqual([3, 6])
  })

  test('a folder around all files, and a schedule by its name, are read', async () => {
    const files = unzipSync(writeCheckpoint(await stored()))
    files['scheduler/scheduler_config.json'] = new TextEncoder().encode(
      JSON.stringify({
        _class_name: 'DDIMScheduler',
        num_train_timesteps: 50,
        beta_schedule: 'linear',
        beta_start: 0.001,
        beta_end: 0.01,
      }),
    )
    const inside = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`my-model/${path}`, bytes]))
    expect(readCheckpoint(zipSync(inside)).schedule).toEqual(
      noiseSchedule({ name: 'linear', T: 50, betaStart: 0.001, betaEnd: 0.01 }),
    )
  })

  test('what was damaged is refused with a reason, or read', async () => {
    const whole = writeCheckpoint(await stored())
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.oneof(fc.constant(whole.length), fc.nat(whole.length)),
        (at, value, length) => {
          const damaged = whole.slice()
          damaged[at] = value
          try {
            readCheckpoint(damaged.subarray(0, length))
          } catch (error) {
            expect(error).toBeInstanceOf(CheckpointError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a ZIP that unpacks to too much is not unpacked', async () => {
    const whole = Buffer.from(writeCheckpoint(await stored()))
    const path = 'mlp/diffusion_pytorch_model.safetensors'
    const entry = whole.lastIndexOf(path) - 46
    expect(whole.readUInt32LE(entry)).toBe(0x02014b50)
    whole.writeUInt32LE(3 * 2 ** 30, entry + 24)
    expect(() => readCheckpoint(whole)).toThrow('The ZIP unpacks to more than 2 GiB.')
  })

  test('what cannot be saved or read is refused with the reason', async () => {
    const model = net()
    await expect(storeModel(guidedModel(model, 2))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: A model of kind "guided" cannot be saved: files hold networks alone.]`,
    )
    tf.dispose(tensorsOf(model))

    const whole = unzipSync(writeCheckpoint(await stored()))
    const config = JSON.parse(strFromU8(whole['mlp/config.json']!))
    const withFile = (path: string, value: unknown) =>
      zipSync({ ...whole, [path]: new TextEncoder().encode(JSON.stringify(value)) })
    const without = (path: string) => zipSync(Object.fromEntries(Object.entries(whole).filter(([own]) => own !== path)))
    const reason = (bytes: Uint8Array) => {
      try {
        readCheckpoint(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError)
        return (error as CheckpointError).message
      }
      return undefined
    }
    expect([
      reason(new Uint8Array(100)),
      reason(without('mlp/config.json')),
      reason(without('mlp/diffusion_pytorch_model.safetensors')),
      reason(withFile('mlp/config.json', [])),
      reason(withFile('mlp/config.json', { ...config, prediction_type: 'magic' })),
      reason(withFile('mlp/config.json', { ...config, hidden: 7 })),
      reason(withFile('mlp/config.json', { ...config, hidden: 1e9 })),
      reason(withFile('mlp/config.json', { ...config, layers: 0 })),
      reason(withFile('mlp/config.json', { ...config, activation: 'constructor' })),
      reason(withFile('scheduler/scheduler_config.json', { num_train_timesteps: 2, trained_betas: [0.1, 'x'] })),
      reason(withFile('scheduler/scheduler_config.json', { num_train_timesteps: 2, beta_schedule: 'magic' })),
      reason(withFile('scheduler/scheduler_config.json', { num_train_timesteps: 1e12 })),
    ]).toMatchInlineSnapshot(`
      [
        "The file is not a ZIP, or is damaged.",
        "There are weights in it, but no config.json that says what they belong to.",
        "mlp/diffusion_pytorch_model.safetensors is missing in the ZIP.",
        "mlp/config.json is not an object.",
        "The model predicts "magic"; known are epsilon, sample, v_prediction, flow_prediction.",
        "The weight time_embedding.linear_1.weight has shape [6,4], but the config asks for [7,4].",
        "hidden in the config of the MLP is 1000000000, not a whole number from 1 to 4096.",
        "The weight layers.0.bias belongs to no part of the model.",
        "The activation "constructor" is unknown.",
        "trained_betas of the schedule are not 2 numbers from 0 to 1.",
        "The schedule "magic" is unknown.",
        "num_train_timesteps of the schedule is 1000000000000.",
      ]
    `)
  })
})
