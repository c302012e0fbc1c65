// A workflow with the files that it names, in one ZIP, so that it runs wherever it is opened.
//
//   workflow.json
//   checkpoints/<SHA-256>/<name>
//   datasets/<SHA-256>/<name>
import { canonicalZip, listZip, sha256Of, unzip } from '../../engine/checkpoint/archive.ts'
import { CheckpointError } from '../../engine/checkpoint/error.ts'
import type { Declaration, KeptFile } from '../../engine/plan/op.ts'
import { problemWith } from '../../engine/plan/params.ts'
import type { Kept } from '../../engine/protocol.ts'
import { withSubgraphs } from './blocks.ts'
import { WorkflowError } from './error.ts'
import type { WorkflowFile } from './file.ts'
import { limits } from './json.ts'

/** A file that a workflow names, without its bytes. */
export interface NamedFile {
  what: Kept
  file: KeptFile
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
const folders: { [K in Kept]: string } = { checkpoint: 'checkpoints', dataset: 'datasets' }

/** The checkpoints and data sets that nodes of a workflow name, each once, muted nodes included. */
export function filesOf(file: Pick<WorkflowFile, 'nodes' | 'subgraphs'>, declarations: readonly Declaration[]): NamedFile[] {
  const declared = withSubgraphs(file, new Map(declarations.map((declaration) => [declaration.type, declaration])))
  const nodes = [file, ...(file.subgraphs ?? []).map(({ inside }) => inside)].flatMap((each) => each.nodes)
  const found = new Map<string, NamedFile>()
  for (const { type, properties } of nodes) {
    for (const [name, param] of Object.entries(declared.get(type)?.params ?? {})) {
      if (param.kind !== 'checkpoint' && param.kind !== 'dataset') continue
      const value = Object.hasOwn(properties, name) ? properties[name] : param.default
      if (!value || problemWith(value, param) !== undefined) continue
      const kept = value as unknown as KeptFile
      found.set(`${param.kind}/${kept.sha256}`, { what: param.kind, file: kept })
    }
  }
  return [...found.values()]
}

/** The ZIP; equal content gives equal bytes. */
export function packBundle(workflow: string, files: readonly BundledFile[]): Uint8Array {
  const entries = files.map(({ what, file, bytes }): [string, Uint8Array] => [
    `${folders[what]}/${file.sha256}/${harmless(file.name)}`,
    bytes,
  ])
  return canonicalZip(new Map([[WORKFLOW, new TextEncoder().encode(workflow)], ...entries]))
}

/** A name that is one part of a path everywhere. */
const harmless = (name: string) => name.replaceAll(/[/\\:\p{Cc}]/gu, '_').replace(/^\.+$/, '_') || '_'

/** Whether these bytes are a ZIP with a workflow in it. */
export function isBundle(bytes: Uint8Array): boolean {
  // Every ZIP begins with PK.
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false
  try {
    return listZip(bytes).has(WORKFLOW)
  } catch {
    return false
  }
}

/**
 * The workflow and its files, each of which was held against the SHA-256 that it is named by; what else is in the ZIP is not
 * read.
 * @throws WorkflowError if it is no bundle, or a file in it is not what its name says
 */
export function unpackBundle(bytes: Uint8Array): Bundle {
  const sizes = reading(() => listZip(bytes))
  const size = sizes.get(WORKFLOW)
  if (size === undefined) throw new WorkflowError('', `There is no ${WORKFLOW} in the ZIP.`)
  if (size > limits.bytes) throw new WorkflowError(WORKFLOW, `it has ${size} bytes; at most ${limits.bytes} are read.`)
  const named = [...sizes.keys()].flatMap((path) => placeOf(path) ?? [])
  const unpacked = reading(() => unzip(bytes, [WORKFLOW, ...named.map(({ path }) => path)]))
  const files = named.map(({ path, what, sha256, name }): BundledFile => {
    const content = unpacked.get(path)!
    if (sha256Of(content) !== sha256) throw new WorkflowError(path, 'the file is not the one that its SHA-256 stands for.')
    return { what, file: { name, size: content.length, sha256 }, bytes: content }
  })
  return { workflow: new TextDecoder().decode(unpacked.get(WORKFLOW)), files }
}

interface Place {
  path: string
  what: Kept
  sha256: string
  name: string
}

function placeOf(path: string): Place | undefined {
  const [, folder, sha256, name] = /^(checkpoints|datasets)\/([0-9a-f]{64})\/([^/]+)$/.exec(path) ?? []
  if (folder === undefined || harmless(name!) !== name) return undefined
  return { path, what: folder === folders.dataset ? 'dataset' : 'checkpoint', sha256: sha256!, name }
}

function reading<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof CheckpointError) throw new WorkflowError('', error.message)
    throw error
  }
}
