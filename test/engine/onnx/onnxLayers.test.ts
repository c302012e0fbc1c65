// Every operation of layers in ONNX Runtime: images that are not square, tokens, and vectors.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning } from '../../../src/engine/base/values.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { GraphBuilder, type AfterInputs } from '../../../src/engine/models/graph/builder.ts'
import type { Feature } from '../../../src/engine/models/graph/layer.ts'
import type { LayerOpName } from '../../../src/engine/models/graph/ops/table.ts'
import { createProgram, runProgram } from '../../../src/engine/models/graph/program.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { onCpu } from '../../backends.ts'
import { expectFeed, exportModel, runOnnx, toFeed, type Feed } from '../../onnx.ts'

const image = [4, 6, 3]
const tokens = [6, 8]
const vector = [4]

type Build = (b: GraphBuilder, x: Feature) => Feature
/** Networks of an operation by the shape of their input. */
type Cases = readonly [shape: readonly number[], build: Build][]

const add =
  <K extends LayerOpName>(op: K, ...rest: AfterInputs<K>): Build =>
  (b, x) =>
    b.add(op, [x], ...rest)

const everywhere = (build: Build): Cases => [image, tokens, vector].map((shape) => [shape, build])

const convAttrs = { out: 4, kernel: 3, stride: 1, pad: null, groups: 1, bias: true }
const vectorOf = (
  b: GraphBuilder,
  x: Feature,
  out = b.shapeOf(x).at(-1) as number,
  name = 'vector',
) => b.linear(b.source('vectors', { width: 5 }), `${name}${out}`, out)

/** Times at which every embedding is defined. */
const timed = (embed: (b: GraphBuilder, t: Feature) => Feature): Cases => [
  [vector, (b, x) => b.add('concat', [x, embed(b, b.source('time'))])],
]

const attend =
  (op: 'attention' | 'linear_attention'): Build =>
  (b, x) => {
    const [q, k, v] = ['q', 'k', 'v'].map((name) => b.linear(x, name, 8))
    return b.add(op, [q, k, v], { heads: 2 })
  }

