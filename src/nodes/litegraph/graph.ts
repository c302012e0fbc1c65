// Between a graph on a canvas and everything else: its file, its meaning, the events of a run.
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType, Declaration, Params } from '../../engine/plan/op.ts'
import { isMeant } from '../../engine/plan/op.ts'
import type { Event } from '../../engine/protocol.ts'
import type { WorkflowFile } from '../workflow.ts'
import { seedControl, stringifyWorkflow, toGraph, withFixedSeeds, workflowOf } from '../workflow.ts'
import type { DiffusionNode } from './node.ts'
import { isDiffusionNode } from './node.ts'
import { FONTS } from '../views/canvas.ts'
import { withSubgraphs } from '../workflow/blocks.ts'
import { WorkflowError } from '../workflow/error.ts'
import { FORMAT } from '../workflow/file.ts'
import { pathOf } from '../workflow/flatten.ts'

/** All declarations there are, for what is not on the canvas but inside of subgraphs. */
/** The file of what is on the canvas; types without the host's prefix. */
export function fileOf(graph: LGraph): WorkflowFile {
  const data = JSON.parse(JSON.stringify(graph.serialize())) as {
    nodes: { id: number | string; type: string; properties?: Params }[]
  }
  for (const node of data.nodes) {
    const live = graph.getNodeById(node.id)
    if (!live || !isDiffusionNode(live)) continue
    const { declaration } = live.diffusion
    node.type = declaration.type
    if (node.properties) node.properties = withoutIdle(node.properties, declaration)
  }
  const { workflow } = workflowOf(data, declarationsIn(graph))
  if (graph.subgraphs?.length) workflow.subgraphs = graph.subgraphs
  return workflow
}

/** Without params that mean nothing as the others stand, unless they were changed. */
const withoutIdle = (properties: Params, { params }: Declaration): Params =>
  Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => {
      const param = params[name]
      if (!param || isMeant(params, name, (other) => properties[other])) return true
      return JSON.stringify(value) !== JSON.stringify(param.default)
    }),
  )

/**
 * The text of what is on the canvas, with the seeds of the run that begins now and a title if it has none. It goes into the
 * pictures that come of it.
 */
export const textOfRun = (graph: LGraph, title?: string, known?: ByType): string =>
  runText(fileOf(graph), known ?? declarationsIn(graph), title)

export function runText(workflow: WorkflowFile, known: ByType, title?: string): string {
  const file = withFixedSeeds(workflow, known)
  if (title !== undefined)
    file.extra.diffusion = { ...file.extra.diffusion, format: FORMAT, title: file.extra.diffusion?.title || title }
  return stringifyWorkflow(file)
}

/** What is on the canvas, for the plan. */
export const graphOf = (graph: LGraph, known: ByType = declarationsIn(graph)): Graph => toGraph(fileOf(graph), known)

const declarationsIn = (graph: LGraph): Map<string, Declaration> =>
  new Map(diffusionNodes(graph).map(({ diffusion: { declaration } }) => [declaration.type, declaration]))

export const diffusionNodes = (graph: LGraph): DiffusionNode[] => graph._nodes.filter(isDiffusionNode)

/**
 * Shows a workflow. Nodes of types that are not registered become placeholders that keep all they came with and can be
 * moved, rewired and saved; `said` is written on them.
 * @throws WorkflowError where the host's litegraph takes fewer nodes
 */
export function showWorkflow(
  lite: LiteGraphStatic,
  graph: LGraph,
  file: WorkflowFile,
  { prefix = '', said = () => 'not known here; kept as it is' }: { prefix?: string; said?: () => string } = {},
) {
  const most = lite.MAX_NUMBER_OF_NODES
  if (file.nodes.length > most) {
    const cure = 'Raise LiteGraph.MAX_NUMBER_OF_NODES before it is loaded.'
    throw new WorkflowError('nodes', `${file.nodes.length} nodes; this litegraph takes at most ${most}. ${cure}`)
  }
  const { subgraphs, ...shown } = file
  const data = structuredClone(shown)
  for (const node of data.nodes) if (lite.registered_node_types[prefix + node.type]) node.type = prefix + node.type
  graph.configure(data)
  graph.subgraphs = subgraphs
  for (const node of graph._nodes) if (node.has_errors && node.last_serialization) makePlaceholder(node, said)
}

