// Checkpoints: what is written is read back, and what is malformed is refused with the reason.
import fc from 'fast-check'
import { strFromU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { Checkpoint } from '../../../src/engine/checkpoint/pipeline.ts'
import {
  CheckpointError,
  describeCheckpoint,
  loadModel,
  readCheckpoint,
  computeSha256,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../../../src/engine/archive/safetensors.ts'
import {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
} from '../../../src/engine/archive/safetensors.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { withPreconditioning } from '../../../src/engine/models/kinds/precondition/precondition.ts'
import { preconditionings } from '../../../src/engine/models/kinds/precondition/config.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { sigmaSchedule, vpSchedule } from '../../../src/engine/process/continuous.ts'
import type { Schedule } from '../../../src/engine/process/schedule.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu } from '../../backends.ts'

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
  const json = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  )
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const f32 = (shape: unknown, from: number, to: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
})

describe('safetensors', () => {
  test('are read as written, at any byte offset', () => {
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

  test('accept any tensor name', () => {
    const given = new Map([['__proto__', { shape: [1], data: Float32Array.of(3) }]])
    expect(readSafetensors(writeSafetensors(given))).toEqual(given)
  })

  test('are read in half precision', () => {
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
  ])('rejects %s', (_, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError)
  })

  test('damaged files are read or rejected with a SafetensorsError', () => {
    const whole = writeSafetensors(new Map([['w', { shape: [2, 3], data: new Float32Array(6) }]]))
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.nat(whole.length),
        (at, value, length) => {
          const damaged = whole.slice()
          damaged[at] = value
          try {
            readSafetensors(damaged.subarray(0, length))
          } catch (error) {
            expect(error).toBeInstanceOf(SafetensorsError)
          }
        },
      ),
    )
  })
})

