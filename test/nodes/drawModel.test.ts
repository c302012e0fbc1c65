// Diagrams of the models that nodes make: on request, and as files.
import { expect, test } from 'vitest'
import { GraphError } from '../../src/engine/messages/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable, type OutputOp } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { Event } from '../../src/engine/protocol.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { saveDiagram } from '../../src/nodes/index.ts'
import { drawModel } from '../../src/nodes/layers/drawModel.ts'
import { createPendingRequests, createQuestions } from '../../src/hosts/worker/clientRequests.ts'
import { questionHandlers } from '../../src/hosts/worker/serveQuestions.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { node } from './evaluate.ts'

/** Asks an engine in this thread for the diagram of a node. */
async function draw(graph: GraphNode[], id: string): Promise<string> {
  const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
  const answer = (event: Event) => pending.onEvent(event as never)
  const noAssets = () => Promise.reject(new Error('No data.'))
  const handlers = questionHandlers({
    session: () => session,
    readySession: async () => session,
    ops: opTable(nodes),
    post: answer,
    assets: noAssets,
  })
  let next = 0
  const pending = createPendingRequests(
    (request) => void (request.type === 'drawModel' && handlers.drawModel(request)),
    () => next++,
  )
  try {
    return await createQuestions(pending).drawModel({ nodes: graph }, id)
  } finally {
    await session.dispose()
  }
}

onCpu(() => {
  test('of models of every kind, titled by their size', async () => {
    const titles = await Promise.all(
      [
        node('own', 'UNet', {}, { sample_size: 8 }),
        node('own', 'DiT', {}, { sample_size: 8 }),
        node('own', 'MLP'),
        node('own', 'Classifier'),
      ].map(async (own) => /<title>(.*)<\/title>/.exec(await draw([own], 'own'))![1]),
    )
    expect(titles).toMatchInlineSnapshot(`
      [
        "UNet with channels 32, 64 for 8 x 8 x 1 images",
        "DiT with 4 layers of width 128 for 8 x 8 x 1 images",
        "MLP with hidden layers 3 x 128 for points of dimension 2",
        "Classifier with channels 16, 32 for 10 classes of 8 x 8 x 1 images",
      ]
    `)
    const layers = [
      node('in', 'ModelInput', {}, { shape: '2' }),
      node('a', 'Linear', { x: 'in.x' }, { out: 2, name: 'a' }),
      node('own', 'ModelOutput', { x: 'a.features' }),
    ]
    expect(await draw(layers, 'own')).toContain('>Linear</text>')
  })

  test('of a model without layers is refused', async () => {
    const graph = [
      node('points', 'Points'),
      node('schedule', 'NoiseSchedule'),
      node('own', 'ExactModel', { dataset: 'points.dataset', schedule: 'schedule.schedule' }),
    ]
    const refused = draw(graph, 'own')
    await expect(refused).rejects.toBeInstanceOf(GraphError)
    await expect(refused).rejects.toThrow('got a model of kind "exact"')
  })

  test('is a file of SaveDiagram, with the colours of its theme', async () => {
    const model = {
      type: 'model',
      kind: 'mlp',
      config: {
        dim: 2,
        hidden: 8,
        layers: 1,
        activation: 'silu',
        num_classes: 0,
        time_embedding_dim: 8,
        fourier_features: 0,
      },
      predicts: 'epsilon',
      weights: {},
      children: {},
    } satisfies Model
    const files = await (saveDiagram as OutputOp).files(
      { model } as never,
      { name: 'net', theme: 'dark' } as never,
    )
    expect(files.map(({ name, mime }) => [name, mime])).toEqual([['net.svg', 'image/svg+xml']])
    expect(new TextDecoder().decode(files[0].bytes)).toBe(drawModel(model, 'dark'))
    expect(drawModel(model, 'dark')).not.toBe(drawModel(model, 'light'))
  })
})
