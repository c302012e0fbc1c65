// Bundles: a workflow and the files that it names, in one ZIP, so that it runs on other machines.
//
//   workflow.json
//   checkpoints/<SHA-256>/<name>
//   datasets/<SHA-256>/<name>
import { isZip } from '../engine/archive/signatures.ts'
import { ArchiveError } from '../engine/archive/error.ts'
import { archiveLimits } from '../engine/archive/limits.ts'
import { safeFileName } from '../engine/base/fileName.ts'
import type { Zip } from '../engine/archive/zip.ts'
import { checkRatio, openZip } from '../engine/archive/zip.ts'
import { canonicalZip, computeSha256 } from '../engine/checkpoint/archive.ts'
import type { Declaration, StoredFile } from '../engine/plan/op.ts'
import { problemWith } from '../engine/plan/params.ts'
import type { StoredFileKind } from '../engine/protocol.ts'
import { withSubgraphs } from './subgraphDeclarations.ts'
import { WorkflowError } from './error.ts'
import type { WorkflowFile } from './file.ts'
import { limits } from './json.ts'
import { quoteName } from '../engine/base/quote.ts'
import { archiveMessages } from '../engine/messages/archive.ts'
import { workflowMessages } from '../messages/workflow.ts'

/** A file that a workflow names, without its bytes. */
export interface NamedFile {
  what: StoredFileKind
  file: StoredFile
}

export interface BundledFile extends NamedFile {
  bytes: Uint8Array
}

export interface Bundle {
  /** The text of the workflow file. */
  workflow: string
  files: BundledFile[]
}

const WORKFLOW = 'workflow.json'
const folders: { [K in StoredFileKind]: string } = {
  checkpoint: 'checkpoints',
  dataset: 'datasets',
}

/**
 * The checkpoints and data sets that nodes of a workflow name, without duplicates. Includes muted
 * nodes.
 */
export function findNamedFiles(
  file: Pick<WorkflowFile, 'nodes' | 'subgraphs'>,
  declarations: readonly Declaration[],
): NamedFile[] {
  const declared = withSubgraphs(
    file,
    new Map(declarations.map((declaration) => [declaration.type, declaration])),
  )
  const nodes = [file, ...(file.subgraphs ?? []).map(({ inside }) => inside)].flatMap(
    (each) => each.nodes,
  )
  const found = new Map<string, NamedFile>()
  for (const { type, properties } of nodes) {
    for (const [name, param] of Object.entries(declared.get(type)?.params ?? {})) {
      if (param.kind !== 'checkpoint' && param.kind !== 'dataset') continue
      const value = Object.hasOwn(properties, name) ? properties[name] : param.default
      if (!value || problemWith(value, param) !== undefined) continue
      const kept = value as typeof value & StoredFile
      found.set(`${param.kind}/${kept.sha256}`, { what: param.kind, file: kept })
    }
  }
  return [...found.values()]
}

/** Packs a bundle. Equal content produces equal bytes. */
export function packBundle(workflow: string, files: readonly BundledFile[]): Uint8Array {
  const entries = files.map(({ what, file, bytes }): [string, Uint8Array] => [
    `${folders[what]}/${file.sha256}/${safeFileName(file.name)}`,
    bytes,
  ])
  return canonicalZip(new Map([[WORKFLOW, new TextEncoder().encode(workflow)], ...entries]))
}

/** Bundles of earlier versions have names that are special on some systems, which harm nothing here. */
const isPlainName = (name: string) => !/[/\\:\p{Cc}]|^\.+$/u.test(name)

/** Tests for a ZIP that contains a workflow, or that is damaged: reading it says where. */
export function isBundle(bytes: Uint8Array): boolean {
  if (!isZip(bytes)) return false
  try {
    return openZip(bytes, archiveLimits.files).entries.has(WORKFLOW)
  } catch {
    return true
  }
}

/**
 * Unpacks the workflow and its files. Checks each file against its CRC-32 and the SHA-256 in its
 * path. Ignores all other entries of the ZIP.
 * @throws WorkflowError if it is not a bundle, is damaged, or if the hash of a file differs
 */
export function unpackBundle(bytes: Uint8Array): Bundle {
  try {
    return readEntries(openZip(bytes, archiveLimits.files))
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    throw new WorkflowError('', `${error.message} ${error.cure}`)
  }
}

function readEntries(zip: Zip): Bundle {
  const size = zip.entries.get(WORKFLOW)?.size
  if (size === undefined)
    throw new WorkflowError('', workflowMessages.noWorkflow({ file: WORKFLOW }))
  if (size > limits.bytes)
    throw new WorkflowError(WORKFLOW, workflowMessages.bundledSize({ size, most: limits.bytes }))
  const workflow = new TextDecoder().decode(zip.read(WORKFLOW, limits.bytes))
  const named = [...zip.entries.keys()].flatMap((path) => parseEntry(path) ?? [])
  checkSizes(zip, named)
  const files = named.map(({ path, what, sha256, name }): BundledFile => {
    const content = zip.read(path, archiveLimits.unpacked)
    if (computeSha256(content) !== sha256)
      throw new WorkflowError(quoteName(path), workflowMessages.bundledHash())
    // A copy: it must not keep the ZIP in memory, nor be sent with it to another thread.
    return { what, file: { name, size: content.length, sha256 }, bytes: content.slice() }
  })
  return { workflow, files }
}

/** Checks the declared sizes before anything is unpacked. */
function checkSizes({ entries }: Zip, named: readonly BundleEntry[]) {
  let total = 0
  for (const { path } of named) {
    const entry = entries.get(path)
    if (!entry) continue
    checkRatio(entry)
    total += entry.size
  }
  if (total > archiveLimits.unpacked) throw new ArchiveError(archiveMessages.tooLarge())
}

interface BundleEntry {
  path: string
  what: StoredFileKind
  sha256: string
  name: string
}

function parseEntry(path: string): BundleEntry | undefined {
  const [, folder, sha256, name] =
    /^(checkpoints|datasets)\/([0-9a-f]{64})\/([^/]+)$/.exec(path) ?? []
  if (folder === undefined || !isPlainName(name)) return undefined
  return { path, what: folder === folders.dataset ? 'dataset' : 'checkpoint', sha256: sha256, name }
}
