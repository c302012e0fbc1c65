// Graphs of hosts with litegraph.js and with @comfyorg/litegraph: loading, running, and what their
// own serialize and configure preserve.
import * as comfy from '@comfyorg/litegraph'
import * as classic from 'litegraph.js/build/litegraph.core.js'
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Event } from '../../src/engine/protocol.ts'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import { packNodes } from '../../src/editor/graph/pack.ts'
import { registerWith, type Host, type HostOptions } from '../../src/hosts/worker/register.ts'
import { isDiffusionNode, type DiffusionNode } from '../../src/litegraph/diffusionNode.ts'
import { graphZones } from '../../src/litegraph/canvasZones.ts'
import { nodes } from '../../src/nodes/table.ts'
import { stringifyWorkflow, parseWorkflow } from '../../src/workflow/index.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { workflowOf } from '../workflowOf.ts'
import { node } from '../nodes/evaluate.ts'

const declarations = nodes.map(toDeclaration)
const known = new Map(declarations.map((declaration) => [declaration.type, declaration]))

interface Litegraph {
  name: string
  lite: LiteGraphStatic
  createGraph(): LGraph
}

const litegraphs: Litegraph[] = [
  {
    name: 'litegraph.js',
    lite: classic.LiteGraph,
    createGraph: () => new classic.LGraph(),
  },
  {
    name: '@comfyorg/litegraph',
    lite: comfy.LiteGraph as unknown as LiteGraphStatic,
    createGraph: () => new comfy.LGraph() as unknown as LGraph,
  },
]

const hosts: Host[] = []
afterEach(() => {
  for (const host of hosts.splice(0)) host.unregister()
  vi.restoreAllMocks()
})

function registerIn({ lite }: Litegraph, options: HostOptions = {}): Host {
  const host = registerWith(lite, declarations, { engine: 'page', backend: 'cpu', ...options })
  hosts.push(host)
  return host
}

/** A small training, whose prediction and loss are in a subgraph with a description. */
function subgraphWorkflow(): string {
  const { workflow } = parseWorkflow(small(), declarations)
  const inner = ['diffusion/ForwardNoise', 'diffusion/Predict']
  const ids = workflow.nodes.filter(({ type }) => inner.includes(type)).map(({ id }) => id)
  const subgraph = { id: '0a1b2c3d-0000-4000-8000-000000000001', name: 'Guess' }
  const { file } = packNodes(workflow, new Set(ids), subgraph, known)
  for (const each of file.subgraphs ?? []) each.description = 'Predicts noise.'
  return stringifyWorkflow(file)
}

/** The text that a host saves after it loaded `text`: with all params, and large enough nodes. */
function savedText(host: Host, { createGraph }: Litegraph, text: string): string {
  const graph = createGraph()
  expect(host.load(graph, text)).toEqual([])
  return host.save(graph)
}

const copy = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>
const small = () => workflowOf({ nodes: trainingGraph(2).nodes }, declarations)

async function runViews(host: Host, graph: LGraph) {
  const views: string[] = []
  const onEvent = (event: Event) => {
    if (event.type === 'view') views.push(`${event.node} ${JSON.stringify(event.view).length}`)
  }
  const { faults } = await host.run(graph, { onEvent })
  expect(faults).toEqual([])
  return views
}

describe.each(litegraphs)('$name', (litegraph) => {
  test('loads, runs, and saves the file that it loaded', async () => {
    const host = registerIn(litegraph)
    const graph = litegraph.createGraph()
    const text = savedText(host, litegraph, small())
    expect(host.load(graph, text)).toEqual([])
    expect(graph._nodes.every(isDiffusionNode)).toBe(true)
    expect(host.save(graph)).toBe(text)
    expect(graphZones(graph)).toHaveLength(1)
    expect((await runViews(host, graph)).length).toBeGreaterThan(0)
    const states = (graph._nodes as DiffusionNode[]).map(({ diffusion }) => diffusion.state)
    expect(new Set(states)).toEqual(new Set(['done']))
  })

  test('preserves a graph by its own serialize and configure, with a prefix', async () => {
    const host = registerIn(litegraph, { prefix: 'my/' })
    const graph = litegraph.createGraph()
    const text = savedText(host, litegraph, small())
    host.load(graph, text)
    expect(graph._nodes.every(({ type }) => type.startsWith('my/diffusion/'))).toBe(true)
    const again = litegraph.createGraph()
    again.configure(copy(graph.serialize()))
    expect(host.save(again)).toBe(text)
    await runViews(host, again)
  })

  test.each(['', 'my/'])('keeps subgraphs, with the prefix "%s"', async (prefix) => {
    const host = registerIn(litegraph, { prefix })
    const graph = litegraph.createGraph()
    const text = savedText(host, litegraph, subgraphWorkflow())
    expect(host.load(graph, text)).toEqual([])
    expect(host.save(graph)).toBe(text)
    const serialized = copy(graph.serialize())
    expect(serialized.definitions).toMatchObject({ subgraphs: [{ id: expect.any(String) }] })
    // A host of another visit knows only what it stored.
    host.unregister()
    const later = registerIn(litegraph, { prefix })
    const again = litegraph.createGraph()
    again.configure(copy(serialized))
    expect(again._nodes.every(isDiffusionNode)).toBe(true)
    expect(later.save(again)).toBe(text)
    expect(copy(again.serialize())).toMatchObject({ definitions: serialized.definitions })
    const [inner] = await runViews(later, again)
    expect(inner).toBeDefined()
  })

  test('forgets the subgraphs of an earlier file', () => {
    const host = registerIn(litegraph)
    const graph = litegraph.createGraph()
    host.load(graph, subgraphWorkflow())
    host.load(graph, small())
    expect(graph.serialize().definitions).toBeUndefined()
    expect(host.save(graph)).toBe(savedText(host, litegraph, small()))
  })

  test('leaves serialize and configure as they were when it is unregistered', () => {
    const { serialize, configure } = litegraph.lite.LGraph.prototype
    registerIn(litegraph).unregister()
    expect(litegraph.lite.LGraph.prototype.serialize).toBe(serialize)
    expect(litegraph.lite.LGraph.prototype.configure).toBe(configure)
  })

  test('refuses wires of wrong types and reports why', () => {
    const refused: string[] = []
    const host = registerIn(litegraph, { refused: (reason) => void refused.push(reason) })
    const graph = litegraph.createGraph()
    host.load(
      graph,
      workflowOf(
        {
          nodes: [
            node('data', 'Points'),
            node('schedule', 'NoiseSchedule'),
            node('batch', 'Batch', { dataset: 'data.dataset' }),
          ],
        },
        declarations,
      ),
    )
    const find = (type: string) => graph._nodes.find((each) => each.type === `diffusion/${type}`)!
    expect(find('NoiseSchedule').connect(0, find('Batch'), 'dataset')).toBeNull()
    expect(refused).toEqual([
      expect.stringContaining('dataset needs dataset, but you are connecting schedule'),
    ])
    expect(find('Points').connect(0, find('Batch'), 'dataset')).not.toBeNull()
  })
})

