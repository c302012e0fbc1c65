// Valid binary files that mutants start from. All are small, so that many mutants fit in a run.
import { strToU8, zipSync, zlibSync } from 'fflate'
import { readFileSync } from 'node:fs'
import { writeBackup } from '../../src/editor/backup/backupZip.ts'
import { partIds } from '../../src/editor/backup/parts.ts'
import { concatBytes } from '../../src/engine/base/bytes.ts'
import { computeSha256 } from '../../src/engine/checkpoint/archive.ts'
import type { StoredModel } from '../../src/engine/checkpoint/checkpoint.ts'
import { writeConfig } from '../../src/engine/models/kinds/files.ts'
import { getNetworkKind } from '../../src/engine/models/kinds/registry.ts'
import { torchShapes } from '../../src/engine/models/graph/weights.ts'
import { writeSafetensors, type StoredTensor } from '../../src/engine/archive/safetensors.ts'
import type { StoredTraining } from '../../src/engine/checkpoint/training.ts'
import { writeCheckpoint } from '../../src/engine/checkpoint/write.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import { gifWriter } from '../../src/engine/images/gif.ts'
import { encodePng } from '../../src/engine/images/png.ts'
import { parseUnetConfig } from '../../src/engine/models/kinds/unet/config.ts'
import { noiseSchedule } from '../../src/engine/process/schedule.ts'
import { packBundle } from '../../src/workflow/bundle.ts'
import { pngWithWorkflow } from '../../src/workflow/png.ts'
import { pngChunks, pngFile } from '../../test/hostile/binaries.ts'
import { createMemoryBrowser } from './memoryBrowser.ts'

const WORKFLOW = 'workflows/points.json'

export const workflowText = () => readFileSync(WORKFLOW, 'utf8')

const picture = (width: number, height: number, channels: 1 | 3) => ({
  width,
  height,
  channels,
  count: 1,
  pixels: Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => (i * 37) % 256),
})

// ---- checkpoints

const weightsOf = (kind: string, config: Record<string, unknown>) =>
  new Map(
    [...torchShapes(getNetworkKind({ kind }).layers(config))].map(
      ([name, shape]): [string, StoredTensor] => {
        const count = shape.reduce((product, length) => product * length, 1)
        return [name, { shape, data: Float32Array.from({ length: count }, (_, i) => (i % 7) / 8) }]
      },
    ),
  )

const mlpConfig = {
  dim: 2,
  hidden: 4,
  layers: 1,
  time_embedding_dim: 4,
  num_classes: 0,
  fourier_features: 0,
  activation: 'silu',
}

const unetConfig = () =>
  parseUnetConfig({
    sample_size: 4,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [4],
    layers_per_block: 1,
    norm_num_groups: 2,
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    add_attention: false,
  }) as unknown as Record<string, unknown>

const model = (kind: string, config: Record<string, unknown>): StoredModel => ({
  kind,
  config,
  predicts: 'epsilon',
  weights: weightsOf(kind, config),
})

/** A training state after two steps of Adam. */
function trainingOf({ weights }: StoredModel): StoredTraining {
  const vectors = ['weight', 'first', 'second', 'average']
  const tensors = new Map<string, StoredTensor>(
    vectors.flatMap((vector) =>
      [...weights].map(([name, tensor]): [string, StoredTensor] => [`${vector}/${name}`, tensor]),
    ),
  )
  tensors.set('losses', { shape: [2], data: Float32Array.of(1, 0.5) })
  return {
    step: 2,
    updates: 2,
    order: [...weights.keys()],
    moments: ['first', 'second'],
    averages: [{ snapshots: [] }],
    batches: 0,
    tensors,
  }
}

const schedule = () => noiseSchedule({ name: 'linear', T: 10 })

/** A checkpoint of a small model of points, with its schedule. */
export const pointCheckpoint = (): Uint8Array =>
  writeCheckpoint({ model: model('mlp', mlpConfig), schedule: schedule() })

export function checkpointSeeds(): Uint8Array[] {
  const [mlp, unet] = [model('mlp', mlpConfig), model('unet', unetConfig())]
  return [
    writeCheckpoint({ model: mlp, schedule: schedule(), training: trainingOf(mlp) }),
    writeCheckpoint({
      model: mlp,
      schedule: schedule(),
      trainedOn: { space: 'point', range: [-1, 1], size: 10, classes: 0 },
    }),
    writeCheckpoint({ model: unet, schedule: schedule() }),
    shardedCheckpoint(unet),
  ]
}

/** Weights in two files and an index, as diffusers writes large models. */
function shardedCheckpoint({ config, weights }: StoredModel): Uint8Array {
  const names = [...weights.keys()]
  const part = (keep: (i: number) => boolean) => new Map([...weights].filter((_, i) => keep(i)))
  const fileOf = (i: number) => `diffusion_pytorch_model-0000${(i % 2) + 1}-of-00002.safetensors`
  const index = {
    metadata: {},
    weight_map: Object.fromEntries(names.map((n, i) => [n, fileOf(i)])),
  }
  const { className, config: json } = writeConfig({ kind: 'unet', config }, 'epsilon')
  return zipSync({
    'unet/config.json': strToU8(JSON.stringify({ _class_name: className[1], ...json })),
    'unet/diffusion_pytorch_model.safetensors.index.json': strToU8(JSON.stringify(index)),
    [`unet/${fileOf(0)}`]: writeSafetensors(part((i) => i % 2 === 0)),
    [`unet/${fileOf(1)}`]: writeSafetensors(part((i) => i % 2 === 1)),
  })
}

