// The `onnx` command: writes the model of a checkpoint, or of a workflow after its run.
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { isZip } from '../../engine/archive/signatures.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import { packFolder } from '../../engine/checkpoint/archive.ts'
import type { OnnxFile } from '../../engine/onnx/export.ts'
import { onnxFileName, onnxFromCheckpoint } from '../../engine/onnx/export.ts'
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import { wire } from '../../engine/plan/graph.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { Event } from '../../engine/protocol.ts'
import { cliMessages } from '../../messages/cli.ts'
import { applySettings, findNode } from '../../workflow/settings.ts'
import { writeFileAtomically, writeInFolder } from '../../storage/atomicFile.ts'
import { readBytes, readFolder } from '../../storage/folder.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { isBundle } from '../../workflow/bundle.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from '../node/failure.ts'
import { atPath } from '../node/failure.ts'
import { declarations, declared } from './nodeTypes.ts'
import { openWorkflow, readFiles, requireUse } from './open.ts'
import { openStore, runSession, startEngine } from './run.ts'
import { stepSettings } from './script.ts'
import { signalStatus } from './interrupts.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import { formatFault, type Terminal } from './terminal.ts'

/** Writes one file, or one for each part of an autoencoder beside each other. */
export async function writeOnnx(wanted: Arguments<'onnx'>, out: Terminal): Promise<ExitStatus> {
  const checkpoint = await readCheckpointFile(wanted.file)
  if (!checkpoint) return writeFromWorkflow(wanted, out)
  checkOnnxOptions(wanted)
  const size = wanted.size && ([wanted.size[1], wanted.size[0]] as const)
  const files = onnxFromCheckpoint(checkpoint, { size })
  await writeOnnxFiles(wanted.out, files, out)
  return statuses.done.code
}

/** The bytes of a checkpoint, or of its packed folder; undefined for a workflow. */
async function readCheckpointFile(path: string): Promise<Uint8Array | undefined> {
  const found = await stat(path)
  if (found.isDirectory()) return packFolder(await readFolder(path))
  if (!found.isFile()) return undefined
  const bytes = await atPath(path, readBytes(path))
  return isZip(bytes) && !isBundle(bytes) ? bytes : undefined
}

/** @throws UsageError for options that need a workflow */
function checkOnnxOptions({
  node,
  steps,
  settings,
  checkpoints,
  datasets,
  state,
}: Arguments<'onnx'>) {
  const given = {
    node,
    steps,
    set: Object.keys(settings)[0],
    checkpoint: checkpoints[0],
    dataset: datasets[0],
    state,
  }
  const [option] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
  if (option !== undefined) throw new UsageError(cliMessages.checkpointOption({ option }))
}

interface Written extends Pick<OnnxFile, 'part' | 'bytes'> {
  inputs?: readonly string[]
  outputs?: readonly string[]
}

async function writeOnnxFiles(path: string, files: readonly Written[], out: Terminal) {
  const stem = path.slice(0, path.length - extname(path).length) || path
  for (const { part, bytes, inputs, outputs } of files) {
    const plain = onnxFileName(basename(stem), part)
    const name = part === '' ? path : join(dirname(stem), plain)
    const size = formatMegabytes(bytes)
    if (part === '') await writeFileAtomically(name, bytes)
    else await writeInFolder(dirname(stem), plain, bytes)
    out.line(
      inputs && outputs
        ? cliMessages.wroteOnnx({
            path: name,
            size,
            inputs: inputs.join(', '),
            outputs: outputs.join(', '),
          })
        : cliMessages.wroteFile({ path: name, size }),
    )
  }
}

const formatMegabytes = ({ length }: Uint8Array) => (length / 1e6).toFixed(length < 1e6 ? 2 : 1)

