// Hostile and damaged checkpoints: refused by their headers before the weights are unpacked, with
// messages that name the part.
import { strToU8, unzipSync, zipSync } from 'fflate'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { describeCheckpoint } from '../../../src/engine/checkpoint/describe.ts'
import { CheckpointError } from '../../../src/engine/archive/checkpointError.ts'
import { getNetworkKind } from '../../../src/engine/models/kinds/registry.ts'
import { torchShapes } from '../../../src/engine/models/graph/weights.ts'
import { readCheckpoint } from '../../../src/engine/checkpoint/read.ts'
import {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
} from '../../../src/engine/archive/safetensors.ts'
import type { StoredWeights } from '../../../src/engine/checkpoint/weights.ts'
import { writeCheckpoint } from '../../../src/engine/checkpoint/write.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import {
  createChance,
  mutants,
  mutateSafetensors,
  mutateZip,
  safetensorsFile,
} from '../../hostile/binaries.ts'

const config = {
  dim: 2,
  hidden: 8,
  layers: 1,
  time_embedding_dim: 4,
  num_classes: 2,
  activation: 'silu',
  fourier_features: 0,
}
const WEIGHTS = 'mlp/diffusion_pytorch_model.safetensors'
const countElements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
const weights = new Map(
  [...torchShapes(getNetworkKind({ kind: 'mlp' }).layers(config))].map(([name, shape]) => [
    name,
    { shape, data: Float32Array.from({ length: countElements(shape) }, (_, i) => Math.sin(i)) },
  ]),
)
const schedule = noiseSchedule({ name: 'linear', T: 10 })
const model = { kind: 'mlp', config, predicts: 'epsilon', weights } as const
let valid: Uint8Array
let withTraining: Uint8Array
beforeAll(() => {
  valid = writeCheckpoint({ model, schedule })
  withTraining = writeCheckpoint({ model, schedule, training: smallTraining() })
})

/** A state after two steps of Adam. */
function smallTraining() {
  const tensors: StoredWeights = new Map(
    ['weight', 'first', 'second', 'average'].flatMap((part) =>
      [...weights].map(([name, tensor]) => [`${part}/${name}`, tensor] as const),
    ),
  )
  tensors.set('losses', { shape: [2], data: Float32Array.of(2, 1) })
  return {
    step: 2,
    updates: 2,
    order: [...weights.keys()],
    moments: ['first' as const, 'second' as const],
    averages: [{ snapshots: [] }],
    batches: 0,
    tensors,
  }
}

const withFile = (path: string, content: Uint8Array | object, zip = valid) =>
  zipSync({
    ...unzipSync(zip),
    [path]: content instanceof Uint8Array ? content : strToU8(JSON.stringify(content)),
  })

function reason(bytes: Uint8Array): string {
  try {
    readCheckpoint(bytes)
    return 'read'
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError)
    return (error as CheckpointError).message
  }
}

const f32 = (shape: number[], from: number, to: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [from, to],
})
const header = (tensors: object, bytes = 0) =>
  safetensorsFile(JSON.stringify(tensors), new Uint8Array(bytes))

describe('memory', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** Counts the bytes of arrays that reading requests by size, with those of fflate. */
  async function requestedBytes(bytes: Uint8Array): Promise<{ message: string; total: number }> {
    let total = 0
    for (const name of ['Uint8Array', 'Float32Array', 'ArrayBuffer'] as const) {
      vi.stubGlobal(
        name,
        new Proxy(globalThis[name], {
          construct(target, args, newTarget) {
            if (typeof args[0] === 'number')
              total += args[0] * ('BYTES_PER_ELEMENT' in target ? target.BYTES_PER_ELEMENT : 1)
            return Reflect.construct(target, args, newTarget)
          },
        }),
      )
    }
    // Loaded anew, because fflate refers to Uint8Array when it is loaded.
    vi.resetModules()
    const { readCheckpoint: read } = await import('../../../src/engine/checkpoint/read.ts')
    total = 0
    try {
      read(bytes)
      return { message: 'read', total }
    } catch (error) {
      return { message: (error as Error).message, total }
    }
  }

  /** Weights of the model, one of which has very many zeros instead. */
  const zeros = (count: number) =>
    writeSafetensors(
      new Map([
        ...weights,
        ['linear_in.weight', { shape: [8, count], data: new Float32Array(8 * count) }],
      ]),
    )

  test('weights of another size are refused before they are unpacked', async () => {
    const bytes = withFile(WEIGHTS, zeros(800_000))
    expect(bytes.length).toBeLessThan(1e6)
    const { message, total } = await requestedBytes(bytes)
    expect(message).toMatchInlineSnapshot(
      `"Expected the weight linear_in.weight to have the shape [8,2] of the config, got [8,800000]."`,
    )
    expect(total).toBeLessThan(2e6)
  })

  test('so are those of a training state', async () => {
    const { tensors } = smallTraining()
    tensors.set('first/linear_in.bias', { shape: [1e6], data: new Float32Array(1e6) })
    const bytes = withFile('training/state.safetensors', writeSafetensors(tensors), withTraining)
    const { message, total } = await requestedBytes(bytes)
    expect(message).toMatchInlineSnapshot(
      `"Expected the weight first/linear_in.bias to have the shape [8] of the config, got [1000000]."`,
    )
    expect(total).toBeLessThan(2e6)
  })

  test('reading takes a small multiple of the file', async () => {
    const { message, total } = await requestedBytes(withTraining)
    expect(message).toBe('read')
    expect(total).toBeLessThan(4 * withTraining.length + 1e6)
  })
})

