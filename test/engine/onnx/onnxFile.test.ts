// The contents of ONNX files, read back field by field: order of nodes, names, weights, metadata.
import { beforeAll, describe, expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { OPSET, onnxFileName } from '../../../src/engine/onnx/export.ts'
import { exportOnnx } from '../../../src/engine/onnx/export.ts'
import { sourceFromModel } from '../../../src/engine/onnx/source.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import { goldenTensors } from '../../goldenTensors.ts'

/** A field of a message: an integer, or bytes. */
interface Field {
  field: number
  int: bigint
  bytes: Uint8Array
}

/** Reads a message without knowledge of its fields. */
function readMessage(data: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++]
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < data.length) {
    const tag = Number(varint())
    const wire = tag & 7
    const int = wire === 0 ? varint() : 0n
    const length = wire === 2 ? Number(varint()) : wire === 5 ? 4 : 0
    expect([0, 2, 5]).toContain(wire)
    expect(at + length).toBeLessThanOrEqual(data.length)
    fields.push({ field: tag >> 3, int, bytes: data.subarray(at, (at += length)) })
  }
  return fields
}

const text = ({ bytes }: Pick<Field, 'bytes'>) => new TextDecoder().decode(bytes)
const all = (fields: Field[], field: number) => fields.filter((each) => each.field === field)
const texts = (fields: Field[], field: number) => all(fields, field).map(text)
const one = (fields: Field[], field: number) => {
  const found = all(fields, field)
  expect(found).toHaveLength(1)
  return found[0]
}

/** A value of the graph: its name, and its sizes as texts. */
function readValue({ bytes }: Field) {
  const fields = readMessage(bytes)
  const type = readMessage(one(readMessage(one(fields, 2).bytes), 1).bytes)
  const sizes = all(readMessage(one(type, 2).bytes), 1).map(({ bytes }) => {
    const [size] = readMessage(bytes)
    return size.field === 1 ? String(size.int) : text(size)
  })
  return { name: text(one(fields, 1)), element: Number(one(type, 1).int), sizes }
}

function readModel(bytes: Uint8Array) {
  const model = readMessage(bytes)
  const graph = readMessage(one(model, 7).bytes)
  const pairs = all(model, 14).map(({ bytes }) => {
    const fields = readMessage(bytes)
    return [text(one(fields, 1)), text(one(fields, 2))] as const
  })
  return {
    version: Number(one(model, 1).int),
    producer: text(one(model, 2)),
    opset: readMessage(one(model, 8).bytes),
    metadata: Object.fromEntries(pairs),
    nodes: all(graph, 1).map(({ bytes }) => {
      const fields = readMessage(bytes)
      return {
        inputs: texts(fields, 1),
        outputs: texts(fields, 2),
        name: text(one(fields, 3)),
        op: text(one(fields, 4)),
      }
    }),
    initializers: all(graph, 5).map(({ bytes }) => {
      const fields = readMessage(bytes)
      return {
        shape: all(fields, 1).map(({ int }) => Number(int)),
        element: Number(one(fields, 2).int),
        name: text(one(fields, 8)),
        raw: one(fields, 9).bytes,
      }
    }),
    inputs: all(graph, 11).map(readValue),
    outputs: all(graph, 12).map(readValue),
    values: all(graph, 13).map(readValue),
  }
}

/** Bytes of an element by its type: float, int64, double. */
const sizes: Record<number, number> = { 1: 4, 7: 8, 11: 8 }

beforeAll(() => tf.setBackend('cpu'))

