// The `run` command, with the session of the editor's worker.
import { startBackend } from '../../engine/backends/backends.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import { wire, type Graph, type GraphNode, type Wire } from '../../engine/plan/graph.ts'
import { opTable } from '../../engine/plan/op.ts'
import { createSession } from '../../engine/plan/session.ts'
import type { StateStore } from '../../engine/plan/store.ts'
import type { BackendReport, Event } from '../../engine/protocol.ts'
import { provideWebGPU } from '../node/nodeWebgpu.ts'
import { cliMessages } from '../../messages/cli.ts'
import { applyChangedValues, applySettings, findNode } from '../../workflow/settings.ts'
import { createAssets } from '../../storage/assets.ts'
import { prepareFolder } from '../../storage/atomicFile.ts'
import { folderStore } from '../../storage/folder.ts'
import { shippedInNode } from '../../storage/shippedInNode.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { stringifyWorkflow, withFixedSeeds } from '../../workflow/index.ts'
import type { Arguments } from './arguments.ts'
import { describeFailure } from '../node/failure.ts'
import { discardingFolder, openFolder, type Folder } from '../node/outputFiles.ts'
import { onFirstSignal, signalStatus } from './interrupts.ts'
import { declarations, declared, nodeTypes } from './nodeTypes.ts'
import { chooseFiles, openWorkflow, readFiles, requireUse, type RunFiles } from './open.ts'
import { OutcomeRecorder } from './outcome.ts'
import { RunRecord, summarizeRun, writeViews } from './record.ts'
import { stepSettings } from './script.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { printComparison } from './verify.ts'

/** A graph and everything that its run needs. */
interface Prepared {
  graph: Graph
  targets: string[]
  files: RunFiles
  store: StateStore | undefined
  /** Planned iterations beyond which nothing runs; undefined: the default. */
  iterations?: number | undefined
}

/** Runs a workflow into a folder, and with `--verify` a second time. */
export async function runWorkflow(wanted: Arguments<'run'>, out: Terminal): Promise<ExitStatus> {
  const { workflow, notices, graph: opened, files: bundled } = await openWorkflow(wanted.file)
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  const files = await readFiles(
    { checkpoint: wanted.checkpoints, dataset: wanted.datasets },
    bundled,
  )
  const settings = { ...stepSettings(opened, wanted.steps), ...wanted.settings }
  const graph = chooseFiles(files, applySettings(opened, settings, declarations, files.all))
  requireUse(files, graph)
  const targets = wanted.targets.map((name) => findNode(graph, name, declared).id)
  const folder = wanted.out === undefined ? discardingFolder() : await openFolder(wanted.out)
  const trouble = new Set<string>()
  const store = wanted.state === undefined ? undefined : await openStore(wanted.state, trouble)
  const backend = await startEngine(wanted, store, out)
  // Contains the values of this run, so that opening an image reproduces the run.
  const text = stringifyWorkflow(
    withFixedSeeds(applyChangedValues(workflow, opened, graph), declarations),
  )
  const seen = new RunRecord(graph, text, out, folder)
  const { iterations } = wanted
  const prepared = { ...withLossCharts(graph, targets), files, store, iterations }
  const status = wanted.verify
    ? await runTwice(prepared, seen, out)
    : await runOnce(prepared, seen, out)
  await writeResults(wanted, backend, seen, folder, out)
  for (const failure of folder.failures) out.line(failure)
  if (folder.failures.size + trouble.size > 0) return statuses.failed.code
  return status === statuses.failed.code ? status : (signalStatus() ?? status)
}

/** A store in a folder; failed writes are added to `trouble` and reported by the session. */
export async function openStore(folder: string, trouble: Set<string>): Promise<StateStore> {
  await prepareFolder(folder)
  const store = folderStore(folder)
  return {
    ...store,
    async put(key, bytes) {
      try {
        await store.put(key, bytes)
      } catch (error) {
        const failed = error as NodeJS.ErrnoException
        // Names of states mean nothing to the user, but a folder in place of one is to be removed.
        if (failed.code !== 'EISDIR') failed.path = folder
        const { text } = describeFailure(failed)
        trouble.add(text)
        throw new Error(text, { cause: error })
      }
    },
  }
}

async function runOnce(prepared: Prepared, seen: RunRecord, out: Terminal): Promise<ExitStatus> {
  await runSession(prepared, (event) => seen.take(event), out)
  await Promise.all(seen.writing)
  return seen.faults.length > 0 ? statuses.failed.code : statuses.done.code
}

/** Runs in two sessions that share nothing but the backend, and prints the comparison. */
async function runTwice(prepared: Prepared, seen: RunRecord, out: Terminal): Promise<ExitStatus> {
  const first = createEventRecorder(prepared)
  await runRecorded(prepared, first, (event) => seen.take(event), out)
  await Promise.all(seen.writing)
  if (seen.faults.length > 0) return statuses.failed.code
  if (signalStatus() !== undefined) return statuses.done.code
  out.line(cliMessages.verifying())
  const again = new RunRecord(seen.graph, seen.workflow, out, discardingFolder())
  const second = createEventRecorder(prepared)
  await runRecorded(prepared, second, (event) => again.take(event), out)
  if (again.faults.length > 0) return statuses.failed.code
  if (signalStatus() !== undefined) return statuses.done.code
  out.end()
  const results = createTerminal(process.stdout, true)
  const equal = printComparison(await first.outcome(), await second.outcome(), results.line)
  return equal ? statuses.done.code : statuses.different.code
}

