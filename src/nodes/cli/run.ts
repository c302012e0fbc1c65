// What is done with a workflow: run with the same session as the editor's worker, only checked, or written as a script.
import { stat, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { packFolder } from '../../engine/checkpoint/archive.ts'
import { startBackend } from '../../engine/backends.ts'
import type { Fault } from '../../engine/plan/fault.ts'
import { GraphError } from '../../engine/plan/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { wire } from '../../engine/plan/graph.ts'
import { declarationOf, opTable, type OutputFile } from '../../engine/plan/op.ts'
import { createSession } from '../../engine/plan/session.ts'
import { memoryStore } from '../../engine/plan/store.ts'
import type { View } from '../../engine/plan/view.ts'
import type { BackendReport, Event, Kept, Networks } from '../../engine/protocol.ts'
import { assetsOf } from '../assets.ts'
import { shippedInNode } from '../shipped-node.ts'
import type { KeptFiles } from '../kept.ts'
import { keptIn } from '../kept.ts'
import { folderStore, readBytes, readFolder } from '../folder.ts'
import { scriptOf } from '../script/write.ts'
import { nodes } from '../table.ts'
import { provideWebGPU } from '../node-webgpu.ts'
import { titleOfNode } from '../titles.ts'
import { findNode, withSettings, withValuesOf } from '../settings.ts'
import { isPng, parseWorkflow, stringifyWorkflow, toGraph, withFixedSeeds, withWorkflow, workflowOfPng } from '../workflow.ts'
import type { BundledFile } from '../workflow/bundle.ts'
import { isBundle, unpackBundle } from '../workflow/bundle.ts'
import type { RunArguments, ScriptArguments } from './arguments.ts'
import type { Folder } from './files.ts'
import { csvOfChart, loadPainter, openFolder, slug } from './files.ts'
import type { Terminal } from './terminal.ts'
import { faultText } from './terminal.ts'

const declarations = nodes.map(declarationOf)
const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))

/** What a shell sees. */
export type ExitStatus = 0 | 1 | 130

/** Says what is wrong with a workflow. */
export async function check(file: string, out: Terminal): Promise<ExitStatus> {
  const { graph } = await open(file, out)
  const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
  const faults = session.check(graph)
  await session.dispose()
  for (const fault of faults) out.line(faultText(fault, graph, declared))
  return faults.every(({ notice }) => notice) ? 0 : 1
}

/** Writes a workflow as a script. */
export async function script({ file, out: path, settings, steps }: ScriptArguments, out: Terminal): Promise<ExitStatus> {
  const { workflow, graph: opened, files } = await open(file, out)
  const kept = files.map(({ file }) => file)
  const graph = withSettings(opened, { ...stepsOfAll(opened, steps), ...settings }, declarations, kept)
  const { title, about } = workflow.extra.diffusion ?? {}
  try {
    const text = scriptOf(graph, opTable(nodes), { title, about })
    if (path === undefined) process.stdout.write(text)
    else await writeFile(path, text)
    return 0
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    for (const fault of error.faults) out.line(faultText(fault, graph, declared))
    return 1
  }
}

/** @throws WorkflowError, SettingError */
async function open(file: string, out: Terminal) {
  const opened = openBytes(await readBytes(file))
  const { workflow, notices } = parseWorkflow(opened.workflow, declarations)
  for (const notice of notices) out.line(`notice: ${notice}`)
  return { workflow, graph: toGraph(workflow, declarations), files: opened.files }
}

function openBytes(bytes: Uint8Array): { workflow: string; files: BundledFile[] } {
  if (isBundle(bytes)) return unpackBundle(bytes)
  return { workflow: isPng(bytes) ? workflowOfPng(bytes) : new TextDecoder().decode(bytes), files: [] }
}

