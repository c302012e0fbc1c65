// Opening blocks, such as a ResBlock: the nodes of their layers make the same layers.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { openInGraph } from './openInGraph.ts'

onCpu(() => {
  const image = [
    node('input', 'ModelInput', {}, { shape: '8, 8, 2' }),
    node('t', 'TimeEmbedding', { t: 'input.t' }, { channels: 8, out: 16, name: 'time' }),
    node('first', 'Conv', { x: 'input.x' }, { out: 8, name: 'first' }),
  ]
  const last = node('last', 'Conv', { x: 'block.features' }, { out: 2, name: 'last' })
  const tokens = [
    node('patches', 'Patchify', { x: 'input.x' }, { size: 2 }),
    node('wide', 'Linear', { x: 'patches.features' }, { out: 8, name: 'wide' }),
  ]
  const context = node('context', 'ConditionInput', {}, { kind: 'tokens', width: 6 })
  const inputs = { x: 'first.features', embedding: 't.features' }
  const blocks: [name: string, nodes: GraphNode[]][] = [
    ['ResBlock', [...image, node('block', 'ResBlock', inputs, { out: 16, groups: 4 }), last]],
    [
      'ResBlock without an embedding, with dropout',
      [
        ...image,
        node('block', 'ResBlock', { x: inputs.x }, { groups: 4, dropout: 0.1, resample: 'none' }),
        last,
      ],
    ],
    [
      'AttentionBlock',
      [...image, node('block', 'AttentionBlock', { x: inputs.x }, { heads: 2, groups: 4 }), last],
    ],
    [
      'TransformerBlock',
      [
        ...image,
        context,
        node(
          'block',
          'TransformerBlock',
          { x: inputs.x, context: 'context.features' },
          { heads: 2, groups: 4, layers: 2 },
        ),
        last,
      ],
    ],
    [
      'DiTBlock',
      [
        image[0],
        node('t', 'TimeEmbedding', { t: 'input.t' }, { channels: 8, out: 8, name: 'time' }),
        ...tokens,
        node(
          'block',
          'DiTBlock',
          { x: 'wide.features', embedding: 't.features' },
          { heads: 2, dropout: 0.1 },
        ),
        node('narrow', 'Linear', { x: 'block.features' }, { out: 8, name: 'narrow' }),
        node('last', 'Unpatchify', { x: 'narrow.features' }, { size: 2, height: 8, width: 8 }),
      ],
    ],
  ]
  test.each(blocks)('opened, a %s is the same layers', async (_, nodes) => {
    const graph = [...nodes, node('output', 'ModelOutput', { x: 'last.features' })]
    const opened = openInGraph(graph, 'block')
    expect(opened.length).toBeGreaterThan(graph.length + 3)
    const [closed, open] = [
      await evaluate(graph, { model: 'output.model' }),
      await evaluate(opened, { model: 'output.model' }),
    ]
    expect(open).toEqual(closed)
  })

  test('a block whose inputs have no known shapes is not opened', () => {
    const block = node('block', 'ResBlock', { x: 'conv.features' })
    const graph = [node('conv', 'Conv', {}), block]
    expect(() => openInGraph(graph, 'block')).toThrow(
      'Expected inputs of known shapes, got none at `x`.',
    )
  })
})
