// Shared code of the evaluations (eval-digits.ts, eval-mnist.ts): models from trainings or
// checkpoints, and reading numbers from graphs.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBackend } from '../src/engine/backends/backends.ts'
import { packFolder } from '../src/engine/checkpoint/archive.ts'
import type { Fault } from '../src/engine/messages/fault.ts'
import { GraphError } from '../src/engine/messages/fault.ts'
import type { Graph, GraphNode, Wire } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { Assets, StoredFile, OutputFile } from '../src/engine/plan/op.ts'
import { toDeclaration, opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { BackendName, BackendReport, Event } from '../src/engine/protocol.ts'
import { createAssets } from '../src/storage/assets.ts'
import { defineNode, param, slot } from '../src/nodes/define.ts'
import { readFolder } from '../src/storage/folder.ts'
import type { StoredFiles } from '../src/storage/storedFiles.ts'
import { createStoredFiles } from '../src/storage/storedFiles.ts'
import { applySettings } from '../src/workflow/settings.ts'
import { provideWebGPU } from '../src/hosts/node/nodeWebgpu.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import { nodes } from '../src/nodes/table.ts'
import { inspectValue } from '../src/nodes/observers/inspect.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'

/** Starts a backend. Throws Error if it is not available. */
export async function startOn(wanted: BackendName): Promise<BackendReport> {
  const missing = wanted === 'webgpu' ? await provideWebGPU() : undefined
  if (missing) throw new Error(missing)
  const started = await startBackend({ prefer: wanted })
  if (started.name !== wanted) throw new Error(started.reason)
  return started
}

/** Source of samples. */
export interface Source {
  graph: Graph
  model: Wire
  schedule: Wire
  assets: Assets
  /** Seed of the noise, if a workflow sets one. */
  seed?: number
  /** End of a training that runs first and is timed separately. */
  training?: string
}

/**
 * Reads a workflow with one training, whose EMA model is evaluated, and one Sampler, whose schedule
 * and noise are used. `params` override those of TrainingStart.
 */
export function trainedBy(file: string, params: Record<string, number | string>): Source {
  const declarations = nodes.map(toDeclaration)
  const { workflow } = parseWorkflow(readFileSync(file, 'utf8'), declarations)
  const opened = toGraph(workflow, declarations)
  const start = only(opened, 'TrainingStart')
  const settings = Object.entries(params).map(([name, value]) => [`${start.id}.${name}`, value])
  const graph = applySettings(opened, Object.fromEntries(settings), declarations)
  const sampler = only(graph, 'Sampler')
  const noise = graph.nodes.find(({ id }) => id === sampler.inputs.x_T?.node)
  if (noise?.op !== 'diffusion/GaussianNoise')
    throw new Error('The Sampler of the workflow does not begin with GaussianNoise.')
  const end = only(graph, 'TrainingEnd')
  return {
    graph,
    model: wire(end.id, 'ema'),
    schedule: sampler.inputs.schedule,
    assets: assetsWith(nothingKept()),
    seed: noise.params.seed as number,
    training: end.id,
  }
}

function only(graph: Graph, name: string): GraphNode {
  const found = graph.nodes.filter(({ op }) => op === `diffusion/${name}`)
  if (found.length !== 1)
    throw new Error(`Expected one node of type ${name} in the workflow, got ${found.length}.`)
  return found[0]
}

/** Loads a checkpoint from the assets. */
export const loadedFrom = (checkpoint: StoredFile, assets: Assets): Source => ({
  graph: { nodes: [node('load', 'diffusion/LoadCheckpoint', {}, { checkpoint })] },
  model: wire('load', 'model'),
  schedule: wire('load', 'schedule'),
  assets,
})

/** Provides a checkpoint as a stored file. */
export async function loadedBytes(name: string, bytes: Uint8Array): Promise<Source> {
  const kept = nothingKept()
  return loadedFrom(await kept.put(name, bytes), assetsWith(kept))
}

export const nothingKept = (): StoredFiles => createStoredFiles(memoryStore())

/** Assets including the shipped files. */
export const assetsWith = (checkpoints: StoredFiles): Assets =>
  createAssets(checkpoints, nothingKept(), shippedInNode())

/** Reads a ZIP, or packs a folder. */
export async function checkpointAt(path: string): Promise<Uint8Array> {
  return statSync(path).isDirectory()
    ? packFolder(await readFolder(path))
    : new Uint8Array(readFileSync(path))
}

export const node = (
  id: string,
  op: string,
  inputs: Record<string, Wire>,
  params: Record<string, unknown> = {},
): GraphNode => ({
  id,
  op,
  params,
  inputs,
})

/** An observer that reads the numbers of samples, a history or a number, by its id. */
export const observerNode = (id: string, at: Wire): GraphNode =>
  node(id, 'eval/Look', { value: at }, { name: id })

const lookInto = (seen: Map<string, Float32Array>) =>
  defineNode({
    type: 'eval/Look',
    category: 'view',
    summary: 'Takes numbers out of the graph.',
    inputs: { value: slot.any() },
    outputs: {},
    params: { name: param.text('', 'what they are known by') },
    view: async ({ value }, { name }) => {
      seen.set(name, Float32Array.from((await inspectValue(value)).numbers))
      return { kind: 'numbers', rows: [] }
    },
  })

/** A graph and its targets. */
export interface Part {
  graph: Graph
  targets: string[]
}

/** Runs the training first, if any, then the rest. */
export const splitParts = (
  { graph, training }: Source,
  making: GraphNode[],
  wanted: GraphNode[],
): Part[] => [
  ...(training === undefined ? [] : [{ graph, targets: [training] }]),
  { graph: { nodes: [...graph.nodes, ...making, ...wanted] }, targets: wanted.map(({ id }) => id) },
]

/** Wall and CPU time in seconds; CPU time is summed over all threads. */
export interface Elapsed {
  wall: number
  cpu: number
}

export interface Done {
  /** Numbers by observer id. */
  seen: Map<string, Float32Array>
  files: OutputFile[]
  /** Times of each part. */
  took: Elapsed[]
}

/** Runs the parts in order in one session, which caches common results. Throws GraphError. */
export async function runParts(
  parts: readonly Part[],
  assets: Assets,
  say: (line: string) => void,
): Promise<Done> {
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
    if (!faults.length)
      done.took.push(await measureTime(() => session.run({ type: 'run', run: i + 1, ...part })))
  }
  await session.dispose()
  if (faults.length) throw new GraphError(faults)
  return done
}

export async function measureTime(work: () => Promise<unknown>): Promise<Elapsed> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }
}

/** Prints the progress of a loop. */
export const progressText = ({ index, count, loss }: Extract<Event, { type: 'progress' }>) =>
  `${index} of ${count}${loss === undefined ? '' : `, loss ${loss.toFixed(4)}`}`

export function keepFiles(folder: string, files: readonly OutputFile[]) {
  mkdirSync(folder, { recursive: true })
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes)
}

/** Parses a numeric option. */
export function parseCount(given: string): number {
  const count = Number(given)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`Expected a whole number above 0, got "${given}".`)
}