function createEventRecorder({ graph, targets }: Prepared): OutcomeRecorder {
  const wanted =
    targets.length > 0 ? findAncestors(targets, graph) : new Set(graph.nodes.map(({ id }) => id))
  const titleOf = (id: string) => {
    const node = graph.nodes.find((each) => each.id === id)
    return node ? nodeTitle(node, declared) : id
  }
  const titles = graph.nodes.map(({ id }) => titleOf(id))
  const unique = (id: string) => {
    const title = titleOf(id)
    return titles.filter((each) => each === title).length > 1 ? `${title} (${id})` : title
  }
  const nodes = graph.nodes.filter(({ id }) => wanted.has(id))
  return new OutcomeRecorder(graph, unique, valuesToCompare(nodes, targets, unique))
}

/** The values that nodes show or save, and the outputs of targets that show nothing, by name. */
function valuesToCompare(
  nodes: readonly GraphNode[],
  targets: readonly string[],
  title: (id: string) => string,
): Map<string, Wire> {
  const values = new Map<string, { value: Wire; shownBy: Set<string> }>()
  for (const { id, op, inputs } of nodes) {
    const { role, outputs = {} } = declared.get(op) ?? {}
    const shows = role === 'observer' || role === 'output'
    if (!shows && !targets.includes(id)) continue
    const slots = Object.keys(outputs).filter((slot) => slot !== 'loop' && !outputs[slot].many)
    for (const value of shows ? Object.values(inputs) : slots.map((slot) => wire(id, slot))) {
      const output = `${title(value.node)}.${value.slot}`
      const { shownBy } = values.get(output) ?? { shownBy: new Set() }
      values.set(output, { value, shownBy: shows ? shownBy.add(title(id)) : shownBy })
    }
  }
  return new Map(
    [...values].map(([output, { value, shownBy }]) => [
      shownBy.size === 0
        ? output
        : cliMessages.wireOutput({ output, shownBy: [...shownBy].join(', ') }),
      value,
    ]),
  )
}

async function runRecorded(
  prepared: Prepared,
  recorder: OutcomeRecorder,
  onEvent: (event: Event) => void,
  out: Terminal,
) {
  const { graph, probes, op, store } = recorder
  const targets = prepared.targets.length > 0 ? [...prepared.targets, ...probes] : []
  const ops = [...nodeTypes, op]
  const take = (event: Event) => {
    recorder.take(event)
    if (event.type !== 'view' || !probes.includes(event.node)) onEvent(event)
  }
  await runSession({ ...prepared, graph, targets, store }, take, out, ops)
}

/** Runs the graph to its end or to the first signal. */
export async function runSession(
  { graph, targets, files, store, iterations }: Prepared,
  onEvent: (event: Event) => void,
  out: Terminal,
  ops: Parameters<typeof opTable>[0] = nodeTypes,
) {
  const { checkpoint, dataset } = files.stores
  const session = createSession({
    ops: opTable(ops),
    ...(store && { store }),
    assets: createAssets(checkpoint, dataset, shippedInNode()),
    onEvent,
  })
  onFirstSignal(() => {
    out.line(store ? cliMessages.stoppingSaved() : cliMessages.stopping())
    session.control('stop', 1)
  })
  await session.run({
    type: 'run',
    run: 1,
    graph,
    ...(targets.length > 0 && { targets }),
    ...(iterations !== undefined && { iterations }),
  })
  await session.dispose()
}

async function writeResults(
  wanted: Arguments<'run'>,
  backend: BackendReport,
  seen: RunRecord,
  folder: Folder,
  out: Terminal,
) {
  out.end()
  if (wanted.out === undefined) return
  if (seen.faults.length === 0 || seen.views.size > 0) await writeViews(seen, out, folder)
  const summary = summarizeRun(wanted, backend, seen, folder)
  await folder.write(safeFileName('summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`)
  out.line(
    cliMessages.finished({
      count: folder.written.length,
      folder: wanted.out,
      seconds: seen.seconds.toFixed(1),
      backend: backend.reason,
    }),
  )
}

export async function startEngine(
  {
    backend: prefer,
    threads,
    measure,
    arithmetic,
    float16Products,
  }: Pick<Arguments<'run'>, 'backend' | 'threads' | 'measure' | 'arithmetic' | 'float16Products'>,
  store: StateStore | undefined,
  out: Terminal,
): Promise<BackendReport> {
  const missing = prefer === 'webgpu' || prefer === 'auto' ? await provideWebGPU() : undefined
  const tuning = store && { store, remeasure: measure, float16Products }
  const report = await startBackend({ prefer, threads, tuning, arithmetic })
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

/** The targets and all nodes that they need. */
function findAncestors(targets: readonly string[], { nodes }: Graph): Set<string> {
  const found = new Set<string>()
  const open = [...targets]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue
    found.add(id)
    const node = nodes.find((each) => each.id === id)
    open.push(...Object.values(node?.inputs ?? {}).map((from) => from.node))
  }
  return found
}