/** One entry for each operation, which the type requires. */
const cases: { readonly [K in LayerOpName]: Cases } = {
  x: everywhere((_, x) => x),
  time: timed((b, t) => b.add('time_value', [t])),
  labels: [
    [
      vector,
      (b, x) => {
        const labels = b.source('labels', { per_item: 1 })
        const rows = b.add('label_embedding', [labels], { rows: 4, width: 4 }, 'table')
        return b.add('add', [x, rows])
      },
    ],
  ],
  values: [
    [
      vector,
      (b, x) =>
        b.add('concat', [
          x,
          b.add('timestep_embedding', [b.source('values')], {
            width: 6,
            flip_sin_to_cos: true,
            freq_shift: 0,
          }),
        ]),
    ],
  ],
  vectors: everywhere((b, x) => b.add('add', [x, vectorOf(b, x)])),
  tokens: [
    [
      tokens,
      (b, x) => {
        const source = b.source('tokens', { width: 8 })
        return b.add('attention', [x, b.linear(source, 'k', 8), source], { heads: 2 })
      },
    ],
  ],
  channels: [
    [image, (b, x) => b.add('concat', [x, b.source('channels', { shape: [4, 6, 2] })])],
    [vector, (b, x) => b.add('concat', [x, b.source('channels', { shape: [2] })])],
  ],
  linear: [
    ...everywhere((b, x) => b.linear(x, 'linear', 5)),
    ...everywhere((b, x) => b.linear(x, 'linear', 5, false)),
  ],
  conv: [
    [image, add('conv', convAttrs, 'conv')],
    [image, add('conv', { ...convAttrs, out: 6, groups: 3, bias: false }, 'conv')],
    [image, add('conv', { ...convAttrs, stride: 2, pad: [0, 1, 1, 0] }, 'conv')],
    [image, add('conv', { ...convAttrs, kernel: 2, stride: 2, pad: [0, 0, 0, 0] }, 'conv')],
    [image, add('conv', { ...convAttrs, kernel: 1 }, 'conv')],
    // Patches of 3 leave a row out.
    [image, add('conv', { ...convAttrs, stride: 3, pad: [0, 0, 0, 0] }, 'conv')],
  ],
  conv_transpose: [
    [
      image,
      add(
        'conv_transpose',
        { out: 5, kernel: 4, stride: 2, pad: [1, 1, 1, 1], bias: true },
        'conv',
      ),
    ],
    [
      image,
      add(
        'conv_transpose',
        { out: 2, kernel: 3, stride: 1, pad: [2, 2, 2, 2], bias: false },
        'conv',
      ),
    ],
  ],
  group_norm: [
    [image, add('group_norm', { groups: 3, eps: 1e-5 }, 'norm')],
    [tokens, add('group_norm', { groups: 2, eps: 1e-5 }, 'norm')],
    [vector, add('group_norm', { groups: 2, eps: 1e-5 }, 'norm')],
  ],
  layer_norm: [
    ...everywhere(add('layer_norm', { eps: 1e-5, affine: true }, 'norm')),
    ...everywhere(add('layer_norm', { eps: 1e-6, affine: false })),
  ],
  rms_norm: everywhere(add('rms_norm', { eps: 1e-6 }, 'norm')),
  silu: everywhere(add('silu')),
  gelu: everywhere(add('gelu')),
  gelu_tanh: everywhere(add('gelu_tanh')),
  relu: everywhere(add('relu')),
  tanh: everywhere(add('tanh')),
  mish: everywhere(add('mish')),
  softmax: everywhere(add('softmax')),
  add: everywhere((b, x) => b.add('add', [vectorOf(b, x), x, x])),
  multiply: everywhere((b, x) => b.add('multiply', [x, vectorOf(b, x), x])),
  divide: everywhere(add('divide', { by: -3 })),
  quotient: [
    ...everywhere((b, x) => b.add('quotient', [x, vectorOf(b, x)])),
    ...everywhere((b, x) => b.add('quotient', [x, vectorOf(b, x, 1)])),
  ],
  affine: [
    ...everywhere(add('affine', { scale: 2, shift: -1 })),
    [vector, add('affine', { scale: 1, shift: 0 })],
  ],
  channel_scale: everywhere(add('channel_scale', { start: 0.5 }, 'scale')),
  modulate: everywhere((b, x) =>
    b.add('modulate', [x, vectorOf(b, x), b.add('tanh', [vectorOf(b, x, undefined, 'scale')])]),
  ),
  concat: everywhere((b, x) => b.add('concat', [x, b.add('tanh', [x]), x])),
  split: [
    [image, add('split', { count: 3, index: 1 })],
    [tokens, add('split', { count: 4, index: 3 })],
    [vector, add('split', { count: 2, index: 0 })],
  ],
  dropout: everywhere(add('dropout', { rate: 0.5 }, 'drop')),
  fourier_features: [
    [vector, add('fourier_features', { count: 3 })],
    [vector, add('fourier_features', { count: 1 })],
    [vector, add('fourier_features', { count: 0 })],
  ],
  upsample: [[image, add('upsample')]],
  avg_pool: [
    [image, add('avg_pool', { size: 2 })],
    [image, add('avg_pool', { size: 1 })],
    [[3, 6, 2], add('avg_pool', { size: 3 })],
  ],
  mean_pixels: [[image, add('mean_pixels')]],
  to_tokens: [[image, add('to_tokens')]],
  to_image: [[tokens, add('to_image', { height: 2, width: 3 })]],
  patchify: [[image, add('patchify', { size: 2 })]],
  unpatchify: [[tokens, add('unpatchify', { size: 2, height: 4, width: 6 })]],
  reshape: [
    [image, add('reshape', { shape: [8, 9] })],
    [image, add('reshape', { shape: [2, 12, 3] })],
    [tokens, add('reshape', { shape: [4, 4, 3] })],
    [tokens, add('reshape', { shape: [48] })],
  ],
  timestep_embedding: [
    ...timed((b, t) =>
      b.add('timestep_embedding', [t], { width: 8, flip_sin_to_cos: true, freq_shift: 0 }),
    ),
    ...timed((b, t) =>
      b.add('timestep_embedding', [t], { width: 7, flip_sin_to_cos: false, freq_shift: 1 }),
    ),
  ],
  fourier_time_embedding: timed((b, t) =>
    b.add('fourier_time_embedding', [t], { count: 4, scale: 16 }, 'waves'),
  ),
  time_table: timed((b, t) => b.add('time_table', [t], { rows: 1000, width: 3 }, 'table')),
  time_value: timed((b, t) => b.add('time_value', [t])),
  label_embedding: [
    [
      tokens,
      (b, x) => {
        const labels = b.source('labels', { per_item: 1 })
        const rows = b.add('label_embedding', [labels], { rows: 4, width: 8 }, 'table')
        return b.add('add', [x, rows])
      },
    ],
  ],
  token_embedding: [
    [
      tokens,
      (b, x) => {
        const labels = b.source('labels', { per_item: 3 })
        const rows = b.add('token_embedding', [labels], { rows: 4, width: 8 }, 'table')
        const placed = b.add('position_embedding', [rows], {}, 'places')
        return b.add('attention', [x, placed, placed], { heads: 1 })
      },
    ],
  ],
  position_embedding: [[tokens, add('position_embedding', {}, 'places')]],
  grid_embedding: [[tokens, add('grid_embedding', { height: 2, width: 3 })]],
  rotary_embedding: [[tokens, add('rotary_embedding', { heads: 2, height: 3, width: 2 })]],
  attention: [[tokens, attend('attention')]],
  linear_attention: [[tokens, attend('linear_attention')]],
}