/** Runs what the model needs, and saves it by a node that is added to the graph. */
async function writeFromWorkflow(wanted: Arguments<'onnx'>, out: Terminal): Promise<ExitStatus> {
  const { notices, graph: opened, files: bundled } = await openWorkflow(wanted.file)
  if (wanted.size) throw new UsageError(cliMessages.workflowSize())
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  const files = await readFiles(
    { checkpoint: wanted.checkpoints, dataset: wanted.datasets },
    bundled,
  )
  const settings = { ...stepSettings(opened, wanted.steps), ...wanted.settings }
  const graph = applySettings(opened, settings, declarations, files.all)
  requireUse(files, graph)
  const saving = createSaveNode(graph, findModelWire(graph, wanted.node))
  const trouble = new Set<string>()
  const store = wanted.state === undefined ? undefined : await openStore(wanted.state, trouble)
  await startEngine(wanted, store, out)
  const saved: OutputFile[] = []
  const faults: Fault[] = []
  const title = (id: string | undefined) => {
    const node = graph.nodes.find((each) => each.id === id)
    return node && nodeTitle(node, declared)
  }
  const take = (event: Event) => {
    if (event.type === 'file' && event.node === saving.id) saved.push(event.file)
    if (event.type === 'progress') out.progress(title(event.node) ?? event.node, event)
    if (event.type === 'compiling') out.compiling(event.done, event.total)
    if (event.type !== 'faults') return
    faults.push(...event.faults)
    for (const fault of event.faults) out.line(formatFault(fault, title(fault.node)))
  }
  const prepared = {
    graph: { nodes: [...graph.nodes, saving] },
    targets: [saving.id],
    files,
    store,
    iterations: wanted.iterations,
  }
  await runSession(prepared, take, out)
  out.end()
  if (faults.length > 0 || trouble.size > 0 || saved.length === 0) return statuses.failed.code
  await writeOnnxFiles(wanted.out, saved.map(partOf), out)
  return signalStatus() ?? statuses.done.code
}

const partOf = ({ name, bytes }: OutputFile): Written => ({
  part: name.split('.').slice(1, -1).join('.'),
  bytes: bytes as Uint8Array<ArrayBuffer>,
})

const SAVE = 'diffusion/SaveCheckpoint'

/** Saves a model as ONNX, with the schedule and the data set of the graph if there is only one. */
function createSaveNode(graph: Graph, model: Wire): GraphNode {
  const others = ['schedule', 'dataset'].flatMap((slot) => {
    const found = onlyWire(graph, slot)
    return found ? [[slot, found] as const] : []
  })
  return {
    id: 'onnx',
    op: SAVE,
    params: { name: 'model', format: 'onnx', every: 0 },
    inputs: { model, ...Object.fromEntries(others) },
  }
}

/** The wire that leads to all inputs of this name; undefined if there are none or several. */
function onlyWire({ nodes }: Graph, slot: string): Wire | undefined {
  const wires = distinct(nodes.flatMap(({ inputs }) => inputs[slot] ?? []))
  return wires.length === 1 ? wires[0] : undefined
}

const distinct = (wires: readonly Wire[]): Wire[] =>
  wires.filter(({ node, slot }, i) => {
    const first = wires.findIndex((other) => other.node === node && other.slot === slot)
    return first === i
  })

/**
 * The output with the model that is written: of the named node, or the one that the graph saves, or
 * samples with. Throws UsageError if there is none or more than one.
 */
function findModelWire(graph: Graph, named: string | undefined): Wire {
  if (named !== undefined) return findNamed(graph, named)
  const ofOp = (op: string) =>
    distinct(graph.nodes.flatMap((node) => (node.op === op ? (node.inputs.model ?? []) : [])))
  const saved = ofOp(SAVE)
  const found = saved.length > 0 ? saved : ofOp('diffusion/Sampler')
  if (found.length === 1) return found[0]
  const names = modelNodes(graph)
  if (names.length === 0) throw new UsageError(cliMessages.noModels())
  throw new UsageError(cliMessages.severalModels({ names: names.join(', ') }))
}

/** The model of a node, or of one of its outputs: `Training End`, `Training End.ema`. */
function findNamed(graph: Graph, name: string): Wire {
  const dot = name.lastIndexOf('.')
  const [title, slot] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name]
  const isWhole = graph.nodes.some((node) => node.id === name || nodeTitle(node, declared) === name)
  const node = findNode(graph, isWhole ? name : title, declared)
  if (node.op === SAVE && node.inputs.model) return node.inputs.model
  const slots = modelOutputs(node)
  if (slots.length === 0)
    throw new UsageError(cliMessages.noModel({ node: name, names: modelNodes(graph).join(', ') }))
  if (!isWhole && slot !== undefined) {
    if (slots.includes(slot)) return wire(node.id, slot)
    throw new UsageError(cliMessages.noSlot({ node: title, slot, names: slots.join(', ') }))
  }
  // Outputs that nothing reads may be empty, such as that of an average.
  const isRead = (output: string) =>
    graph.nodes.some(({ inputs }) =>
      Object.values(inputs).some((from) => from.node === node.id && from.slot === output),
    )
  return wire(node.id, slots.find(isRead) ?? slots[0])
}

const modelOutputs = ({ op }: GraphNode): string[] =>
  Object.entries(declared.get(op)?.outputs ?? {}).flatMap(([slot, { type }]) =>
    type === 'model' ? [slot] : [],
  )

const modelNodes = ({ nodes }: Graph): string[] =>
  nodes.flatMap((node) => (modelOutputs(node).length > 0 ? [nodeTitle(node, declared)] : []))