describe('damage', () => {
  test('is named with its part', () => {
    const files = unzipSync(valid)
    const data = files[WEIGHTS]
    const flipped = valid.slice()
    // The last byte of the weights, which are stored as they are.
    flipped[indexOf(valid, data) + data.length - 1] ^= 1
    expect({
      'flipped bit': reason(flipped),
      'no JSON': reason(withFile('mlp/config.json', strToU8('{'))),
      'deep JSON': reason(
        withFile(
          'mlp/config.json',
          strToU8(`{"_class_name":"MLP","prediction_type":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
        ),
      ),
      'long config': reason(withFile('mlp/config.json', new Uint8Array(2 ** 20 + 1))),
      'class is missing': reason(withFile('mlp/config.json', { ...config })),
      'value is missing': reason(withFile('mlp/config.json', { _class_name: 'MLP', dim: 2 })),
      'weights cut off': reason(withFile(WEIGHTS, data.slice(0, 100))),
      'header beyond the file': reason(withFile(WEIGHTS, new Uint8Array(20).fill(255))),
      'header too long': reason(withFile(WEIGHTS, withHeaderLength(3_000_000))),
      'long name': reason(withFile(WEIGHTS, header({ ['w'.repeat(500)]: f32([1], 0, 4) }, 4))),
      'name of the prototype': reason(
        withFile(
          WEIGHTS,
          safetensorsFile(
            '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
            new Uint8Array(4),
          ),
        ),
      ),
      scheduler: reason(withFile('scheduler/scheduler_config.json', { _class_name: { a: 1 } })),
      state: reason(withFile('training/state.json', {}, withTraining)),
      'many snapshots': reason(
        withFile(
          'training/state.json',
          {
            step: 2e6,
            weights: [...weights.keys()],
            moments: ['first', 'second'],
            averages: [{ snapshots: Array.from({ length: 1e6 }, (_, i) => i + 1) }],
          },
          withTraining,
        ),
      ),
    }).toMatchInlineSnapshot(`
      {
        "class is missing": "Expected a config.json beside the weights, got none.",
        "deep JSON": "Expected a model that predicts one of epsilon, sample, v_prediction, flow_prediction, got a list.",
        "flipped bit": "mlp/diffusion_pytorch_model.safetensors in the ZIP is damaged: expected the CRC-32 6e872ab6, got 19801a20.",
        "header beyond the file": "mlp/diffusion_pytorch_model.safetensors cannot be read. Expected a header of at most 12 bytes, got one of 18446744073709551615.",
        "header too long": "mlp/diffusion_pytorch_model.safetensors cannot be read. Expected a header of at most 1054344 bytes, got one of 3000000.",
        "long config": "Expected a configuration, got mlp/config.json with 1048577 bytes, too long for one.",
        "long name": "The weight time_embedding.linear_1.weight is missing.",
        "many snapshots": "The weight average@1/time_embedding.linear_1.weight is missing.",
        "name of the prototype": "The weight time_embedding.linear_1.weight is missing.",
        "no JSON": "mlp/config.json is not JSON.",
        "scheduler": "Expected a scheduler of diffusers with betas, such as DDPMScheduler, or one of flows or of EDM, got {"a":1}.",
        "state": "Expected training/state.json to name the weights of the model, got other names.",
        "value is missing": "Expected a model that predicts one of epsilon, sample, v_prediction, flow_prediction, got nothing.",
        "weights cut off": "mlp/diffusion_pytorch_model.safetensors cannot be read. Expected a header of at most 92 bytes, got one of 888.",
      }
    `)
  })

  const withHeaderLength = (length: number) => {
    const bytes = new Uint8Array(length + 8).fill(0x20)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
    return bytes
  }

  function indexOf(bytes: Uint8Array, part: Uint8Array): number {
    return Buffer.from(bytes).indexOf(Buffer.from(part))
  }

  test.each([
    ['the model', () => valid],
    ['a training', () => withTraining],
  ])('of 200 random bits in the files of %s is detected', (_, zip) => {
    const chance = createChance(11)
    const bytes = zip()
    const parts = Object.values(unzipSync(bytes)).map((part) => [indexOf(bytes, part), part.length])
    for (let i = 0; i < 200; i++) {
      const [start, length] = chance.pick(parts)
      const copy = bytes.slice()
      copy[start + chance.below(length)] ^= 1 << chance.below(8)
      // These are written for diffusers and its users. This program does not read them.
      const unread = ['model_index.json', 'README.md'].flatMap(
        (path) => unzipSync(bytes)[path] ?? [],
      )
      if (!unread.some((file) => start === indexOf(bytes, file)))
        expect(() => readCheckpoint(copy)).toThrow(CheckpointError)
    }
  })
})

test.each([
  [
    'two equal names',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
  ],
  [
    'an escaped equal name',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
  ],
  [
    'a large shape with a zero',
    '{"a":{"dtype":"F32","shape":[9007199254740993,0],"data_offsets":[0,4]}}',
  ],
  ['nine axes', '{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}'],
  ['nothing as type', '{"a":{"shape":[1],"data_offsets":[0,4]}}'],
  ['null', '{"a":null}'],
])('safetensors with %s are refused', (_, json) => {
  expect(() => readSafetensors(safetensorsFile(json, new Uint8Array(4)))).toThrow(SafetensorsError)
})

test('a name with colons, quotes and braces is no second member', () => {
  const tensors = new Map([['a":{"b', { shape: [1], data: Float32Array.of(1) }]])
  expect(readSafetensors(writeSafetensors(tensors))).toEqual(tensors)
})

test('mutants fail with errors of checkpoints alone', () => {
  let read = 0
  for (const { seed, bytes } of mutants(mutateZip, [valid, withTraining], 77, 500)) {
    try {
      describeCheckpoint(bytes)
      read++
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw new Error(`seed ${seed}`, { cause: error })
      expect(`${error.message} ${error.cure}`).not.toMatch(/undefined|\[object/)
    }
  }
  expect(read).toBeGreaterThan(10)
  const whole = writeSafetensors(weights)
  for (const { seed, bytes } of mutants(mutateSafetensors, [whole], 77, 1500)) {
    try {
      readSafetensors(bytes)
    } catch (error) {
      if (!(error instanceof SafetensorsError)) throw new Error(`seed ${seed}`, { cause: error })
    }
  }
})

// Compared with a copy of the header, which caches and garbage collection slow down as well.
if (process.env.FULL)
  test('the header takes time in proportion to the number of tensors', { retry: 2 }, () => {
    const timeOf = (work: () => void) => {
      const times = Array.from({ length: 7 }, () => {
        const before = process.cpuUsage()
        work()
        const { user, system } = process.cpuUsage(before)
        return user + system
      })
      return Math.min(...times)
    }
    /** Time to read a header, in times to parse it and copy its entries one by one. */
    const readingTime = (count: number) => {
      const bytes = writeSafetensors(
        new Map(
          Array.from({ length: count }, (_, i) => [
            `w${i}`,
            { shape: [1], data: Float32Array.of(i) },
          ]),
        ),
      )
      const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
      const header = new TextDecoder().decode(bytes.subarray(8, 8 + length))
      const copy = () =>
        Object.values(JSON.parse(header) as object).map((entry) => structuredClone(entry))
      return timeOf(() => readSafetensors(bytes)) / timeOf(copy)
    }
    readingTime(1000)
    // 1 in linear time, 16 in quadratic time.
    expect(readingTime(32_000) / readingTime(2000)).toBeLessThan(2)
  })
