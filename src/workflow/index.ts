// Workflow files: parses untrusted files, prints equal graphs equally, and builds graphs for the plan.
import type { MessageText } from '../engine/base/catalogue.ts'
import type { Graph } from '../engine/plan/graph.ts'
import type { ByType, Declaration } from '../engine/plan/op.ts'
import { seedControl, type FileNode, type WorkflowFile } from './file.ts'
import { cleanJson, limits, parseJson, requireSize } from './json.ts'
import { createWorkflow as writeGraph, type WorkflowTexts } from './createWorkflow.ts'
import { Notices } from './notices.ts'
import { flattenWorkflow } from './planGraph.ts'
import { hasStoredOriginal, readWorkflow } from './read.ts'
import { withSubgraphs } from './subgraphDeclarations.ts'
import { mapNodes } from './flatten.ts'
import { measureWorkflow, printWorkflow } from './write.ts'

export { WorkflowError } from './error.ts'
export { emptyWorkflow, seedControl } from './file.ts'
export type { FileLink, FileNode, NodeId, WorkflowFile } from './file.ts'
export { isPng, pngWithWorkflow, withWorkflow } from './png.ts'

/** All declarations, as a list or by type. */
export type Declarations = readonly Declaration[] | ByType

const indexDeclarations = (declarations: Declarations): ByType =>
  'get' in declarations
    ? declarations
    : new Map(declarations.map((declaration) => [declaration.type, declaration]))

export interface Parsed {
  workflow: WorkflowFile
  /** Sentences about everything that was changed or left out while reading. */
  notices: string[]
  /** The same by id, for other languages. */
  messages: { readonly notices: readonly MessageText[] }
}

/**
 * Reads a workflow of litegraph or ComfyUI. Nothing in it is executed, fetched or rendered as HTML.
 * Nodes of undeclared types are preserved.
 * @throws WorkflowError with the part that is wrong and the reason
 */
export function parseWorkflow(text: string, declarations: Declarations): Parsed {
  const notices = new Notices()
  const known = indexDeclarations(declarations)
  const data = parseJson(text, notices)
  let workflow = readWorkflow(data, known, notices)
  const hasOriginal = hasStoredOriginal(data)
  // Printing adds defaults, so that a file below the limit could become one above it.
  if (text.length > SAFE_SIZE || hasOriginal) requireSize(measureWorkflow(workflow))
  // A stored original may contradict the rest of the file. The printed file has both in one.
  if (hasOriginal)
    workflow = readWorkflow(parseJson(printWorkflow(workflow), notices), known, notices)
  return { workflow, ...notices.list() }
}

/** Files up to this size stay below the limit when they are printed. */
const SAFE_SIZE = limits.bytes / 16

/**
 * Reads a workflow from an object, such as the result of `LGraph.serialize()`, which may contain
 * typed arrays and live references.
 * @throws WorkflowError
 */
export function readSerialized(data: unknown, declarations: Declarations): Parsed {
  const notices = new Notices()
  const workflow = readWorkflow(cleanJson(data, notices), indexDeclarations(declarations), notices)
  return { workflow, ...notices.list() }
}

/**
 * Prints litegraph 0.4 JSON with sorted keys and rounded positions. A file from ComfyUI is printed in
 * ComfyUI's format.
 */
export const stringifyWorkflow = (file: WorkflowFile): string => printWorkflow(file)

/**
 * The file with all seed controls set to `fixed`, so that another run has the same result. Returns
 * `file` itself if they are.
 */
export function withFixedSeeds(file: WorkflowFile, declarations: Declarations): WorkflowFile {
  const declared = withSubgraphs(file, indexDeclarations(declarations))
  let changed = false
  const fixSeeds = (node: FileNode): FileNode => {
    const controls = Object.entries(declared.get(node.type)?.params ?? {})
      .filter(([, { kind }]) => kind === 'seed')
      .map(([name]) => seedControl(name))
      .filter((name) => (node.properties[name] ?? 'fixed') !== 'fixed')
    changed ||= controls.length > 0
    const fixed = Object.fromEntries(controls.map((name) => [name, 'fixed']))
    return { ...node, properties: { ...node.properties, ...fixed } }
  }
  const result = mapNodes(file, fixSeeds)
  return changed ? result : file
}

/**
 * Writes a graph as a workflow file that opens in the editor, with nodes arranged by their wires.
 * Inverse of {@link toGraph}, up to ids.
 * @throws WorkflowError for a node of an undeclared type, or a wire from or to something undeclared
 */
export const createWorkflow = (
  graph: Graph,
  declarations: Declarations,
  texts?: WorkflowTexts,
): Promise<WorkflowFile> => writeGraph(graph, indexDeclarations(declarations), texts)

/** Builds the graph of a file for the plan. Never throws: the plan reports everything that is wrong. */
export const toGraph = (file: WorkflowFile, declarations: Declarations): Graph =>
  flattenWorkflow(file, indexDeclarations(declarations)).graph
