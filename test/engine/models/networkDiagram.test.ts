// Diagrams of networks: their boxes, their places, and valid SVG.
import { describe, expect, test } from 'vitest'
import { findBoxes } from '../../../src/engine/models/diagram/boxes.ts'
import { layOut } from '../../../src/engine/models/diagram/layout.ts'
import { networkDiagram } from '../../../src/engine/models/diagram/networkDiagram.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { ditGraph } from '../../../src/engine/models/kinds/dit/graph.ts'
import { inCanonicalOrder } from '../../../src/engine/models/graph/features.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import type { LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { mlpGraph } from '../../../src/engine/models/kinds/mlp/graph.ts'
import { classifierGraph } from '../../../src/engine/models/kinds/classifier/graph.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../../src/engine/models/kinds/unet/graph.ts'

const digits = unetGraph(
  unetConfig({
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [32, 64],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 8,
    num_class_embeds: 11,
  }),
)
const dit = (layers: number) =>
  ditGraph(
    parseDitConfig({
      sample_size: 8,
      in_channels: 1,
      patch_size: 2,
      num_layers: layers,
      num_attention_heads: 2,
      attention_head_dim: 8,
      num_embeds_ada_norm: 10,
    }),
  )
const mlp = mlpGraph({
  dim: 2,
  hidden: 64,
  layers: 2,
  activation: 'silu',
  num_classes: 0,
  time_embedding_dim: 32,
  fourier_features: 0,
})

const described = (graph: LayerGraph) =>
  findBoxes(graph).map(
    ({ title, name, shape, reads, conditions }, i) =>
      `${i} ${title} | ${name} | ${shape.join(' x ')} | ${reads.join(' ')} | ${conditions.join(' ')}`,
  )

/** Checks that all elements are closed in order, and returns their names. */
function elementsOf(svg: string): string[] {
  const open: string[] = []
  const names: string[] = []
  for (const [, closes, name, attributes] of svg.matchAll(/<(\/?)([\w-]+)([^<>]*)>/g)) {
    if (closes) expect(open.pop()).toBe(name)
    else {
      names.push(name)
      if (!attributes.endsWith('/')) open.push(name)
    }
  }
  expect(open).toEqual([])
  return names
}

describe('boxes', () => {
  test('of a UNet are its blocks, with skip connections and conditions', () => {
    expect(described(digits)).toMatchInlineSnapshot(`
      [
        "0 x |  | 8 x 8 x 1 |  | ",
        "1 Conv 3 × 3 | conv_in | 8 x 8 x 32 | 0 | ",
        "2 Residual block | down_blocks.0.resnets.0 | 8 x 8 x 32 | 1 | time labels",
        "3 Downsample | down_blocks.0.downsamplers.0.conv | 4 x 4 x 32 | 2 | ",
        "4 Residual block | down_blocks.1.resnets.0 | 4 x 4 x 64 | 3 | time labels",
        "5 Attention, 8 heads | down_blocks.1.attentions.0 | 4 x 4 x 64 | 4 | ",
        "6 Residual block | mid_block.resnets.0 | 4 x 4 x 64 | 5 | time labels",
        "7 Attention, 8 heads | mid_block.attentions.0 | 4 x 4 x 64 | 6 | ",
        "8 Residual block | mid_block.resnets.1 | 4 x 4 x 64 | 7 | time labels",
        "9 Residual block | up_blocks.0.resnets.0 | 4 x 4 x 64 | 8 5 | time labels",
        "10 Attention, 8 heads | up_blocks.0.attentions.0 | 4 x 4 x 64 | 9 | ",
        "11 Residual block | up_blocks.0.resnets.1 | 4 x 4 x 64 | 10 3 | time labels",
        "12 Attention, 8 heads | up_blocks.0.attentions.1 | 4 x 4 x 64 | 11 | ",
        "13 Upsample | up_blocks.0.upsamplers.0.conv | 8 x 8 x 64 | 12 | ",
        "14 Residual block | up_blocks.1.resnets.0 | 8 x 8 x 32 | 13 2 | time labels",
        "15 Residual block | up_blocks.1.resnets.1 | 8 x 8 x 32 | 14 1 | time labels",
        "16 Conv 3 × 3 | conv_out | 8 x 8 x 1 | 15 | ",
      ]
    `)
  })

  test('of a DiT and of an MLP are in one column', () => {
    expect(described(dit(1))).toMatchInlineSnapshot(`
      [
        "0 x |  | 8 x 8 x 1 |  | ",
        "1 Patches 2 × 2, positions | pos_embed.proj | 16 x 16 | 0 | ",
        "2 DiT block | transformer_blocks.0 | 16 x 16 | 1 | time labels",
        "3 Linear | proj_out_2 | 16 x 4 | 2 | time labels",
        "4 Patches to image |  | 8 x 8 x 1 | 3 | ",
      ]
    `)
    expect(described(mlp)).toMatchInlineSnapshot(`
      [
        "0 x |  | 2 |  | ",
        "1 Linear | linear_in | 64 | 0 | ",
        "2 SiLU, linear | layers.0 | 64 | 1 | time",
        "3 Add |  | 64 | 1 2 | ",
        "4 SiLU, linear | layers.1 | 64 | 3 | time",
        "5 Add, SiLU |  | 64 | 3 4 | ",
        "6 Linear | linear_out | 2 | 5 | ",
      ]
    `)
    expect(layOut(findBoxes(mlp)).levels).toEqual([])
  })

  test('of opened layers are those of the closed model', () => {
    for (const graph of [digits, dit(2), mlp])
      expect(described(inCanonicalOrder(graph)).toSorted()).toEqual(described(graph).toSorted())
  })

  test('many equal ones are drawn as one', () => {
    const { boxes } = layOut(findBoxes(dit(8)))
    expect(boxes.filter(({ title }) => title === 'DiT block').map(({ count }) => count)).toEqual([
      8,
    ])
    expect(networkDiagram(dit(8))).toContain('8 × DiT block')
    const few = layOut(findBoxes(dit(3))).boxes
    expect(few.filter(({ title }) => title === 'DiT block')).toHaveLength(3)
  })
})