const BATCH = 3

/** Arguments for the inputs that a network may read. */
function createArguments(labelsPerItem: number) {
  const random = createRandom(7)
  const normal = (...shape: number[]) =>
    tf.tensor(random.normal(tf.util.sizeFromShape(shape)), shape)
  const t = Float64Array.of(1, 523, 999)
  const labels = Int32Array.from({ length: BATCH * labelsPerItem }, (_, i) => (i % 4) - 1)
  const parts = {
    labels,
    values: Float64Array.of(0.5, 17, 803),
    vectors: normal(BATCH, 5),
    tokens: normal(BATCH, 7, 8),
  }
  return { normal, t, parts }
}

onCpu(() => {
  describe.each(Object.entries(cases))('%s', (op, list) => {
    test.each(list.map(([shape, build], i) => [`${i + 1}: ${shape.join(' x ')}`, shape, build]))(
      '%s',
      async (_, shape, build) => {
        const b = new GraphBuilder()
        const x = b.source('x', { shape: [...(shape as number[])] })
        const out = (build as Build)(b, x)
        const graph = b.graph({ out })
        expect(graph.layers.map((layer) => layer.op)).toContain(op)
        const model = layersModel(graph, 'epsilon', createRandom(11))
        const perItem = graph.layers.find((layer) => layer.op === 'labels')?.attrs.per_item ?? 1
        const { normal, t, parts } = createArguments(perItem as number)
        const channelShape = graph.layers.find((layer) => layer.op === 'channels')?.attrs.shape
        const channels = normal(BATCH, ...((channelShape as number[] | undefined) ?? [1]))
        const input = normal(BATCH, ...(shape as number[]))
        const condition: Conditioning = {
          kind: 'joint',
          parts: [
            { kind: 'labels', labels: parts.labels, perItem: perItem as number },
            { kind: 'values', values: parts.values },
            { kind: 'vectors', vectors: parts.vectors },
            { kind: 'tokens', tokens: parts.tokens as never },
            { kind: 'channels', channels },
          ],
        }
        const right = tf.tidy(
          () =>
            runProgram(createProgram(graph, ['out']), model, {
              x: input,
              times: { t },
              condition,
            })[0],
        )
        const [file] = await exportModel(model)
        const feeds: Record<string, Feed> = {
          x: await toFeed(input),
          t: { type: 'float32', data: Float32Array.from(t), dims: [BATCH] },
          values: { type: 'float32', data: Float32Array.from(parts.values), dims: [BATCH] },
          vectors: await toFeed(parts.vectors),
          classes: {
            type: 'int64',
            data: BigInt64Array.from(parts.labels, BigInt),
            dims: perItem === 1 ? [BATCH] : [BATCH, perItem as number],
          },
          tokens: await toFeed(parts.tokens),
          channels: await toFeed(channels),
        }
        const read = Object.entries(feeds).filter(([name]) => file.inputs.includes(name))
        const got = await runOnnx(file.bytes, Object.fromEntries(read))
        await expectFeed(got.out, right, op)
        tf.dispose([input, channels, parts.vectors, parts.tokens, right])
        tf.dispose(collectTensors(model))
      },
    )
  })
})