/** litegraph would save the node as it was loaded, whatever was done to it since. */
function makePlaceholder(node: LGraphNode, said: () => string) {
  delete node.last_serialization
  node.has_errors = false
  node.getTitle = () => node.title || node.type.replace(/^.*\//, '')
  node.onDrawForeground = (ctx) => {
    if (node.flags.collapsed) return
    ctx.save()
    ctx.strokeStyle = '#d9a441'
    ctx.setLineDash([6, 4])
    ctx.strokeRect(1, -29, node.size[0] - 1, node.size[1] + 28)
    ctx.fillStyle = '#d9a441'
    ctx.font = `11px ${FONTS}`
    ctx.textAlign = 'left'
    // At its foot, where there is room below the slots.
    const rows = Math.max(node.inputs?.length ?? 0, node.outputs?.length ?? 0)
    if (node.size[1] > 20 * rows + 24) ctx.fillText(said(), 10, node.size[1] - 9)
    ctx.restore()
  }
}

const drawSeed = () => crypto.getRandomValues(new Uint32Array(1))[0]!

/** What seed controls of a node ask for before a run: its seeds that change. */
function nextSeeds({ params }: Declaration, properties: Params, random: () => number): [string, number][] {
  return Object.entries(params).flatMap(([name, { kind }]): [string, number][] => {
    const control = properties[seedControl(name)]
    if (kind !== 'seed' || (control !== 'increment' && control !== 'randomize')) return []
    return [[name, control === 'increment' ? ((Number(properties[name]) || 0) + 1) % 2 ** 32 : random()]]
  })
}

/** What seed controls ask for before a run. Returns whether anything changed. */
export function advanceSeeds(graph: LGraph, random = drawSeed): boolean {
  let changed = false
  for (const node of diffusionNodes(graph)) {
    for (const [name, seed] of nextSeeds(node.diffusion.declaration, node.properties, random)) {
      node.setProperty(name, seed)
      changed = true
    }
  }
  return changed
}

/** The same for all of a file but what is in one of its subgraphs, or outside of them all; undefined if nothing changed. */
export function advancedSeeds(
  file: WorkflowFile,
  declarations: ByType,
  but?: string,
  random = drawSeed,
): WorkflowFile | undefined {
  const known = withSubgraphs(file, declarations)
  let changed = false
  const advanced = (body: WorkflowFile): WorkflowFile => ({
    ...body,
    nodes: body.nodes.map((node) => {
      const seeds = known.has(node.type) ? nextSeeds(known.get(node.type)!, node.properties, random) : []
      changed ||= seeds.length > 0
      return seeds.length ? { ...node, properties: { ...node.properties, ...Object.fromEntries(seeds) } } : node
    }),
  })
  const subgraphs = file.subgraphs?.map((each) => (each.id === but ? each : { ...each, inside: advanced(each.inside) }))
  const next = { ...(but === undefined ? file : advanced(file)), ...(subgraphs && { subgraphs }) }
  return changed ? next : undefined
}

/**
 * Shows an event of the engine on the nodes it is about. Events of other kinds are left to the host. `within`: the full id of the node
 * whose inside the graph is, if it is one.
 */
export function showEvent(graph: LGraph, event: Event, within?: string) {
  if (!applyEvent(graph, event, within).length) return
  // Zones are drawn in the background.
  graph.setDirtyCanvas(true, event.type !== 'view')
}

/** As {@link showEvent}, for canvases that paint single nodes: returns those that look different now. */
export function applyEvent(graph: LGraph, event: Event, within?: string): DiffusionNode[] {
  const prefix = within === undefined ? '' : `${within}:`
  const at = (id: string) => {
    const node = id.startsWith(prefix) ? graph.getNodeById(nodeId(pathOf(id.slice(prefix.length))[0]!)) : null
    return node && isDiffusionNode(node) ? [node] : []
  }
  switch (event.type) {
    case 'started':
      return diffusionNodes(graph).map(reset)
    case 'cached':
      return at(event.node).map(to('cached'))
    case 'busy': {
      const before = diffusionNodes(graph).filter(({ diffusion: { state, progress } }) => state === 'running' && !progress)
      return [...before.map(to('done')), ...at(event.node).map(to('running'))]
    }
    case 'progress': {
      const { index, count, label } = event
      const ends = [...at(event.node), ...(event.end === undefined ? [] : at(event.end))]
      for (const { diffusion } of ends) diffusion.progress = { index, count, ...(label !== undefined && { label }) }
      return ends.map(to(index >= count ? 'done' : 'running'))
    }
    case 'at': {
      const before = diffusionNodes(graph).filter(({ diffusion }) => diffusion.next)
      for (const { diffusion } of before) delete diffusion.next
      const next = event.node === undefined ? [] : at(event.node)
      for (const { diffusion } of next) diffusion.next = true
      return [...before, ...next]
    }
    case 'view': {
      // What is inside of a subgraph is seen there.
      const shown = at(event.node).filter(({ id }) => prefix + id === event.node)
      for (const { diffusion } of shown) diffusion.view = event.view
      return shown
    }
    case 'faults':
      return event.faults.flatMap((fault) => {
        const nodes = at(fault.node)
        for (const { diffusion } of nodes) diffusion.fault = fault
        return nodes.map(to('fault'))
      })
    case 'finished': {
      const nodes = diffusionNodes(graph)
      for (const { diffusion } of nodes) delete diffusion.next
      nodes.filter(({ diffusion }) => diffusion.state === 'running').map(to(event.stopped ? 'idle' : 'done'))
      event.nodes?.ran.flatMap(at).map(to('done'))
      event.nodes?.kept.flatMap(at).map(to('cached'))
      return nodes
    }
    default:
      return []
  }
}

const nodeId = (id: string) => (/^\d+$/.test(id) ? Number(id) : id)

const to = (state: DiffusionNode['diffusion']['state']) => (node: DiffusionNode) => {
  node.diffusion.state = state
  return node
}

function reset(node: DiffusionNode): DiffusionNode {
  delete node.diffusion.next
  delete node.diffusion.progress
  delete node.diffusion.fault
  return to('idle')(node)
}