describe('the layout of a UNet', () => {
  const { boxes, edges, levels, middle, decoder, width, height } = layOut(findBoxes(digits))

  test('has its levels, the finest first, and no two boxes over each other', () => {
    expect(levels.map(({ label }) => label)).toEqual(['8 × 8', '4 × 4'])
    const places = boxes.map(({ x, y }) => `${x} ${y}`)
    expect(new Set(places).size).toBe(boxes.length)
    for (const { x, y } of boxes) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThan(width)
      expect(y).toBeLessThan(height)
    }
  })

  test('has the encoder at the left downwards, and the decoder at the right upwards', () => {
    for (let i = 1; i < middle; i++) expect(boxes[i].y).toBeGreaterThan(boxes[i - 1].y)
    for (let i = decoder + 1; i < boxes.length; i++) expect(boxes[i].y).toBeLessThan(boxes[i - 1].y)
    const skips = edges.filter(({ kind }) => kind === 'skip')
    expect(skips.length).toBeGreaterThan(2)
    for (const { from, to } of skips) expect(boxes[from].x).toBeLessThan(boxes[to].x)
  })
})

describe('the SVG', () => {
  test('of a UNet', async () => {
    const svg = networkDiagram(digits, { title: 'Digits', theme: 'light' })
    await expect(svg).toMatchFileSnapshot('__snapshots__/digits-unet.svg')
  })

  test('is well formed, has a style for each theme, and escapes its title', () => {
    const title = 'a < b & "c"'
    for (const graph of [digits, dit(2), mlp]) {
      for (const theme of ['light', 'dark', 'auto'] as const) {
        const svg = networkDiagram(graph, { title, theme })
        const names = elementsOf(svg)
        expect(names.filter((name) => name === 'rect').length).toBeGreaterThan(4)
        expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
        expect(svg.includes('prefers-color-scheme')).toBe(theme === 'auto')
      }
    }
  })

  test('of networks of other forms', () => {
    const classifier = classifierGraph({
      height: 8,
      width: 8,
      in_channels: 1,
      block_out_channels: [8, 16],
      num_classes: 10,
      norm_num_groups: 4,
      activation: 'silu',
      time_embedding_dim: 0,
    })
    expect(networkDiagram(classifier)).toContain('Mean over pixels')
    const b = new GraphBuilder()
    const x = b.source('x', { shape: [3] })
    elementsOf(networkDiagram(b.graph({ predict: x })))
    const sum = b.add('add', [x, b.linear(x, 'a', 3), b.linear(x, 'b', 3)])
    const drawn = networkDiagram(b.graph({ predict: b.add('divide', [sum], { by: 2 }) }))
    expect(elementsOf(drawn).filter((name) => name === 'path').length).toBeGreaterThan(4)
  })
})
