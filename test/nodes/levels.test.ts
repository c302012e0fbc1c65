// Opened models in levels: subgraphs, their slots and places, and shapes.
import { expect, test } from 'vitest'
import { innerId } from '../../src/engine/base/ids.ts'
import { mapEntries } from '../../src/engine/base/records.ts'
import { findStaticOutputs } from '../../src/engine/plan/check.ts'
import { wire } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes as allNodes } from '../../src/nodes/table.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import { inCanonicalOrder } from '../../src/engine/models/graph/features.ts'
import { mlp } from '../../src/engine/models/kinds/mlp/mlp.ts'
import type { UnetConfig } from '../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../src/engine/models/kinds/unet/graph.ts'
import { groupLevels, levelId } from '../../src/nodes/layers/levels.ts'
import { writeNetwork } from '../../src/nodes/layers/writeNetwork.ts'
import { toGraph, type WorkflowFile } from '../../src/workflow/index.ts'
import { INPUTS } from '../../src/workflow/file.ts'
import { flattenSubgraphs } from '../../src/workflow/flatten.ts'
import { packNodes } from '../../src/editor/graph/pack.ts'
import { declarations } from '../editor/fileOf.ts'
import { onCpu } from '../backends.ts'
import { openedFile, openedGraph } from '../openedFile.ts'
import { evaluate, node } from './evaluate.ts'
import { createDit, createUnet, point } from './closedModels.ts'

/** Text of the nodes of a file and of its subgraphs: titles or types, and wires. */
const describeNodes = ({ nodes, links, subgraphs = [] }: WorkflowFile): string[] => {
  const names = new Map(subgraphs.map(({ id, name }) => [id, name]))
  const titleOf = (id: unknown) => {
    const { title, type } = nodes.find((each) => each.id === id)!
    return title ?? names.get(type) ?? type.replace('diffusion/', '')
  }
  return links.map(([, from, output, to, input]) => {
    const [source, target] = [from, to].map((id) => nodes.find((each) => each.id === id)!)
    return `${titleOf(from)}.${source.outputs[output].name} > ${titleOf(to)}.${target.inputs[input].name}`
  })
}

/** Pairs of nodes that overlap, with their title bars. */
const overlaps = ({ nodes }: Pick<WorkflowFile, 'nodes'>): string[] =>
  nodes.flatMap((a, i) =>
    nodes.slice(i + 1).flatMap((b) => {
      const isApart = [0, 1].some((axis) => {
        const title = axis === 1 ? 30 : 0
        return (
          a.pos[axis] + a.size[axis] < b.pos[axis] - title ||
          b.pos[axis] + b.size[axis] < a.pos[axis] - title
        )
      })
      return isApart ? [] : [`${a.title ?? a.type} and ${b.title ?? b.type}`]
    }),
  )