onCpu(() => {
  const net = (num_classes = 2) =>
    mlp(
      {
        dim: 2,
        hidden: 6,
        layers: 1,
        time_embedding_dim: 4,
        num_classes,
        activation: 'silu',
        fourier_features: 1,
      },
      'v_prediction',
      createRandom(1),
    )
  const schedule = noiseSchedule({ name: 'sigmoid_alpha_bar', T: 20 })

  async function stored(): Promise<Checkpoint> {
    const model = net()
    const checkpoint = { model: await storeModel(model), schedule }
    tf.dispose(collectTensors(model))
    return checkpoint
  }

  test('a loaded model has the schedule of the saved one and predicts the same bits', async () => {
    const model = net()
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule })
    const read = readCheckpoint(bytes)
    expect(read.schedule).toEqual(schedule)
    const loaded = loadModel(read.model)
    expect({ ...loaded, weights: {} }).toEqual({ ...model, weights: {} })
    const x = tf.tensor2d(createRandom(2).normal(6), [3, 2])
    const [before, after] = [model, loaded].map((m) =>
      tf.tidy(() =>
        predict(m, x, Float64Array.of(7), { kind: 'labels', labels: Int32Array.of(0, 1, -1) }),
      ),
    )
    expect(await after.data()).toEqual(await before.data())
    expect(computeSha256(bytes)).toBe(computeSha256(writeCheckpoint(read)))
    tf.dispose([...collectTensors(model), ...collectTensors(loaded), x, before, after])
  })

  /** Saved, loaded, and both asked about the same at the time `t`. */
  async function throughFile(model: Model, given: Schedule | undefined, t: number) {
    const bytes = writeCheckpoint({ model: await storeModel(model), schedule: given })
    const read = readCheckpoint(bytes)
    const loaded = loadModel(read.model)
    const x = tf.tensor2d(createRandom(2).normal(6), [3, 2])
    const [before, after] = [model, loaded].map((m) =>
      tf.tidy(() =>
        predict(m, x, Float64Array.of(t), {
          kind: 'labels',
          labels: Int32Array.of(0, 1, -1),
        }).dataSync(),
      ),
    )
    expect(after).toEqual(before)
    expect(before.every(Number.isFinite)).toBe(true)
    tf.dispose([...collectTensors(model), ...collectTensors(loaded), x])
    return { bytes, read, loaded }
  }
  test('a model of layers keeps the layout of tables, whatever their names', async () => {
    const b = new GraphBuilder()
    const labels = b.source('labels', { per_item: 1 })
    const vectors = b.add('label_embedding', [labels], { rows: 4, width: 3 }, 'table')
    const x = b.linear(b.source('x', { shape: [2] }), 'in', 3)
    const graph = b.graph({ predict: b.linear(b.add('add', [x, vectors]), 'out', 2) })
    const model = layersModel(graph, 'epsilon', createRandom(1))
    const { read } = await throughFile(model, schedule, 7)
    expect(read.model.weights.get('table.weight')!.shape).toEqual([4, 3])
    expect(read.model.weights.get('in.weight')!.shape).toEqual([3, 2])
  })

  /** Without the numbers. */
  const bare = ({ children, ...model }: Model): unknown => ({
    ...model,
    weights: Object.keys(model.weights).sort(),
    children: Object.fromEntries(
      Object.entries(children).map(([name, child]) => [name, bare(child)]),
    ),
  })

  test.each(
    preconditionings.flatMap((preconditioning) =>
      [schedule, sigmaSchedule({ sigmaMax: 50 }), vpSchedule()].map((of) => ({
        preconditioning,
        of,
      })),
    ),
  )(
    'restores $preconditioning preconditioning over a $of.kind schedule',
    async ({ preconditioning, of }) => {
      const model = withPreconditioning(net(), {
        preconditioning,
        sigma_data: 0.7,
        sigma_min: 0.01,
        schedule: of,
      })
      const { bytes, read, loaded } = await throughFile(model, of, 7)
      expect(bare(loaded)).toEqual(bare(model))
      expect([read.schedule, read.notices]).toEqual([of, []])
      expect(computeSha256(writeCheckpoint(read))).toBe(computeSha256(bytes))
      const edm = preconditioning === 'edm' && of.kind === 'sigma'
      const files = unzipSync(bytes)
      const scheduler = JSON.parse(strFromU8(files['scheduler/scheduler_config.json']))
      // No pipeline of diffusers scales x as EDM needs it, and other schedulers have no equivalent.
      expect(files['model_index.json']).toBeUndefined()
      const own = { table: 'BetaSchedule', vp: 'VPSchedule', sigma: 'SigmaSchedule', flow: '' }
      expect(scheduler._class_name).toBe(edm ? 'EDMEulerScheduler' : own[of.kind])
      expect([scheduler.prediction_type, scheduler.sigma_data]).toEqual(
        edm ? ['epsilon', 0.7] : ['v_prediction', undefined],
      )
    },
  )

  test('a preconditioned network is saved with its own schedule and rejects another one', async () => {
    const config = { preconditioning: 'edm', sigma_data: 0.5, sigma_min: 0.002 } as const
    const { read, bytes } = await throughFile(
      withPreconditioning(net(), { ...config, schedule: sigmaSchedule() }),
      undefined,
      3,
    )
    expect(read.schedule).toEqual(sigmaSchedule())
    expect(describeCheckpoint(bytes).title).toMatch(/^MLP .* preconditioned$/)
    expect(describeCheckpoint(bytes).rows).toContainEqual([
      'predicts',
      'sample, preconditioned (edm)',
    ])
    expect(() =>
      writeCheckpoint({ model: read.model, schedule }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: Expected the schedule of Precondition, "sigma", got "sigmoid_alpha_bar".]`,
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
        "Expected a schedule, as the model is preconditioned, got none.",
        "Unexpected preconditioning of the model in litegraph_diffusion.json: "constructor".",
        "Unexpected sigma_data of the model in litegraph_diffusion.json: 0.",
        "Unexpected sigma_min of the model in litegraph_diffusion.json: null.",
        undefined,
      ]
    `)
  })

  test('writes a pipeline folder of diffusers with weights in the layout of PyTorch', async () => {
    const files = unzipSync(writeCheckpoint(await stored()))
    expect(Object.keys(files)).toEqual([
      'README.md',
      'litegraph_diffusion.json',
      'mlp/config.json',
      'mlp/diffusion_pytorch_model.safetensors',
      'scheduler/scheduler_config.json',
    ])
    expect(strFromU8(files['mlp/config.json'])).toMatchInlineSnapshot(`
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
    const scheduler = JSON.parse(strFromU8(files['scheduler/scheduler_config.json']))
    expect(scheduler).toMatchObject({
      _class_name: 'DDPMScheduler',
      num_train_timesteps: 20,
      prediction_type: 'v_prediction',
    })
    const weights = readSafetensors(files['mlp/diffusion_pytorch_model.safetensors'])
    expect(weights.get('linear_in.weight')!.shape).toEqual([6, 6])
    expect(weights.get('linear_out.weight')!.shape).toEqual([2, 6])
    expect(weights.get('class_embedding.weight')!.shape).toEqual([3, 6])
  })

  test('reads files inside a common folder, and a schedule by its name', async () => {
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
    const inside = Object.fromEntries(
      Object.entries(files).map(([path, bytes]) => [`my-model/${path}`, bytes]),
    )
    expect(readCheckpoint(zipSync(inside)).schedule).toEqual(
      noiseSchedule({ name: 'linear', T: 50, betaStart: 0.001, betaEnd: 0.01 }),
    )
  })

  test('damaged checkpoints are read, or rejected with a reason', async () => {
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

  test('rejects a ZIP with too large contents', async () => {
    const whole = Buffer.from(writeCheckpoint(await stored()))
    const path = 'mlp/diffusion_pytorch_model.safetensors'
    const entry = whole.lastIndexOf(path) - 46
    expect(whole.readUInt32LE(entry)).toBe(0x02014b50)
    whole.writeUInt32LE(3 * 2 ** 30, entry + 24)
    expect(() => readCheckpoint(whole)).toThrow('Expected at most 2 GiB in the ZIP, got more.')
  })

  test('rejects unsupported models and files with the reason', async () => {
    const model = net()
    await expect(storeModel(guidedModel(model, 2))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: Expected a network to save, got a model of kind "guided".]`,
    )
    tf.dispose(collectTensors(model))

    const whole = unzipSync(writeCheckpoint(await stored()))
    const config = JSON.parse(strFromU8(whole['mlp/config.json']))
    const withFile = (path: string, value: unknown) =>
      zipSync({ ...whole, [path]: new TextEncoder().encode(JSON.stringify(value)) })
    const without = (path: string) =>
      zipSync(Object.fromEntries(Object.entries(whole).filter(([own]) => own !== path)))
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
      reason(
        withFile('scheduler/scheduler_config.json', {
          num_train_timesteps: 2,
          trained_betas: [0.1, 'x'],
        }),
      ),
      reason(
        withFile('scheduler/scheduler_config.json', {
          num_train_timesteps: 2,
          beta_schedule: 'magic',
        }),
      ),
      reason(withFile('scheduler/scheduler_config.json', { num_train_timesteps: 1e12 })),
    ]).toMatchInlineSnapshot(`
      [
        "The file is not a ZIP, or it is damaged.",
        "Expected a config.json beside the weights, got none.",
        "mlp/diffusion_pytorch_model.safetensors is missing in the ZIP.",
        "mlp/config.json is not a JSON object.",
        "Expected a model that predicts one of epsilon, sample, v_prediction, flow_prediction, got "magic".",
        "Expected the weight time_embedding.linear_1.weight to have the shape [7,4] of the config, got [6,4].",
        "Expected hidden of the MLP to be an integer from 1 to 4096, got 1000000000.",
        "The weight layers.0.bias belongs to no part of the model.",
        "Expected a known activation, got "constructor".",
        "Expected trained_betas of the schedule to be 2 numbers from 0 to 1, got something else.",
        "Expected a known beta_schedule, got "magic".",
        "Expected num_train_timesteps of the schedule to be an integer from 1 to 100000, got 1000000000000.",
      ]
    `)
  })
})