describe('@comfyorg/litegraph', () => {
  const litegraph = litegraphs[1]

  /** Makes a node class for each subgraph, like ComfyUI's frontend. */
  function offerSubgraphs(graph: comfy.LGraph) {
    graph.events.addEventListener('subgraph-created', ({ detail: { subgraph } }) => {
      class Instance extends comfy.SubgraphNode {
        constructor() {
          super(graph, subgraph, {
            id: -1,
            type: subgraph.id,
            pos: [0, 0],
            size: [100, 100],
            flags: {},
            mode: 0,
            order: 0,
            inputs: [],
            outputs: [],
          } as never)
        }
      }
      comfy.LiteGraph.registerNodeType(subgraph.id, Instance as unknown as typeof comfy.LGraphNode)
    })
  }

  test('runs a subgraph that its user made', async () => {
    const host = registerIn(litegraph)
    const graph = litegraph.createGraph()
    host.load(graph, small())
    const before = await runViews(host, graph)
    const own = graph as unknown as comfy.LGraph
    offerSubgraphs(own)
    const packed = own.nodes.filter(({ type }) =>
      ['diffusion/ForwardNoise', 'diffusion/Predict', 'diffusion/Loss'].includes(String(type)),
    )
    expect(packed.length).toBeGreaterThan(1)
    const { subgraph } = own.convertToSubgraph(new Set(packed))
    expect(subgraph.links.size).toBeGreaterThan(0)
    expect(await runViews(host, graph)).toEqual(before)
    const again = litegraph.createGraph()
    expect(host.load(again, host.save(graph))).toEqual([])
    expect(await runViews(host, again)).toEqual(before)
    comfy.LiteGraph.unregisterNodeType(subgraph.id)
  })

  test('shows a run in the graph inside a subgraph node', async () => {
    const host = registerIn(litegraph)
    const graph = litegraph.createGraph()
    host.load(graph, subgraphWorkflow())
    await runViews(host, graph)
    const [inner] = graph.subgraphs!.values()
    const nodes = inner._nodes as DiffusionNode[]
    expect(nodes.some(({ diffusion: { state } }) => state === 'done')).toBe(true)
    // Runs and saves the workflow while its canvas shows the subgraph.
    expect(host.save(inner)).toBe(host.save(graph))
  })

  test('keeps its reroutes', async () => {
    const host = registerIn(litegraph)
    const graph = litegraph.createGraph()
    host.load(graph, small())
    const own = graph as unknown as comfy.LGraph
    const before = host.save(graph)
    const [link] = own.links.values()
    own.createReroute([40, 50], link)
    const views = await runViews(host, graph)
    expect(views.length).toBeGreaterThan(0)
    const again = litegraph.createGraph() as unknown as comfy.LGraph
    host.load(again, host.save(graph))
    expect([...again.reroutes.values()].map(({ pos }) => [...pos])).toEqual([[40, 50]])
    expect(again.links.get(link.id)?.parentId).toBe(1)
    own.removeReroute(1)
    expect(host.save(graph)).toBe(before)
  })

  test('saves the same text for the same graph, whatever its canvas shows', () => {
    const host = registerIn(litegraph)
    const graph = litegraph.createGraph()
    host.load(graph, small())
    const text = host.save(graph)
    graph.list_of_graphcanvas = [{ ds: { scale: 2, offset: [5, 6] }, setDirty: () => {} } as never]
    expect(host.save(graph)).toBe(text)
  })

  test('copies nodes without wires, and reports refused wires that are dropped on a slot', () => {
    const refused: string[] = []
    const host = registerIn(litegraph, { refused: (reason) => void refused.push(reason) })
    const graph = litegraph.createGraph()
    host.load(graph, small())
    const [wired] = graph._nodes.filter(({ inputs }) => inputs.some(({ link }) => link !== null))
    expect(wired.clone()!.inputs.every(({ link }) => link === null)).toBe(true)
    const end = graph._nodes.find(({ type }) => type === 'diffusion/TrainingEnd') as LGraphNode
    const start = graph._nodes.find(({ type }) => type === 'diffusion/TrainingStart') as LGraphNode
    const own = start as unknown as comfy.LGraphNode
    const other = end as unknown as comfy.LGraphNode
    const slot = other.inputs.find(({ name }) => name === 'loss')!
    expect(own.connectSlots(own.outputs[0], other, slot, undefined)).toBeNull()
    expect(refused).toHaveLength(1)
  })
})