/** Runs a workflow into a folder. */
export async function run(wanted: RunArguments, out: Terminal): Promise<ExitStatus> {
  const { workflow, graph: opened, files } = await open(wanted.file, out)
  const checkpoints = await keepFiles('checkpoint', wanted.checkpoints, files)
  const datasets = await keepFiles('dataset', wanted.datasets, files)
  const kept = [...(await checkpoints.list()), ...(await datasets.list())]
  const graph = withSettings(opened, { ...stepsOfAll(opened, wanted.steps), ...wanted.settings }, declarations, kept)
  const targets = wanted.targets.map((name) => findNode(graph, name, declared).id)
  const backend = await start(wanted, out)
  const folder = await openFolder(wanted.out)
  // As it was run, so that a picture of it makes the same again.
  const text = stringifyWorkflow(withFixedSeeds(withValuesOf(workflow, opened, graph), declarations))
  const seen = new Seen(graph, text, out, folder)
  const { graph: watched, targets: all } = withLossCharts(graph, targets)
  const session = createSession({
    ops: opTable(nodes),
    ...(wanted.state !== undefined && { store: folderStore(wanted.state) }),
    assets: assetsOf(checkpoints, datasets, shippedInNode()),
    onEvent: (event) => seen.take(event),
  })
  const onInterrupt = () => {
    out.line('Stopping; what was reached is kept. Once more to leave at once.')
    session.control('stop', 1)
    process.once('SIGINT', () => process.exit(130))
  }
  process.once('SIGINT', onInterrupt)
  await session.run({ type: 'run', run: 1, graph: watched, ...(all.length > 0 && { targets: all }) })
  process.off('SIGINT', onInterrupt)
  await session.dispose()
  await Promise.all(seen.writing)
  out.end()
  if (seen.faults.length === 0 || seen.views.size > 0) await writeViews(seen, out, folder)
  await folder.write('summary.json', `${JSON.stringify(summaryOf(wanted, backend, seen, folder), undefined, 2)}\n`)
  out.line(`${folder.written.length} files in ${wanted.out}, ${seen.seconds.toFixed(1)} s on ${backend.reason}`)
  return seen.faults.length > 0 ? 1 : seen.stopped ? 130 : 0
}

const stepsOfAll = ({ nodes }: Graph, steps: number | undefined) =>
  steps === undefined
    ? {}
    : Object.fromEntries(nodes.filter(({ op }) => op === 'diffusion/TrainingStart').map(({ id }) => [`${id}.steps`, steps]))

/** Files that came with the workflow, and those that were given beside it. */
async function keepFiles(what: Kept, paths: string[], bundled: readonly BundledFile[]): Promise<KeptFiles> {
  const kept = keptIn(memoryStore())
  for (const { what: own, file, bytes } of bundled) if (own === what) await kept.put(file.name, bytes)
  for (const path of paths) await kept.put(...(await fileOf(path)))
  return kept
}

/** A folder becomes the ZIP that the editor would make of it. */
async function fileOf(path: string): Promise<[name: string, bytes: Uint8Array]> {
  if (!(await stat(path)).isDirectory()) return [basename(path), await readBytes(path)]
  return [`${basename(resolve(path))}.zip`, packFolder(await readFolder(path))]
}

async function start({ backend: prefer, state, measure }: RunArguments, out: Terminal): Promise<BackendReport> {
  const missing = prefer === 'webgpu' || prefer === 'auto' ? await provideWebGPU() : undefined
  // What is measured must hold the next time as well: without a folder to keep it in the usual kernels compute.
  const tuning = state === undefined ? undefined : { store: folderStore(state), again: measure }
  const report = await startBackend({ prefer, tuning })
  if (prefer !== 'auto' && report.name !== prefer) out.line(`notice: ${report.reason}${missing ? ` (${missing})` : ''}`)
  return report
}

/** Every training also gets a chart of its losses; its views come under the name of the training's end. */
function withLossCharts(graph: Graph, targets: string[]): { graph: Graph; targets: string[] } {
  const wanted = targets.length > 0 ? leadingTo(targets, graph) : new Set(graph.nodes.map(({ id }) => id))
  const ends = graph.nodes.filter(({ id, op }) => op === 'diffusion/TrainingEnd' && wanted.has(id))
  const charts = ends.map(({ id }) => ({
    id: `${id}/loss`,
    op: 'diffusion/Chart',
    params: { names: 'loss' },
    inputs: { values_1: wire(id, 'history') },
  }))
  return {
    graph: { nodes: [...graph.nodes, ...charts] },
    targets: targets.length > 0 ? [...targets, ...charts.map(({ id }) => id)] : [],
  }
}

