// Faults of wrong graphs of layers, as the editor shows them while wiring: the node with its slot or
// param, what was received, and the cure.
import { describe, expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes as table } from '../../src/nodes/table.ts'
import type { Fault, GraphError } from '../../src/engine/messages/fault.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const ops = opTable(table)

/** Faults of a graph while it is wired, up to its last node. */
function faultsOf(...nodes: GraphNode[]): string {
  return inLines(tryCompile({ nodes }, [nodes[nodes.length - 1].id], ops).faults)
}

const inLines = (faults: readonly Fault[]) =>
  faults
    .map(({ node, slot, param, message, cure }) => {
      const place = slot === undefined ? `param ${param}` : `slot ${slot}`
      return `${node}, ${place}\n${message}\n${cure}`
    })
    .join('\n\n')

const input = (shape = '8, 8, 4') => node('input', 'ModelInput', {}, { shape })
const labels = (params: Record<string, unknown> = {}) =>
  node('labels', 'ConditionInput', {}, params)
const layer = (type: string, from: string, params: Record<string, unknown> = {}, id = 'layer') =>
  node(id, type, { x: from }, params)
const conv = (id: string, from: string, params: Record<string, unknown> = {}) =>
  layer('Conv', from, { name: id, ...params }, id)
const patches = layer('Patchify', 'input.x', {}, 'patches')
const time = node('time', 'TimeEmbedding', { t: 'input.t' }, { out: 32 })
const model = (from: string, params: Record<string, unknown> = {}) =>
  node('model', 'ModelOutput', { x: from }, params)

test('a graph that fits has no faults', () => {
  expect(
    faultsOf(
      input(),
      time,
      node('res', 'ResBlock', { x: 'input.x', embedding: 'time.features' }, { groups: 4 }),
      node('join', 'Concat', { x_1: 'res.features', x_2: 'input.x' }),
      conv('last', 'join.features', { out: 4 }),
      model('last.features'),
    ),
  ).toBe('')
})

