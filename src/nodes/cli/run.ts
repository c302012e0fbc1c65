// Commands on a workflow: `run` (with the session of the editor's worker), `check` and `script`.
import { stat, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { packFolder } from '../../engine/checkpoint/archive.ts'
import { startBackend } from '../../engine/backends/backends.ts'
import type { Fault } from '../../engine/base/fault.ts'
import { GraphError } from '../../engine/base/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { wire } from '../../engine/plan/graph.ts'
import { toDeclaration, opTable, type OutputFile } from '../../engine/plan/op.ts'
import { createSession } from '../../engine/plan/session.ts'
import { memoryStore } from '../../engine/plan/store.ts'
import type { View } from '../../engine/plan/view.ts'
import type { BackendReport, Event, StoredFileKind, ReplayReport } from '../../engine/protocol.ts'
import { createAssets } from '../storage/assets.ts'
import { shippedInNode } from '../storage/shippedInNode.ts'
import type { StoredFiles } from '../storage/storedFiles.ts'
import { createStoredFiles } from '../storage/storedFiles.ts'
import { folderStore, readBytes, readFolder } from '../storage/folder.ts'
import { generateScript } from '../script/write.ts'
import { cliMessages } from '../messages/cli.ts'
import { nodes } from '../table.ts'
import { provideWebGPU } from '../host/nodeWebgpu.ts'
import { nodeTitle } from '../titles.ts'
import { findNode, applySettings, applyChangedValues } from '../settings.ts'
import {
  isPng,
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  withFixedSeeds,
  withWorkflow,
} from '../workflow.ts'
import type { BundledFile } from '../workflow/bundle.ts'
import { isBundle, unpackBundle } from '../workflow/bundle.ts'
import type { RunArguments, ScriptArguments } from './arguments.ts'
import type { Folder } from './files.ts'
import { chartToCsv, loadPainter, openFolder, toFileName } from './files.ts'
import type { Terminal } from './terminal.ts'
import { formatFault } from './terminal.ts'
import { readPngWorkflow } from '../workflow/pngRead.ts'

const declarations = nodes.map(toDeclaration)
const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))

/** Exit code of the process. */
export type ExitStatus = 0 | 1 | 130

/** Prints all faults of a workflow. */
export async function checkWorkflow(file: string, out: Terminal): Promise<ExitStatus> {
  const { graph } = await openWorkflow(file, out)
  const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
  const faults = session.check(graph)
  await session.dispose()
  for (const fault of faults) out.line(formatFault(fault, graph, declared))
  return faults.every(({ notice }) => notice) ? 0 : 1
}

/** Writes a workflow as a script. */
export async function writeScript(
  { file, out: path, settings, steps }: ScriptArguments,
  out: Terminal,
): Promise<ExitStatus> {
  const { workflow, graph: opened, files } = await openWorkflow(file, out)
  const kept = files.map(({ file }) => file)
  const graph = applySettings(
    opened,
    { ...stepSettings(opened, steps), ...settings },
    declarations,
    kept,
  )
  const { title, about } = workflow.extra.diffusion ?? {}
  try {
    const text = generateScript(graph, opTable(nodes), { title, about })
    if (path === undefined) process.stdout.write(text)
    else await writeFile(path, text)
    return 0
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    for (const fault of error.faults) out.line(formatFault(fault, graph, declared))
    return 1
  }
}

/** @throws WorkflowError, SettingError */
async function openWorkflow(file: string, out: Terminal) {
  const opened = openBytes(await readBytes(file))
  const { workflow, notices } = parseWorkflow(opened.workflow, declarations)
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  return { workflow, graph: toGraph(workflow, declarations), files: opened.files }
}

function openBytes(bytes: Uint8Array): { workflow: string; files: BundledFile[] } {
  if (isBundle(bytes)) return unpackBundle(bytes)
  return {
    workflow: isPng(bytes) ? readPngWorkflow(bytes) : new TextDecoder().decode(bytes),
    files: [],
  }
}