function leadingTo(targets: string[], graph: Graph, found = new Set<string>()): Set<string> {
  for (const id of targets) {
    if (found.has(id)) continue
    found.add(id)
    const inputs = Object.values(graph.nodes.find((node) => node.id === id)?.inputs ?? {})
    leadingTo(
      inputs.map(({ node }) => node),
      graph,
      found,
    )
  }
  return found
}

/** What a run showed, for the end of it. */
class Seen {
  readonly views = new Map<string, View>()
  readonly faults: Fault[] = []
  readonly notices: Fault[] = []
  readonly losses = new Map<string, number>()
  readonly writing: Promise<void>[] = []
  seconds = 0
  /** Of a GPU. */
  networks: Networks | undefined
  stopped = false

  constructor(
    readonly graph: Graph,
    readonly workflow: string,
    private readonly out: Terminal,
    private readonly folder: Folder,
  ) {}

  title(id: string): string {
    const node = this.graph.nodes.find((candidate) => candidate.id === id)
    return node ? titleOfNode(node, declared) : id
  }

  take(event: Event) {
    switch (event.type) {
      case 'view':
        this.views.set(event.node, event.view)
        break
      case 'file':
        this.write(event.file)
        break
      case 'progress':
        if (event.loss !== undefined) this.losses.set(event.node, event.loss)
        this.out.progress(this.title(event.node), event)
        break
      case 'compiling':
        this.out.compiling(event.done, event.total)
        break
      case 'faults':
      case 'notices': {
        const list = event.type === 'faults' ? this.faults : this.notices
        list.push(...event.faults)
        for (const fault of event.faults) this.out.line(faultText(fault, this.graph, declared))
        break
      }
      case 'status':
        this.out.line(event.text)
        break
      case 'storage':
        this.out.line(`notice: ${event.message}`)
        break
      case 'finished':
        this.seconds = event.seconds
        this.networks = event.networks
        this.stopped = event.stopped
        break
      default: // what only a screen shows
    }
  }

  private write(file: OutputFile) {
    const { name, bytes } = withWorkflow(file, this.workflow)
    const writing = this.folder.write(name, bytes)
    // A full disk is told when the run is over; until then it is no unhandled rejection.
    writing.catch(() => {})
    this.writing.push(writing)
  }
}

async function writeViews(seen: Seen, out: Terminal, folder: Folder) {
  const paint = await loadPainter()
  if (!paint && seen.views.size > 0)
    out.line('notice: no pictures, because the package @napi-rs/canvas is not installed: npm install @napi-rs/canvas')
  for (const [id, view] of seen.views) {
    const name = slug(seen.title(id))
    if (view.kind === 'chart') await folder.write(`${name}.csv`, csvOfChart(view))
    if (paint) await folder.write(`${name}.png`, await paint(view, seen.workflow))
  }
}

const summaryOf = (wanted: RunArguments, backend: BackendReport, seen: Seen, folder: Folder) => ({
  workflow: basename(wanted.file),
  settings: { ...(wanted.steps !== undefined && { steps: wanted.steps }), ...wanted.settings },
  backend,
  seconds: seen.seconds,
  ...(seen.networks && { networks: seen.networks }),
  stopped: seen.stopped,
  losses: Object.fromEntries([...seen.losses].map(([id, loss]) => [seen.title(id), loss])),
  statistics: Object.fromEntries(
    [...seen.views].flatMap(([id, view]) => (view.kind === 'statistics' ? [[seen.title(id), numbersOf(view)]] : [])),
  ),
  numbers: Object.fromEntries(
    [...seen.views].flatMap(([id, view]) =>
      view.kind === 'numbers' ? [[seen.title(id), Object.fromEntries(view.rows.map(({ name, value }) => [name, value]))]] : [],
    ),
  ),
  faults: seen.faults,
  notices: seen.notices,
  files: folder.written,
})

const numbersOf = ({ type, shape, mean, std, min, max, nan }: Extract<View, { kind: 'statistics' }>) => ({
  type,
  shape,
  mean,
  std,
  min,
  max,
  nan,
})