// ---- data sets and images

export const datasetSeeds = (): Uint8Array[] => [
  writeImages({
    name: 'two',
    images: Uint8Array.from({ length: 24 }, (_, i) => i * 10),
    shape: [2, 2, 2, 3],
    max: 255,
    labels: Int32Array.of(0, 1),
    classNames: ['a', 'b'],
  }),
  writeImages({ name: '', images: Uint8Array.of(0, 15), shape: [2, 1, 1, 1], max: 15 }),
  writeSafetensors(
    new Map([
      ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['b', { shape: [0], data: new Float32Array(0) }],
      ['c', { shape: [3], data: Int32Array.of(1, 2, 3) }],
    ]),
    { name: 'x' },
  ),
]

function gif(): Uint8Array {
  const writer = gifWriter(1, 0)
  writer.add(picture(4, 3, 3), 100)
  writer.add(picture(4, 3, 3), 100)
  return writer.bytes()
}

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

/** A JPEG of the headers alone, with 16 x 16 pixels: the reader of headers does not decode. */
const jpegHeader = fromHex('ffd8ffe000104a46494600010100000100010000ffc0000b080010001001011100ffd9')

/** A WebP of the header alone, with 4 x 4 pixels. */
const webpHeader = concatBytes([
  strToU8('RIFF'),
  fromHex('1e000000'),
  strToU8('WEBPVP8X'),
  fromHex('0a00000000000000030000030000'),
])

function bmp(): Uint8Array {
  const bytes = new Uint8Array(58)
  const view = new DataView(bytes.buffer)
  bytes.set([0x42, 0x4d, 58])
  view.setUint32(10, 54, true)
  view.setUint32(14, 40, true)
  view.setInt32(18, 1, true)
  view.setInt32(22, 1, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 24, true)
  return bytes
}

export function imageSeeds(): Uint8Array[] {
  const png = encodePng(picture(5, 4, 3))
  return [
    png,
    gif(),
    jpegHeader,
    webpHeader,
    bmp(),
    zipSync({ 'cats/a.png': png, 'dogs/b.gif': gif(), 'dogs/c.png': encodePng(picture(2, 2, 1)) }),
  ]
}

/** Images with a workflow in each kind of text chunk. */
export function pngSeeds(text: string): Uint8Array[] {
  const image = encodePng(picture(2, 2, 1))
  const withText = (type: string, data: Uint8Array) => {
    const [header, ...rest] = pngChunks(image)
    return pngFile([header, { type, data }, ...rest])
  }
  const content = strToU8(text)
  const packed = zlibSync(content)
  return [
    pngWithWorkflow(image, text),
    withText('tEXt', concatBytes([strToU8('workflow\0'), content])),
    withText('zTXt', concatBytes([strToU8('workflow\0\0'), packed])),
    withText('iTXt', concatBytes([strToU8('workflow\0\u0001\0en\0\0'), packed])),
  ]
}

// ---- ZIPs with workflows

export function bundleSeeds(text: string): Uint8Array[] {
  const [checkpoint] = checkpointSeeds().slice(1)
  const [dataset] = datasetSeeds()
  const named = (what: 'checkpoint' | 'dataset', name: string, bytes: Uint8Array) => ({
    what,
    file: { name, size: bytes.length, sha256: computeSha256(bytes) },
    bytes,
  })
  return [
    packBundle(text, []),
    packBundle(text, [
      named('checkpoint', 'mlp.zip', checkpoint),
      named('dataset', 'two.safetensors', dataset),
    ]),
  ]
}

export async function backupSeeds(text: string): Promise<Uint8Array[]> {
  const { stores, checkpoints, datasets, states, parts } = createMemoryBrowser()
  const common = { name: 'points', text, saved: 5, created: 4, revision: 2 }
  await stores.workflows.set('w1', { id: 'w1', ...common })
  await stores.nodes.set('n1', { id: 'n1', description: 'x', ...common })
  await stores.drafts.set('d1', { id: 'd1', of: 'w1', name: 'd', text, revision: 1, changed: 9 })
  await stores.versions.set('w1 7', { id: 'w1 7', of: 'w1', when: 7, text })
  const sweep = { id: 's1', when: 1, workflow: 'w1', name: 'Sweep', text, axes: [] }
  await stores.sweeps.set('s1', { ...sweep, losses: Float32Array.of(1, 2) })
  await stores.settings.set('settings', { theme: 'dark' })
  await stores.lessons.set('a/b', { lesson: 'a/b', questions: [], tasks: [] })
  await checkpoints.save('mlp.zip', checkpointSeeds()[1])
  await datasets.save('two.safetensors', datasetSeeds()[0])
  await states.put('key@2', Uint8Array.of(1, 2, 3, 4))
  const { zip } = await writeBackup(parts, partIds, () => {})
  return [new Uint8Array(await zip.arrayBuffer())]
}

// ---- other formats

/** Two MNIST labels and two images of 2 x 2 pixels. */
export const idxSeeds = (): Uint8Array[] => [
  Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4),
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8),
]