describe('inputs of another kind', () => {
  test('t into Conv', () =>
    expect(faultsOf(input(), conv('conv', 'input.t'))).toMatchInlineSnapshot(`
      "conv, slot x
      Expected features for x, got a timestep or another number per item.
      Put a TimeEmbedding in between."
    `))

  test('labels into Linear', () =>
    expect(faultsOf(labels(), layer('Linear', 'labels.features'))).toMatchInlineSnapshot(`
      "layer, slot x
      Expected features for x, got class labels.
      Put a LabelEmbedding or a TokenEmbedding in between."
    `))

  test('features into TimeEmbedding', () =>
    expect(faultsOf(input(), node('time', 'TimeEmbedding', { t: 'input.x' })))
      .toMatchInlineSnapshot(`
      "time, slot t
      Expected a timestep or another number per item for t, got features of shape [8, 8, 4].
      Connect t of ModelInput, or a number from ConditionInput."
    `))

  test('labels into TimeEmbedding, and t into LabelEmbedding', () => {
    expect(faultsOf(labels(), node('time', 'TimeEmbedding', { t: 'labels.features' })))
      .toMatchInlineSnapshot(`
      "time, slot t
      Expected a timestep or another number per item for t, got class labels.
      Connect t of ModelInput, or embed the labels with LabelEmbedding."
    `)
    expect(faultsOf(input(), node('class', 'LabelEmbedding', { labels: 'input.t' })))
      .toMatchInlineSnapshot(`
      "class, slot labels
      Expected class labels for labels, got a timestep or another number per item.
      Connect labels from ConditionInput, or embed the number with TimeEmbedding."
    `)
  })

  test('tokens into Conv', () =>
    expect(faultsOf(input(), patches, conv('conv', 'patches.features'))).toMatchInlineSnapshot(`
      "conv, slot x
      Expected an image [h, w, c] for x, got features of shape [16, 16].
      Connect an image, or turn tokens or a vector into one with Unflatten."
    `))

  test('an image into a layer of tokens', () =>
    expect(faultsOf(input(), layer('PositionEmbedding', 'input.x'))).toMatchInlineSnapshot(`
      "layer, slot x
      Expected tokens [n, c] for x, got features of shape [8, 8, 4].
      Connect tokens, such as those of Patchify, Flatten or ConditionInput."
    `))

  test('a vector into SelfAttention', () =>
    expect(faultsOf(input(), time, layer('SelfAttention', 'time.features'))).toMatchInlineSnapshot(`
      "layer, slot x
      Expected tokens [n, c] or an image [h, w, c] for x, got features of shape [32].
      Connect an image, or tokens, such as those of Patchify."
    `))

  test('an image, and t, as the context of attention', () => {
    const attend = (context: string) =>
      faultsOf(input(), node('attend', 'CrossAttention', { x: 'input.x', context }))
    expect(attend('input.x')).toMatchInlineSnapshot(`
      "attend, slot context
      Expected tokens [n, c] for context, got features of shape [8, 8, 4].
      Connect tokens, such as those of Patchify, Flatten or ConditionInput."
    `)
    expect(attend('input.t')).toMatchInlineSnapshot(`
      "attend, slot context
      Expected features for context, got a timestep or another number per item.
      Put a TimeEmbedding in between."
    `)
  })

  test('t, and an image, as the embedding of ResBlock', () => {
    const block = (embedding: string) =>
      faultsOf(input(), node('res', 'ResBlock', { x: 'input.x', embedding }, { groups: 4 }))
    expect(block('input.t')).toMatchInlineSnapshot(`
      "res, slot embedding
      Expected features for embedding, got a timestep or another number per item.
      Put a TimeEmbedding in between."
    `)
    expect(block('input.x')).toMatchInlineSnapshot(`
      "res, slot embedding
      Expected a vector [c] for embedding, got features of shape [8, 8, 4].
      Connect a vector, such as that of TimeEmbedding, or of AvgPool with size 0."
    `)
  })

  test('labels into Unflatten', () =>
    expect(faultsOf(labels(), layer('Unflatten', 'labels.features'))).toMatchInlineSnapshot(`
      "layer, slot x
      Expected features for x, got class labels.
      Put a LabelEmbedding or a TokenEmbedding in between."
    `))

  test('extra channels without x, and with another layer', () => {
    const extra = { kind: 'channels' }
    expect(faultsOf(labels(extra))).toMatchInlineSnapshot(`
      "labels, slot x
      Expected x of ModelInput, whose size extra channels have, got nothing.
      Connect x of ModelInput to \`x\`."
    `)
    expect(
      faultsOf(
        input(),
        conv('conv', 'input.x'),
        node('extra', 'ConditionInput', { x: 'conv.features' }, extra),
      ),
    ).toMatchInlineSnapshot(`
      "extra, slot x
      Expected x of ModelInput, whose size extra channels have, got another layer.
      Connect x of ModelInput to \`x\`."
    `)
  })
})