onCpu(() => {
  test('a UNet has a subgraph per level, in a U', () => {
    const closed = createUnet({ num_class_embeds: 4 })
    const file = openedFile(closed)
    tf.dispose(collectTensors(closed))
    expect(file.subgraphs!.map(({ name }) => name)).toEqual([
      'Down 0 · 8 x 8 x 8',
      'Down 1 · 4 x 4 x 16',
      'Middle · 4 x 4 x 16',
      'Up 0 · 4 x 4 x 16',
      'Up 1 · 8 x 8 x 8',
    ])
    expect(describeNodes(file)).toMatchInlineSnapshot(`
      [
        "ModelInput.x > Conv 8.x",
        "ModelInput.t > TimeEmbedding.t",
        "ConditionInput.features > LabelEmbedding.labels",
        "TimeEmbedding.features > Add.x_1",
        "LabelEmbedding.features > Add.x_2",
        "Conv 8.features > Down 0 · 8 x 8 x 8.x",
        "Add.features > Down 0 · 8 x 8 x 8.embedding",
        "Down 0 · 8 x 8 x 8.features > Down 1 · 4 x 4 x 16.x",
        "Add.features > Down 1 · 4 x 4 x 16.embedding",
        "Down 1 · 4 x 4 x 16.features > Middle · 4 x 4 x 16.x",
        "Add.features > Middle · 4 x 4 x 16.embedding",
        "Middle · 4 x 4 x 16.features > Up 0 · 4 x 4 x 16.x",
        "Down 0 · 8 x 8 x 8.features > Up 0 · 4 x 4 x 16.skip_1",
        "Down 1 · 4 x 4 x 16.features > Up 0 · 4 x 4 x 16.skip_2",
        "Add.features > Up 0 · 4 x 4 x 16.embedding",
        "Up 0 · 4 x 4 x 16.features > Up 1 · 8 x 8 x 8.x",
        "Conv 8.features > Up 1 · 8 x 8 x 8.skip_1",
        "Down 0 · 8 x 8 x 8.skip_1 > Up 1 · 8 x 8 x 8.skip_2",
        "Add.features > Up 1 · 8 x 8 x 8.embedding",
        "Up 1 · 8 x 8 x 8.features > GroupNorm.x",
        "GroupNorm.features > SiLU.x",
        "SiLU.features > Conv 1.x",
        "Conv 1.features > ModelOutput.x",
      ]
    `)
    expect(describeNodes(file.subgraphs![4].inside)).toMatchInlineSnapshot(`
      [
        "inputs.x > Concat.x_1",
        "inputs.skip_2 > Concat.x_2",
        "Concat.features > ResBlock 8.x",
        "inputs.embedding > ResBlock 8.embedding",
        "ResBlock 8.features > Concat.x_1",
        "inputs.skip_1 > Concat.x_2",
        "Concat.features > ResBlock 8.x",
        "inputs.embedding > ResBlock 8.embedding",
        "ResBlock 8.features > outputs.features",
      ]
    `)
    const [down0, down1, middle, up0, up1] = file.subgraphs!.map(({ id }) =>
      file.nodes.find(({ type }) => type === id)!,
    )
    expect(down0.pos[1]).toBe(up1.pos[1])
    expect(down1.pos[1]).toBe(up0.pos[1])
    expect(down1.pos[1]).toBeGreaterThan(down0.pos[1])
    expect(middle.pos[1]).toBeGreaterThan(down1.pos[1])
    expect(up1.properties).toEqual({ prefix: 'up_blocks.1' })
    for (const part of [file, ...file.subgraphs!.map(({ inside }) => inside)])
      expect(overlaps(part)).toEqual([])
  })

  test.each([
    ['DiT', () => createDit({ num_embeds_ada_norm: 3 })],
    ['MLP', () => mlp(point, 'sample', createRandom(3))],
  ])('a %s is a chain', (_, create) => {
    const closed = create()
    const file = openedFile(closed)
    tf.dispose(collectTensors(closed))
    const lines = describeNodes(file)
    expect(lines).toMatchSnapshot()
    for (const part of [file, ...file.subgraphs!.map(({ inside }) => inside)])
      expect(overlaps(part)).toEqual([])
  })

  test('shapes are known at the outputs of levels, and inside of them', () => {
    const closed = createUnet({})
    const file = openedFile(closed)
    tf.dispose(collectTensors(closed))
    const known = findStaticOutputs(toGraph(file, declarations), opTable(allNodes))
    const { resolve } = flattenSubgraphs(file)
    const shapeAt = (id: string, slot: string) => {
      const from = resolve(wire(id, slot))
      const value = from && known.get(from.node)?.[from.slot]
      return value?.type === 'features' ? value.shape : undefined
    }
    const [down] = file.subgraphs!
    const level = String(file.nodes.find(({ type }) => type === down.id)!.id)
    const block = down.inside.nodes.find(({ title }) => title === 'ResBlock 8')!
    expect(shapeAt(level, 'features')).toEqual([4, 4, 8])
    expect(shapeAt(level, 'skip_1')).toEqual([8, 8, 8])
    expect(shapeAt(innerId(level, block.id), 'features')).toEqual([8, 8, 8])
    expect(shapeAt(innerId(level, INPUTS), 'x')).toEqual([8, 8, 8])
    expect(shapeAt(innerId(level, INPUTS), 'embedding')).toEqual([32])
    expect(shapeAt(level, 'other')).toBeUndefined()
  })

  test('flat nodes give the closed model as well', async () => {
    const closed = createUnet({})
    const { nodes, outputs } = writeNetwork(unetGraph(closed.config as unknown as UnetConfig))
    const [from] = openedFile(closed).nodes.flatMap(({ properties }) => properties.origin ?? [])
    const flat = [
      ...nodes,
      node(
        'output',
        'ModelOutput',
        { x: `${outputs.predict.node}.${outputs.predict.slot}` },
        { origin: from },
      ),
    ]
    const { model } = await evaluate(flat, { model: 'output.model' })
    expect(model).toMatchObject({ kind: 'unet', config: closed.config })
    tf.dispose(collectTensors(closed))
  })

  test('inside a subgraph with a prefix, the layers give the closed model as well', async () => {
    const closed = createUnet({})
    const file = openedFile(closed)
    const { file: packed } = packNodes(
      file,
      new Set(file.nodes.map((each) => each.id)),
      { id: 'a-packed-model', name: 'Model' },
      declarations,
    )
    const { nodes, model: output } = openedGraph(packed)
    const names = nodes.flatMap(({ params }) => params.name ?? [])
    expect(names).toContain('model.conv_in')
    const { model } = await evaluate(nodes, { model: output })
    expect(model).toMatchObject({ kind: 'unet', config: closed.config })
    const cut = nodes.filter(({ op }) => op !== 'diffusion/SiLU')
    const around = nodes.find(({ op }) => op === 'diffusion/SiLU')!
    const skipped = cut.map((each) => ({
      ...each,
      inputs: mapEntries(each.inputs, (_, from) =>
        from.node === around.id ? around.inputs.x : from,
      ),
    }))
    const { model: changed } = await evaluate(skipped, { model: output })
    expect(changed).toMatchObject({ kind: 'layers' })
    expect(Object.keys((changed as unknown as Model).weights)).toEqual(Object.keys(closed.weights))
    tf.dispose(collectTensors(closed))
  })

  test('a level that is left and entered again stays flat', () => {
    const closed = createUnet({})
    const graph = unetGraph(closed.config as unknown as UnetConfig)
    const renamed = {
      ...inCanonicalOrder(graph),
      layers: inCanonicalOrder(graph).layers.map((layer) => ({
        ...layer,
        ...(layer.name && {
          name: layer.name.replace('down_blocks.1', 'x').replace('up_blocks.0', 'down_blocks.0.up'),
        }),
      })),
    }
    const { nodes } = groupLevels(writeNetwork(renamed))
    const ids = nodes.map(({ id }) => id)
    expect(ids).not.toContain(levelId('down_blocks.0'))
    expect(ids).toContain(levelId('mid_block'))
    tf.dispose(collectTensors(closed))
  })
})