/** Runs a workflow into a folder. */
export async function runWorkflow(wanted: RunArguments, out: Terminal): Promise<ExitStatus> {
  const { workflow, graph: opened, files } = await openWorkflow(wanted.file, out)
  const checkpoints = await storeFiles('checkpoint', wanted.checkpoints, files)
  const datasets = await storeFiles('dataset', wanted.datasets, files)
  const kept = [...(await checkpoints.list()), ...(await datasets.list())]
  const graph = applySettings(
    opened,
    { ...stepSettings(opened, wanted.steps), ...wanted.settings },
    declarations,
    kept,
  )
  const targets = wanted.targets.map((name) => findNode(graph, name, declared).id)
  const backend = await startSession(wanted, out)
  const folder = await openFolder(wanted.out)
  // Contains the values of this run, so that opening an image reproduces the run.
  const text = stringifyWorkflow(
    withFixedSeeds(applyChangedValues(workflow, opened, graph), declarations),
  )
  const seen = new RunRecord(graph, text, out, folder)
  const { graph: watched, targets: all } = withLossCharts(graph, targets)
  const session = createSession({
    ops: opTable(nodes),
    ...(wanted.state !== undefined && { store: folderStore(wanted.state) }),
    assets: createAssets(checkpoints, datasets, shippedInNode()),
    onEvent: (event) => seen.take(event),
  })
  await runUntilInterrupt(session, watched, all, out)
  await session.dispose()
  await Promise.all(seen.writing)
  out.end()
  if (seen.faults.length === 0 || seen.views.size > 0) await writeViews(seen, out, folder)
  await folder.write(
    'summary.json',
    `${JSON.stringify(summarizeRun(wanted, backend, seen, folder), undefined, 2)}\n`,
  )
  out.line(
    cliMessages.finished({
      count: folder.written.length,
      folder: wanted.out,
      seconds: seen.seconds.toFixed(1),
      backend: backend.reason,
    }),
  )
  return seen.faults.length > 0 ? 1 : seen.stopped ? 130 : 0
}

/** Runs the graph. The first interrupt stops the run, the second one ends the process. */
async function runUntilInterrupt(
  session: ReturnType<typeof createSession>,
  graph: Graph,
  targets: readonly string[],
  out: Terminal,
) {
  const onInterrupt = () => {
    out.line(cliMessages.stopping())
    session.control('stop', 1)
    process.once('SIGINT', () => process.exit(130))
  }
  process.once('SIGINT', onInterrupt)
  await session.run({
    type: 'run',
    run: 1,
    graph,
    ...(targets.length > 0 && { targets: [...targets] }),
  })
  process.off('SIGINT', onInterrupt)
}

const stepSettings = ({ nodes }: Graph, steps: number | undefined) =>
  steps === undefined
    ? {}
    : Object.fromEntries(
        nodes
          .filter(({ op }) => op === 'diffusion/TrainingStart')
          .map(({ id }) => [`${id}.steps`, steps]),
      )

/** Stores the files bundled with the workflow and those named on the command line. */
async function storeFiles(
  what: StoredFileKind,
  paths: string[],
  bundled: readonly BundledFile[],
): Promise<StoredFiles> {
  const kept = createStoredFiles(memoryStore())
  for (const { what: own, file, bytes } of bundled)
    if (own === what) await kept.put(file.name, bytes)
  for (const path of paths) await kept.put(...(await readFileOrFolder(path)))
  return kept
}

/** Reads a file, or packs a folder into a ZIP as the editor does. */
async function readFileOrFolder(path: string): Promise<[name: string, bytes: Uint8Array]> {
  if (!(await stat(path)).isDirectory()) return [basename(path), await readBytes(path)]
  return [`${basename(resolve(path))}.zip`, packFolder(await readFolder(path))]
}

async function startSession(
  { backend: prefer, state, measure }: RunArguments,
  out: Terminal,
): Promise<BackendReport> {
  const missing = prefer === 'webgpu' || prefer === 'auto' ? await provideWebGPU() : undefined
  // Tuning choices must persist between runs; without a state folder the default kernels are used.
  const tuning = state === undefined ? undefined : { store: folderStore(state), again: measure }
  const report = await startBackend({ prefer, tuning })
  if (prefer !== 'auto' && report.name !== prefer)
    out.line(cliMessages.notice({ text: report.reason + (missing ? ` (${missing})` : '') }))
  return report
}