describe('shapes that do not fit', () => {
  const small = layer('Downsample', 'input.x', {}, 'small')

  test('Concat of different sizes', () =>
    expect(
      faultsOf(
        input(),
        small,
        node('join', 'Concat', { x_1: 'input.x', x_2: 'input.x', x_3: 'small.features' }),
      ),
    ).toMatchInlineSnapshot(`
      "join, slot x_3
      Expected features of shape [8, 8, c] for x_3, as the first input has, got [4, 4, 4].
      Connect features of equal size, such as after Upsample or Downsample; c may differ."
    `))

  test('Concat of different sizes, with a free slot between them', () =>
    expect(
      faultsOf(input(), small, node('join', 'Concat', { x_3: 'small.features', x_1: 'input.x' })),
    ).toMatchInlineSnapshot(`
      "join, slot x_3
      Expected features of shape [8, 8, c] for x_3, as the first input has, got [4, 4, 4].
      Connect features of equal size, such as after Upsample or Downsample; c may differ."
    `))

  test('Add of different shapes', () => {
    expect(
      faultsOf(
        input(),
        conv('conv', 'input.x'),
        node('sum', 'Add', { x_1: 'input.x', x_2: 'conv.features' }),
      ),
    ).toMatchInlineSnapshot(`
      "sum, slot x_2
      Expected features of shape [8, 8, 4], or a vector [4], for x_2, got [8, 8, 64].
      Connect features of equal shape: Conv or Linear sets the channels, Upsample and Downsample the size."
    `)
    expect(
      faultsOf(
        input(),
        time,
        layer('Linear', 'time.features', { out: 16 }),
        node('sum', 'Add', { x_1: 'time.features', x_2: 'layer.features' }),
      ),
    ).toMatchInlineSnapshot(`
      "sum, slot x_2
      Expected a vector [32], one number per channel, for x_2, got [16].
      Put a Linear layer with 32 as \`out\` before it."
    `)
  })

  test('keys of another width than the queries, and more values than keys', () => {
    const attend = (k: string) =>
      faultsOf(
        input(),
        patches,
        layer('Linear', 'patches.features', { out: 8 }, 'narrow'),
        node('words', 'ConditionInput', {}, { kind: 'tokens', width: 16 }),
        node('attend', 'ScaledDotProductAttention', {
          q: 'patches.features',
          k,
          v: 'patches.features',
        }),
      )
    expect(attend('narrow.features')).toMatchInlineSnapshot(`
      "attend, slot k
      Expected k of width 16, as the queries have, got [16, 8].
      Put a Linear layer with 16 as \`out\` before it."
    `)
    expect(attend('words.features')).toMatchInlineSnapshot(`
      "attend, slot v
      Expected n tokens for v, as many as for k, got [16, 16].
      Take keys and values from the same tokens."
    `)
  })

  test('Modulate by a wrong width', () =>
    expect(
      faultsOf(
        input(),
        time,
        node('film', 'Modulate', {
          x: 'input.x',
          scale: 'time.features',
          shift: 'time.features',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "film, slot scale
      Expected a vector [4], one number per channel, for scale, got [32].
      Put a Linear layer with 4 as \`out\` before it."
    `))

  test('Unflatten of a wrong count', () => {
    expect(faultsOf(input(), patches, layer('Unflatten', 'patches.features')))
      .toMatchInlineSnapshot(`
      "layer, slot x
      Expected 64 tokens for an image of 8 x 8, got 16.
      Set height and width to those of the image that the tokens come from."
    `)
    expect(faultsOf(input(), time, layer('Unflatten', 'time.features'))).toMatchInlineSnapshot(`
      "layer, slot x
      Expected a multiple of 64 numbers for images of 8 x 8, got [32].
      Set height and width so that their product divides 32."
    `)
  })

  test('tokens of unknown number into Unflatten', () =>
    expect(faultsOf(labels({ kind: 'tokens' }), layer('Unflatten', 'labels.features')))
      .toMatchInlineSnapshot(`
      "layer, slot x
      Expected a known number of tokens for x, got [n, 64].
      Connect tokens of an image, such as those of Patchify or Flatten."
    `))

  test('Reshape to another count', () =>
    expect(faultsOf(input(), layer('Reshape', 'input.x', { shape: '8, 8, 5' })))
      .toMatchInlineSnapshot(`
      "layer, param shape
      Expected a shape of 256 numbers, as many as [8, 8, 4] has, got [8, 8, 5] with 320.
      Write sizes whose product is 256."
    `))

  test('a Conv larger than its image', () =>
    expect(faultsOf(input('4, 4, 1'), conv('conv', 'input.x', { kernel: 7 })))
      .toMatchInlineSnapshot(`
      "conv, slot x
      Expected an image of at least 7 x 7 pixels, padding included, for x, got [4, 4, 1].
      Lower \`kernel\`, raise \`padding\`, or use larger images."
    `))

  test('a transposed Conv whose padding leaves nothing', () =>
    expect(faultsOf(input('1, 1, 4'), conv('conv', 'input.x', { transposed: true, padding: 2 })))
      .toMatchInlineSnapshot(`
      "conv, param padding
      Expected padding of at most 1 for an image [1, 1, 4], got 2.
      Lower padding to 1, or raise \`kernel\`."
    `))

  test('two inputs of different shapes', () =>
    expect(
      faultsOf(
        input('2'),
        node('other', 'ModelInput', {}, { shape: '3' }),
        node('join', 'Concat', { x_1: 'input.x', x_2: 'other.x' }),
        model('join.features'),
      ),
    ).toMatchInlineSnapshot(`
      "model, slot x
      Expected one ModelInput, or several of one shape, got shapes [2] and [3].
      Use one ModelInput, or set the same shape in all."
    `))

  test('an output of another shape than the input', () => {
    expect(faultsOf(input(), conv('conv', 'input.x'), model('conv.features')))
      .toMatchInlineSnapshot(`
      "model, slot x
      Expected features of shape [8, 8, 4], as x of ModelInput has, got [8, 8, 64].
      Set the channels with \`out\` of the last Conv or Linear, and use one Upsample for each Downsample."
    `)
    expect(faultsOf(input(), model('input.x', { learned_variance: 'learned' })))
      .toMatchInlineSnapshot(`
      "model, slot x
      Expected features of shape [8, 8, 8], the prediction and its variance, got [8, 8, 4].
      Double \`out\` of the last Conv or Linear, or set learned_variance to none."
    `)
  })
})

describe('params that do not fit', () => {
  test('groups that do not divide', () => {
    expect(faultsOf(input(), layer('GroupNorm', 'input.x', { groups: 3 }))).toMatchInlineSnapshot(`
      "layer, param groups
      Expected groups to divide the 4 channels, got 3.
      Set groups to a divisor of 4, or change the number of channels."
    `)
    expect(faultsOf(input(), conv('conv', 'input.x', { groups: 4, out: 6 })))
      .toMatchInlineSnapshot(`
      "conv, param groups
      Expected groups to divide the 6 channels, got 4.
      Set groups to a divisor of 6, or change the number of channels."
    `)
  })

  test('heads that do not divide', () =>
    expect(faultsOf(input(), layer('SelfAttention', 'input.x', { heads: 3 })))
      .toMatchInlineSnapshot(`
      "layer, param heads
      Expected heads to divide the 4 channels, got 3.
      Set heads to a divisor of 4, or change the number of channels."
    `))

  test('a part that Split does not have', () =>
    expect(faultsOf(input(), layer('Split', 'input.x', { index: 2 }))).toMatchInlineSnapshot(`
      "layer, param index
      Expected index to be below the number of parts, 2, got 2.
      Lower index, or raise \`count\`."
    `))

  test('a Scale that divides by zero', () =>
    expect(faultsOf(input(), layer('Scale', 'input.x', { by: 'divisor', factor: 0 })))
      .toMatchInlineSnapshot(`
      "layer, param factor
      Expected a number other than 0 to divide by, got 0.
      Set it to 1 to leave the features unchanged."
    `))

  test('a stride of 3', () =>
    expect(faultsOf(input(), conv('conv', 'input.x', { stride: 3 }))).toMatchInlineSnapshot(`
      "conv, param stride
      Expected stride 1 or 2, or the kernel size with padding 0, got 3.
      Set \`stride\` to 1 or 2. For patches, set it to \`kernel\`, and \`padding\` to 0."
    `))

  test('Patchify that does not divide', () =>
    expect(faultsOf(input(), layer('Patchify', 'input.x', { size: 3 }))).toMatchInlineSnapshot(`
      "layer, param size
      Expected size to divide height 8 and width 8, got 3.
      Set size to a divisor of the height and the width."
    `))

  test('Unpatchify that does not divide the image, and the channels', () => {
    const join = (params: object) =>
      faultsOf(input(), patches, layer('Unpatchify', 'patches.features', { ...params }))
    expect(join({ size: 3 })).toMatchInlineSnapshot(`
      "layer, param size
      Expected size to divide height 8 and width 8, got 3.
      Set size to a divisor of the height and the width."
    `)
    expect(
      faultsOf(
        input(),
        patches,
        layer('Linear', 'patches.features', { out: 6 }, 'linear'),
        layer('Unpatchify', 'linear.features'),
      ),
    ).toMatchInlineSnapshot(`
      "layer, slot x
      Expected a multiple of 4 channels, the pixels of a patch, for x, got [16, 6].
      Put a Linear layer with a multiple of 4 as \`out\` before it."
    `)
  })

  test('few channels of a TimeEmbedding with shifted frequencies', () =>
    expect(
      faultsOf(
        input(),
        node('time', 'TimeEmbedding', { t: 'input.t' }, { channels: 3, freq_shift: 1 }),
      ),
    ).toMatchInlineSnapshot(`
      "time, param channels
      Expected at least 4 channels for freq_shift 1, got 3.
      Set it to 4 or more."
    `))

  test('a wrong text of a shape', () => {
    expect(faultsOf(input('8 x 8'))).toMatchInlineSnapshot(`
      "input, param shape
      Expected positive integers with commas between them, got "x".
      Write them as 8, 8, 1."
    `)
    expect(faultsOf(input('1, 2, 3, 4'))).toMatchInlineSnapshot(`
      "input, param shape
      Expected one to three sizes from 1 to 4096, got "1, 2, 3, 4".
      Write 28, 28, 1 for images of this height, width and channels, or 2 for points."
    `)
    expect(faultsOf(input('5000'))).toMatchInlineSnapshot(`
      "input, param shape
      Expected one to three sizes from 1 to 4096, got "5000".
      Write 28, 28, 1 for images of this height, width and channels, or 2 for points."
    `)
    expect(faultsOf(input(), layer('Reshape', 'input.x', { shape: '' }))).toMatchInlineSnapshot(`
      "layer, param shape
      Expected one to three sizes from 1 to 1048576, got "".
      Write sizes such as 4, 4, 16."
    `)
  })

  test('an invalid name', () =>
    expect(faultsOf(input(), conv('conv', 'input.x', { name: 'my conv' }))).toMatchInlineSnapshot(`
      "conv, param name
      Expected a name of letters, digits and _, with single dots in between, got "my conv".
      Write a name such as conv_in or down.0.conv."
    `))

  test('a name without effect is not checked', () => {
    const norm = (affine: boolean) =>
      faultsOf(input(), layer('LayerNorm', 'input.x', { affine, name: '' }))
    expect(norm(true)).toContain('layer, param name')
    expect(norm(false)).toBe('')
  })
})

describe('networks that are no models', () => {
  test('two layers of one name', () =>
    expect(
      faultsOf(
        input(),
        conv('first', 'input.x', { name: 'conv' }),
        conv('second', 'first.features', { name: 'conv', out: 4 }),
        model('second.features'),
      ),
    ).toMatchInlineSnapshot(`
      "second, param name
      Expected a different name for every layer, got two named conv.
      Change \`name\` of one of the two nodes."
    `))

  test('two blocks of one name', () =>
    expect(
      faultsOf(
        input(),
        layer('ResBlock', 'input.x', { groups: 4 }, 'first'),
        layer('ResBlock', 'first.features', { groups: 4 }, 'second'),
        model('second.features'),
      ),
    ).toMatchInlineSnapshot(`
      "second, param name
      Expected a different name for every layer, got two named res.norm1.
      Change \`name\` of one of the two nodes."
    `))

  test('shared weights of no layer', () =>
    expect(
      faultsOf(
        input(),
        conv('first', 'input.x', { name: '=conv', out: 4 }),
        model('first.features'),
      ),
    ).toMatchInlineSnapshot(`
      "first, param name
      Expected a layer conv in the model, whose weights =conv uses, got none.
      Write the name of another layer of the model after =, or a name without = for weights of its own."
    `))

  test('shared weights of a layer of another kind', () =>
    expect(
      faultsOf(
        input(),
        conv('first', 'input.x', { out: 4 }),
        layer('Linear', 'first.features', { name: '=first', out: 4 }, 'second'),
        model('second.features'),
      ),
    ).toMatchInlineSnapshot(`
      "second, param name
      Expected =first to be a layer of the same kind as first, whose weights it uses: conv, got linear.
      Use two nodes of one type, or write a name without = for weights of its own."
    `))

  test('shared weights of another shape', () =>
    expect(
      faultsOf(
        input(),
        conv('first', 'input.x', { out: 8 }),
        conv('second', 'first.features', { name: '=first', out: 4 }),
        model('second.features'),
      ),
    ).toMatchInlineSnapshot(`
      "second, param name
      Expected =first to have weights of the shapes of first, which it uses: weight [3, 3, 4, 8], bias [8], got weight [3, 3, 8, 4], bias [4].
      Give both nodes the same settings and inputs of equal channels, or write a name without = for weights of its own."
    `))

  test('two vectors of different widths as conditions', () => {
    const given = (id: string, width: number) =>
      node(id, 'ConditionInput', {}, { kind: 'vector', width })
    const graph = (width: number) => [
      input(),
      given('a', 4),
      given('b', width),
      layer('Linear', 'a.features', { name: 'one', out: 4 }, 'one'),
      layer('Linear', 'b.features', { name: 'two', out: 4 }, 'two'),
      node('sum', 'Add', { x_1: 'input.x', x_2: 'one.features', x_3: 'two.features' }),
      model('sum.features'),
    ]
    expect(faultsOf(...graph(4))).toBe('')
    expect(faultsOf(...graph(6))).toMatchInlineSnapshot(`
      "b, param kind
      Expected one ConditionInput of the kind vector, or several with equal settings, got width 4 and width 6.
      Use the same ConditionInput for both, or give both equal settings."
    `)
  })

  test('an output that does not depend on x', () =>
    expect(faultsOf(input('32'), time, model('time.features'))).toMatchInlineSnapshot(`
      "model, slot x
      Expected features that depend on x of ModelInput, got features that do not.
      Connect x of ModelInput to the first layer."
    `))

  test('an unconnected Concat', () =>
    expect(faultsOf(node('join', 'Concat'), model('join.features'))).toMatchInlineSnapshot(`
      "join, slot x
      Required input x is not connected.
      Connect features of a network."
    `))

  test('two embeddings with different numbers of classes', () => {
    const embed = (id: string, num_classes: number) =>
      node(id, 'LabelEmbedding', { labels: 'labels.features' }, { num_classes, out: 4, name: id })
    expect(
      faultsOf(
        input(),
        labels(),
        embed('first', 10),
        embed('second', 5),
        node('sum', 'Add', {
          x_1: 'input.x',
          x_2: 'first.features',
          x_3: 'second.features',
        }),
        model('sum.features'),
      ),
    ).toMatchInlineSnapshot(`
      "model, slot x
      Expected the same number of classes in all embeddings of the labels, got 10 and 5.
      Set num_classes of all LabelEmbedding and TokenEmbedding nodes to one number."
    `)
  })
})

describe('layers that are part of no model', () => {
  /** Notices of a graph, by node. */
  const noticesOf = (...nodes: GraphNode[]) => {
    const { plan, faults, notices = [] } = tryCompile({ nodes }, undefined, ops)
    expect(faults).toEqual([])
    return [...notices, ...(plan?.notices ?? [])].map(({ node, message }) => [node, message])
  }
  const used = [
    input(),
    conv('conv', 'input.x', { out: 4 }),
    model('conv.features'),
    node('show', 'Inspect', { value: 'model.model' }),
  ]

  test('are notices beside a model', () => {
    expect(noticesOf(...used)).toEqual([])
    expect(noticesOf(...used, conv('other', 'input.x'), layer('SiLU', 'other.features'))).toEqual([
      ['other', 'Conv is not used by any model.'],
      ['layer', 'SiLU is not used by any model.'],
    ])
  })

  test('are none under construction', () => {
    const points = [
      node('points', 'Points'),
      node('see', 'Preview', { images_1: 'points.dataset' }),
    ]
    expect(noticesOf(...points, input(), conv('conv', 'input.x'))).toEqual([])
  })
})

describe('a wired data set', () => {
  const sized = node('input', 'ModelInput', { dataset: 'data.dataset' })

  test('sets the shape, also through Subset', () =>
    expect(
      faultsOf(
        node('mnist', 'MNIST', {}, { size: '28' }),
        node('data', 'Subset', { dataset: 'mnist.dataset' }),
        sized,
        layer('Patchify', 'input.x', { size: 3 }, 'patches'),
      ),
    ).toMatchInlineSnapshot(`
      "patches, param size
      Expected size to divide height 28 and width 28, got 3.
      Set size to a divisor of the height and the width."
    `))

  test('sets the classes', () => {
    const inputs = { labels: 'labels.features', dataset: 'data.dataset' }
    expect(
      faultsOf(
        node('data', 'Digits'),
        sized,
        labels(),
        node('class', 'LabelEmbedding', inputs, { out: 4 }),
        node('sum', 'Add', { x_1: 'input.x', x_2: 'class.features' }),
      ),
    ).toMatchInlineSnapshot(`
      "sum, slot x_2
      Expected features of shape [8, 8, 1], or a vector [1], for x_2, got [4].
      Connect features of equal shape: Conv or Linear sets the channels, Upsample and Downsample the size."
    `)
  })
})

onCpu(() => {
  test('a data set without classes for a LabelEmbedding', async () => {
    const graph = [
      node('data', 'Points', {}, { distribution: 'swiss_roll', count: 4 }),
      labels(),
      node('class', 'LabelEmbedding', { labels: 'labels.features', dataset: 'data.dataset' }),
    ]
    const failure = await evaluate(graph, { embedding: 'class.features' }).catch(
      (error: unknown) => error,
    )
    expect(inLines((failure as GraphError).faults)).toMatchInlineSnapshot(`
      "class, slot dataset
      Expected a data set with class labels, got one without.
      Connect a data set with labels, or set num_classes instead."
    `)
  })
})
