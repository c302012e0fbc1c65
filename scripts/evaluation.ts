// What the evaluations (eval-digits.ts, eval-mnist.ts) have in common: a model from a training or from a checkpoint, and
// numbers taken out of graphs.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBackend } from '../src/engine/backends.ts'
import { packFolder } from '../src/engine/checkpoint/archive.ts'
import type { Fault } from '../src/engine/plan/fault.ts'
import { GraphError } from '../src/engine/plan/fault.ts'
import type { Graph, GraphNode, Wire } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { Assets, KeptFile, OutputFile } from '../src/engine/plan/op.ts'
import { declarationOf, opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { BackendName, BackendReport, Event } from '../src/engine/protocol.ts'
import { assetsOf } from '../src/nodes/assets.ts'
import { any, defineNode, text } from '../src/nodes/define.ts'
import { readFolder } from '../src/nodes/folder.ts'
import type { KeptFiles } from '../src/nodes/kept.ts'
import { keptIn } from '../src/nodes/kept.ts'
import { withSettings } from '../src/nodes/settings.ts'
import { provideWebGPU } from '../src/nodes/node-webgpu.ts'
import { shippedInNode } from '../src/nodes/shipped-node.ts'
import { nodes } from '../src/nodes/table.ts'
import { inspected } from '../src/nodes/view/inspect.ts'
import { parseWorkflow, toGraph } from '../src/nodes/workflow.ts'

/** Starts a backend. Throws Error if it is not here. */
export async function startOn(wanted: BackendName): Promise<BackendReport> {
  const missing = wanted === 'webgpu' ? await provideWebGPU() : undefined
  if (missing) throw new Error(missing)
  const started = await startBackend({ prefer: wanted })
  if (started.name !== wanted) throw new Error(started.reason)
  return started
}

/** What samples are taken of, and where from. */
export interface Source {
  graph: Graph
  model: Wire
  schedule: Wire
  assets: Assets
  /** Of the noise, where a workflow says one. */
  seed?: number
  /** The end of a training: run and timed by itself first. */
  training?: string
}

/**
 * The workflow with its one training, whose averaged model is judged, and its one Sampler, which lends its schedule and noise.
 * `params`: what TrainingStart has otherwise than the workflow says.
 */
export function trainedBy(file: string, params: Record<string, number | string>): Source {
  const declarations = nodes.map(declarationOf)
  const { workflow } = parseWorkflow(readFileSync(file, 'utf8'), declarations)
  const opened = toGraph(workflow, declarations)
  const start = only(opened, 'TrainingStart')
  const settings = Object.entries(params).map(([name, value]) => [`${start.id}.${name}`, value])
  const graph = withSettings(opened, Object.fromEntries(settings), declarations)
  const sampler = only(graph, 'Sampler')
  const noise = graph.nodes.find(({ id }) => id === sampler.inputs.x_T?.node)
  if (noise?.op !== 'diffusion/GaussianNoise') throw new Error('The Sampler of the workflow does not begin with GaussianNoise.')
  const end = only(graph, 'TrainingEnd')
  return {
    graph,
    model: wire(end.id, 'ema'),
    schedule: sampler.inputs.schedule!,
    assets: assetsWith(nothingKept()),
    seed: noise.params.seed as number,
    training: end.id,
  }
}

function only(graph: Graph, name: string): GraphNode {
  const found = graph.nodes.filter(({ op }) => op === `diffusion/${name}`)
  if (found.length !== 1) throw new Error(`The workflow has ${found.length} nodes of the type ${name}, not one.`)
  return found[0]!
}

/** A checkpoint that the assets have. */
export const loadedFrom = (checkpoint: KeptFile, assets: Assets): Source => ({
  graph: { nodes: [node('load', 'diffusion/LoadCheckpoint', {}, { checkpoint })] },
  model: wire('load', 'model'),
  schedule: wire('load', 'schedule'),
  assets,
})

/** A checkpoint, as it was kept among the files of the user. */
export async function loadedBytes(name: string, bytes: Uint8Array): Promise<Source> {
  const kept = nothingKept()
  return loadedFrom(await kept.put(name, bytes), assetsWith(kept))
}

export const nothingKept = (): KeptFiles => keptIn(memoryStore())

/** With what comes with the product. */
export const assetsWith = (checkpoints: KeptFiles): Assets => assetsOf(checkpoints, nothingKept(), shippedInNode())

/** The bytes of a ZIP, or of a folder as a ZIP. */
export async function checkpointAt(path: string): Promise<Uint8Array> {
  return statSync(path).isDirectory() ? packFolder(await readFolder(path)) : new Uint8Array(readFileSync(path))
}

export const node = (id: string, op: string, inputs: Record<string, Wire>, params: Record<string, unknown> = {}): GraphNode => ({
  id,
  op,
  params,
  inputs,
})

/** An observer that takes numbers out of the graph, under its id: those of samples, of a history, or one alone. */
export const look = (id: string, at: Wire): GraphNode => node(id, 'eval/Look', { value: at }, { name: id })

const lookInto = (seen: Map<string, Float32Array>) =>
  defineNode({
    type: 'eval/Look',
    category: 'view',
    summary: 'Takes numbers out of the graph.',
    inputs: { value: any() },
    outputs: {},
    params: { name: text('', 'what they are known by') },
    view: async ({ value }, { name }) => {
      seen.set(name, Float32Array.from((await inspected(value)).numbers))
      return { kind: 'numbers', rows: [] }
    },
  })

/** A graph, and which of its nodes are wanted. */
export interface Part {
  graph: Graph
  targets: string[]
}

/** The training by itself, if there is one, then what else is made of the model and what of that is wanted. */
export const partsOf = ({ graph, training }: Source, making: GraphNode[], wanted: GraphNode[]): Part[] => [
  ...(training === undefined ? [] : [{ graph, targets: [training] }]),
  { graph: { nodes: [...graph.nodes, ...making, ...wanted] }, targets: wanted.map(({ id }) => id) },
]

/** Both in seconds; that of the CPU is the sum over all threads. */
export interface Took {
  wall: number
  cpu: number
}

export interface Done {
  /** By the ids of the observers. */
  seen: Map<string, Float32Array>
  files: OutputFile[]
  /** Of each part. */
  took: Took[]
}

/** Runs one part after the other; what one has in common with those before is kept. Throws GraphError. */
export async function runParts(parts: readonly Part[], assets: Assets, say: (line: string) => void): Promise<Done> {
  const done: Done = { seen: new Map(), files: [], took: [] }
  const faults: Fault[] = []
  const session = createSession({
    ops: opTable([...nodes, lookInto(done.seen)]),
    assets,
    onEvent: (event) => {
      if (event.type === 'faults') faults.push(...event.faults)
      if (event.type === 'file') done.files.push(event.file)
      if (event.type === 'progress' && event.index % 50 === 0) say(progressText(event))
    },
  })
  for (const [i, part] of parts.entries()) {
    if (!faults.length) done.took.push(await timed(() => session.run({ type: 'run', run: i + 1, ...part })))
  }
  await session.dispose()
  if (faults.length) throw new GraphError(faults)
  return done
}

export async function timed(work: () => Promise<unknown>): Promise<Took> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }
}

/** How far a loop is. */
export const progressText = ({ index, count, loss }: Extract<Event, { type: 'progress' }>) =>
  `${index} of ${count}${loss === undefined ? '' : `, loss ${loss.toFixed(4)}`}`

export function keepFiles(folder: string, files: readonly OutputFile[]) {
  mkdirSync(folder, { recursive: true })
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes)
}

/** What a line of a command says, as a number. */
export function countOf(given: string): number {
  const count = Number(given)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`Expected a whole number above 0, got "${given}".`)
}