describe.each(['unet/b_class_cond', 'unet/learned_4to1', 'dit/dit_b_learned_sigma', 'vae/vae_a'])(
  'the file of %s',
  (folder) => {
    const read = async () => {
      const source = await sourceFromModel(readGoldenModel(folder))
      const schedule = noiseSchedule({ name: 'linear', T: 10 })
      return exportOnnx(source, { schedule, classNames: ['a', 'b'] }).map(({ bytes }) =>
        readModel(bytes),
      )
    }

    test('defines every value once, before its use', async () => {
      for (const { nodes, initializers, inputs, outputs, values } of await read()) {
        const defined = new Set([...initializers, ...inputs].map(({ name }) => name))
        expect(defined.size).toBe(initializers.length + inputs.length)
        for (const node of nodes) {
          for (const input of node.inputs) if (input) expect(defined).toContain(input)
          for (const output of node.outputs) {
            expect(defined).not.toContain(output)
            defined.add(output)
          }
        }
        for (const { name } of [...outputs, ...values]) expect(defined).toContain(name)
        const used = new Set(nodes.flatMap((node) => node.inputs))
        for (const { name } of [...initializers, ...inputs]) expect(used).toContain(name)
        expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length)
      }
    })

    test('has the weights of its model, with their names and layouts', async () => {
      const files = await read()
      const stored = goldenTensors(`${folder}/diffusion_pytorch_model`)
      const written = new Map(
        files
          .flatMap(({ initializers }) => initializers)
          .map((tensor) => [tensor.name, tensor] as const),
      )
      for (const { shape, element, raw } of written.values())
        expect(raw.length).toBe(sizes[element] * shape.reduce((count, size) => count * size, 1))
      for (const [name, { shape, data }] of stored) {
        // Tables of positions are computed.
        if (name.endsWith('pos_embed')) continue
        const found = written.get(name)!
        expect(found.shape, name).toEqual(shape)
        expect(Buffer.compare(found.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))).toBe(0) // prettier-ignore
      }
    })

    test('has a batch of any size, and names for its inputs and nodes', async () => {
      for (const { nodes, inputs, outputs, version, opset, producer } of await read()) {
        expect([version, producer]).toEqual([8, 'litegraph-diffusion'])
        expect(opset.map(({ int }) => Number(int)).at(-1)).toBe(OPSET)
        for (const { sizes } of [...inputs, ...outputs]) expect(sizes[0]).toBe('batch')
        expect(nodes.every(({ name, op }) => name && op)).toBe(true)
      }
    })
  },
)

test('nodes are named after their layers, and metadata describe the model', async () => {
  const source = await sourceFromModel(readGoldenModel('unet/b_class_cond'))
  const schedule = noiseSchedule({ name: 'linear', T: 10 })
  const [file] = exportOnnx(source, { schedule, classNames: ['a', 'b'] })
  const { nodes, inputs, outputs, metadata, values } = readModel(file.bytes)
  const names = nodes.map(({ name }) => name)
  expect(names).toContain('conv_in/Conv')
  expect(names).toContain('down_blocks.0.resnets.0.conv1/Conv')
  expect(inputs).toEqual([
    { name: 'x', element: 1, sizes: ['batch', '1', '8', '8'] },
    { name: 't', element: 1, sizes: ['batch'] },
    { name: 'classes', element: 7, sizes: ['batch'] },
  ])
  expect(outputs).toEqual([{ name: 'prediction', element: 1, sizes: ['batch', '1', '8', '8'] }])
  expect(values.find(({ name }) => name === 'conv_in/Conv')!.sizes.slice(2)).toEqual(['8', '8'])
  expect(metadata).toMatchObject({
    model_kind: 'unet',
    prediction_type: 'epsilon',
    schedule: 'linear',
    class_names: '["a","b"]',
  })
  expect(metadata.summary).toContain('UNet')
  expect(JSON.parse(metadata.alphas_cumprod)).toEqual([...schedule.alphaBar])
  expect(JSON.parse(metadata.scheduler_config)).toMatchObject({
    _class_name: 'DDPMScheduler',
    num_train_timesteps: 10,
  })
  expect(JSON.parse(metadata.config)).toMatchObject({ sample_size: 8 })
})

test('equal models give equal bytes, and files are named by their parts', async () => {
  const write = async () => exportOnnx(await sourceFromModel(readGoldenModel('dit/dit_a')))
  const [[first], [second]] = [await write(), await write()]
  expect(Buffer.compare(first.bytes, second.bytes)).toBe(0)
  expect(onnxFileName('digits', '')).toBe('digits.onnx')
  expect(onnxFileName('vae', 'encode')).toBe('vae.encode.onnx')
})
