// Opens a workflow and the files for it: JSON, a PNG that contains it, or a ZIP with its files.
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { packFolder } from '../../engine/checkpoint/archive.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import { memoryStore } from '../../engine/plan/store.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { cliMessages } from '../../messages/cli.ts'
import { readBytes, readFolder } from '../../storage/folder.ts'
import { createStoredFiles, type StoredFiles } from '../../storage/storedFiles.ts'
import { isPng, parseWorkflow, toGraph } from '../../workflow/index.ts'
import { isBundle, unpackBundle, type BundledFile } from '../../workflow/bundle.ts'
import { readPngWorkflow } from '../../workflow/pngRead.ts'
import { UsageError } from '../node/failure.ts'
import { atPath, CommandError } from '../node/failure.ts'
import { declarations, declared } from './nodeTypes.ts'

/** @throws WorkflowError, CommandError, or an error of the file system with a path */
export async function openWorkflow(file: string) {
  const opened = openBytes(await atPath(file, readWorkflowBytes(file)))
  const { workflow, notices } = parseWorkflow(opened.workflow, declarations)
  return { workflow, notices, graph: toGraph(workflow, declarations), files: opened.files }
}

/** Reads a file or a pipe. A device such as /dev/zero may have no end. */
async function readWorkflowBytes(file: string): Promise<Uint8Array> {
  const found = await stat(file)
  if (found.isCharacterDevice() || found.isBlockDevice())
    throw new CommandError(cliMessages.notAFile({ path: file }))
  return readBytes(file)
}

function openBytes(bytes: Uint8Array): { workflow: string; files: BundledFile[] } {
  if (isBundle(bytes)) return unpackBundle(bytes)
  return {
    workflow: isPng(bytes) ? readPngWorkflow(bytes) : new TextDecoder().decode(bytes),
    files: [],
  }
}

/** Files named on the command line, and those in the bundle of the workflow. */
export interface RunFiles {
  stores: Record<StoredFileKind, StoredFiles>
  all: readonly StoredFile[]
  named: readonly { kind: StoredFileKind; file: StoredFile }[]
}

/** Reads the files named on the command line. */
export async function readFiles(
  paths: Record<StoredFileKind, readonly string[]>,
  bundled: readonly BundledFile[],
): Promise<RunFiles> {
  const stores = {
    checkpoint: createStoredFiles(memoryStore()),
    dataset: createStoredFiles(memoryStore()),
  }
  for (const { what, file, bytes } of bundled) await stores[what].put(file.name, bytes)
  const named: { kind: StoredFileKind; file: StoredFile }[] = []
  for (const kind of ['checkpoint', 'dataset'] as const)
    for (const path of paths[kind])
      named.push({ kind, file: await stores[kind].put(...(await readFileOrFolder(path))) })
  const lists = [await stores.checkpoint.list(), await stores.dataset.list()]
  return { stores, all: lists.flat(), named }
}

/** Reads a file, or packs a folder into a ZIP as the editor does. */
async function readFileOrFolder(path: string): Promise<[name: string, bytes: Uint8Array]> {
  if (!(await stat(path)).isDirectory())
    return [basename(path), await atPath(path, readBytes(path))]
  return [`${basename(resolve(path))}.zip`, packFolder(await readFolder(path))]
}

/** The files that params of a graph name. */
export const namedInGraph = ({ nodes }: Graph, kind: StoredFileKind) =>
  nodes.flatMap((node) =>
    Object.entries(declared.get(node.op)?.params ?? {}).flatMap(([param, { kind: own }]) => {
      const file = node.params[param] as StoredFile | null | undefined
      return own === kind ? [{ node, param, file: file ?? undefined }] : []
    }),
  )

/**
 * Returns the graph with files of the command line in nodes that name none: for each kind, the only
 * file that no node names, in the only node without a file. Other choices need `--set`.
 */
export function chooseFiles({ named }: RunFiles, graph: Graph): Graph {
  const chosen = (['checkpoint', 'dataset'] as const).flatMap((kind) => {
    const places = namedInGraph(graph, kind)
    const isNamed = (sha256: string) => places.some(({ file }) => file?.sha256 === sha256)
    const files = named.filter((each) => each.kind === kind && !isNamed(each.file.sha256))
    const empty = places.filter(({ file }) => !file)
    return files.length === 1 && empty.length === 1 ? [{ ...empty[0], file: files[0].file }] : []
  })
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const own = chosen.filter((each) => each.node === node)
      const params = Object.fromEntries(own.map(({ param, file }) => [param, file]))
      return own.length ? { ...node, params: { ...node.params, ...params } } : node
    }),
  }
}

/** @throws UsageError if no node uses a file of the command line */
export function requireUse({ named }: RunFiles, graph: Graph) {
  for (const { kind, file } of named) {
    const places = namedInGraph(graph, kind)
    if (places.some((place) => place.file?.sha256 === file.sha256)) continue
    const what = kind === 'checkpoint' ? cliMessages.checkpoint() : cliMessages.dataset()
    if (!places[0]) throw new UsageError(cliMessages.unreadKind({ kind: what, name: file.name }))
    const others = places.flatMap((place) => (place.file ? [describeNamedFile(place.file)] : []))
    throw new UsageError(
      cliMessages.unusedFile({
        kind: what,
        name: file.name,
        hash: shortHash(file),
        named: [...new Set(others)].join(', ') || cliMessages.namesNone(),
        param: places[0].param,
      }),
    )
  }
}

const describeNamedFile = (file: StoredFile) =>
  cliMessages.namedFile({ name: file.name, hash: shortHash(file) })

export const shortHash = ({ sha256 }: StoredFile) => `${sha256.slice(0, 12)}...`