/** Adds a loss chart to every training; its views are named after the TrainingEnd. */
function withLossCharts(graph: Graph, targets: string[]): { graph: Graph; targets: string[] } {
  const wanted =
    targets.length > 0 ? findAncestors(targets, graph) : new Set(graph.nodes.map(({ id }) => id))
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

function findAncestors(targets: string[], graph: Graph, found = new Set<string>()): Set<string> {
  for (const id of targets) {
    if (found.has(id)) continue
    found.add(id)
    const inputs = Object.values(graph.nodes.find((node) => node.id === id)?.inputs ?? {})
    findAncestors(
      inputs.map(({ node }) => node),
      graph,
      found,
    )
  }
  return found
}

/** Collects the last views of a run, to write them at its end. */
class RunRecord {
  readonly views = new Map<string, View>()
  readonly faults: Fault[] = []
  readonly notices: Fault[] = []
  readonly losses = new Map<string, number>()
  readonly writing: Promise<void>[] = []
  seconds = 0
  /** Replayed networks, on a GPU. */
  networks: ReplayReport | undefined
  stopped = false

  constructor(
    readonly graph: Graph,
    readonly workflow: string,
    private readonly out: Terminal,
    private readonly folder: Folder,
  ) {}

  title(id: string): string {
    const node = this.graph.nodes.find((candidate) => candidate.id === id)
    return node ? nodeTitle(node, declared) : id
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
        for (const fault of event.faults) this.out.line(formatFault(fault, this.graph, declared))
        break
      }
      case 'status':
        this.out.line(event.text)
        break
      case 'storage':
        this.out.line(cliMessages.notice({ text: event.message }))
        break
      case 'finished':
        this.seconds = event.seconds
        this.networks = event.networks
        this.stopped = event.stopped
        break
      default: // other events matter on screen only
    }
  }

  private write(file: OutputFile) {
    const { name, bytes } = withWorkflow(file, this.workflow)
    const writing = this.folder.write(name, bytes)
    // A write error is reported after the run; this avoids an unhandled rejection until then.
    writing.catch(() => {})
    this.writing.push(writing)
  }
}

async function writeViews(seen: RunRecord, out: Terminal, folder: Folder) {
  const paint = await loadPainter()
  if (!paint && seen.views.size > 0)
    out.line(cliMessages.notice({ text: cliMessages.noPictures() }))
  for (const [id, view] of seen.views) {
    const name = toFileName(seen.title(id))
    if (view.kind === 'chart') await folder.write(`${name}.csv`, chartToCsv(view))
    if (paint) await folder.write(`${name}.png`, await paint(view, seen.workflow))
  }
}

const summarizeRun = (
  wanted: RunArguments,
  backend: BackendReport,
  seen: RunRecord,
  folder: Folder,
) => ({
  workflow: basename(wanted.file),
  settings: { ...(wanted.steps !== undefined && { steps: wanted.steps }), ...wanted.settings },
  backend,
  seconds: seen.seconds,
  ...(seen.networks && { networks: seen.networks }),
  stopped: seen.stopped,
  losses: Object.fromEntries([...seen.losses].map(([id, loss]) => [seen.title(id), loss])),
  statistics: Object.fromEntries(
    [...seen.views].flatMap(([id, view]) =>
      view.kind === 'statistics' ? [[seen.title(id), viewNumbers(view)]] : [],
    ),
  ),
  numbers: Object.fromEntries(
    [...seen.views].flatMap(([id, view]) =>
      view.kind === 'numbers'
        ? [[seen.title(id), Object.fromEntries(view.rows.map(({ name, value }) => [name, value]))]]
        : [],
    ),
  ),
  faults: seen.faults,
  notices: seen.notices,
  files: folder.written,
})

const viewNumbers = ({
  type,
  shape,
  mean,
  std,
  min,
  max,
  nan,
}: Extract<View, { kind: 'statistics' }>) => ({
  type,
  shape,
  mean,
  std,
  min,
  max,
  nan,
})
