// Closing an opened model: the closed node with its params and wires.
import { expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { closeModel } from '../../../src/editor/graph/closeModel.ts'
import { findClosed } from '../../../src/editor/graph/closedModel.ts'
import { openClosedNode } from '../../../src/editor/graph/openClosed.ts'
import { openModel } from '../../../src/nodes/layers/openModel.ts'
import { toGraph, type FileNode, type WorkflowFile } from '../../../src/workflow/index.ts'
import { onCpu } from '../../backends.ts'
import { declarations, fileOf, wiresOf } from '../fileOf.ts'

/** Opens node 3 of a file, which makes this model. */
function openNode(file: WorkflowFile, model: Model) {
  const closed = toGraph(file, declarations).nodes.find(({ id }) => id === '3')!
  const opened = openClosedNode(file, 3, openModel(closed, model), declarations).file
  const output = opened.nodes.find(({ type }) => type === 'diffusion/ModelOutput')!
  return { opened, output }
}

const withProperties = (file: WorkflowFile, id: FileNode['id'], more: FileNode['properties']) => ({
  ...file,
  nodes: file.nodes.map((node) =>
    node.id === id ? { ...node, properties: { ...node.properties, ...more } } : node,
  ),
})

const isLayer = ({ type }: FileNode) => declarations.get(type)?.category === 'layers'

onCpu(() => {
  const closedUnet = () =>
    unet(
      unetConfig({
        sample_size: 8,
        in_channels: 1,
        out_channels: 1,
        block_out_channels: [8, 16],
        down_block_types: ['DownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'UpBlock2D'],
        norm_num_groups: 4,
        num_class_embeds: 11,
      }),
      'epsilon',
      createRandom(3),
      { zero_init: false },
    )
  const wired = () =>
    withProperties(
      fileOf({ 1: 'Digits', 2: 'Attention', 3: 'UNet', 4: 'Predict', 5: 'TrainingStart' }, [
        [1, 'dataset', 3, 'dataset'],
        [2, 'attention', 3, 'attention'],
        [3, 'model', 4, 'model'],
        [3, 'model', 5, 'model'],
      ]),
      3,
      { block_out_channels: '8, 16', norm_num_groups: 4, seed: 2 },
    )

  test('the closed node has its params and wires again', () => {
    const model = closedUnet()
    const before = wired()
    const { opened, output } = openNode(before, model)
    tf.dispose(collectTensors(model))
    expect(opened.nodes.some(({ type }) => type === 'diffusion/UNet')).toBe(false)
    const { file, ids } = closeModel(opened, output.id, declarations)
    expect(file.nodes.filter(isLayer)).toEqual([])
    expect(ids).toHaveLength(1)
    const renamed = wiresOf(before).map((text) => text.replaceAll(/\b3\./g, `${ids[0]}.`))
    expect(wiresOf(file).toSorted()).toEqual(renamed.toSorted())
    const [node, old] = [file, before].map((each) =>
      toGraph(each, declarations).nodes.find(({ op }) => op === 'diffusion/UNet'),
    )
    expect(node).toEqual({ ...old, id: String(ids[0]) })
    const placeOf = ({ nodes }: WorkflowFile) => nodes.find(({ id }) => id === 5)!.pos
    expect(placeOf(file)).toEqual(placeOf(before))
  })

  test('what is set at ModelOutput is set at the closed node', () => {
    const model = closedUnet()
    const { opened, output } = openNode(wired(), model)
    tf.dispose(collectTensors(model))
    const changed = withProperties(opened, output.id, { seed: 9, predicts: 'sample' })
    const { file, ids } = closeModel(changed, output.id, declarations)
    expect(file.nodes.find(({ id }) => id === ids[0])!.properties).toMatchObject({
      seed: 9,
      predicts: 'sample',
      block_out_channels: '8, 16',
    })
  })

  test('layers that another node reads stay', () => {
    const model = closedUnet()
    const { opened, output } = openNode(wired(), model)
    tf.dispose(collectTensors(model))
    const input = opened.nodes.find(({ type }) => type === 'diffusion/ModelInput')!
    const reader: FileNode = {
      ...opened.nodes.find(({ type }) => type === 'diffusion/Conv')!,
      id: 99,
    }
    const read: WorkflowFile = {
      ...opened,
      nodes: [...opened.nodes, reader],
      links: [...opened.links, [999, input.id, 0, 99, 0, 'features']],
    }
    const { file } = closeModel(read, output.id, declarations)
    expect(file.nodes.filter(isLayer).map(({ id }) => id)).toEqual([input.id, 99])
  })

  test('a checkpoint gives its model again', () => {
    const model = closedUnet()
    const file = fileOf({ 3: 'LoadCheckpoint', 4: 'Predict', 5: 'Timesteps' }, [
      [3, 'model', 4, 'model'],
      [3, 'schedule', 5, 'schedule'],
    ])
    const { opened, output } = openNode(file, model)
    tf.dispose(collectTensors(model))
    expect(opened.nodes.filter(isLayer).length).toBeGreaterThan(3)
    const { file: again } = closeModel(opened, output.id, declarations)
    const loads = again.nodes.find(({ type }) => type === 'diffusion/LoadCheckpoint')!
    expect(again.nodes).toHaveLength(3)
    expect(wiresOf(again).toSorted()).toEqual([
      `${loads.id}.model > 4.model`,
      `${loads.id}.schedule > 5.schedule`,
    ])
  })

  test('an origin without a closed node, or with a strange one, is not closed', () => {
    const at = (origin: string) =>
      findClosed({ type: 'diffusion/ModelOutput', properties: { origin } }, declarations)
    expect(at('')).toBeUndefined()
    expect(at('{"_class_name":"UNet2DModel"}')).toBeUndefined()
    expect(at('{')).toBeUndefined()
    const closed = { type: 'diffusion/UNet', size: [200, 100], properties: {}, inputs: {} }
    expect(at(JSON.stringify({ _closed: closed }))).toMatchObject({ type: 'diffusion/UNet' })
    for (const wrong of [
      { ...closed, type: 'diffusion/Unknown' },
      { ...closed, size: 'large' },
      { ...closed, inputs: { dataset: 1 } },
      { ...closed, properties: [] },
    ])
      expect(at(JSON.stringify({ _closed: wrong }))).toBeUndefined()
  })
})
