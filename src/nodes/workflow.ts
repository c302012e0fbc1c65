// The workflow file: read safely, written the same way each time, and turned into the graph it means.
import type { Graph } from '../engine/plan/graph.ts'
import type { ByType, Declaration } from '../engine/plan/op.ts'
import type { FileNode, WorkflowFile } from './workflow/file.ts'
import { clean, parseJson } from './workflow/json.ts'
import { meaningOf } from './workflow/meaning.ts'
import { readWorkflow, seedControl } from './workflow/read.ts'
import { withSubgraphs } from './workflow/blocks.ts'
import { mapNodes } from './workflow/flatten.ts'
import { printWorkflow } from './workflow/write.ts'

export { WorkflowError } from './workflow/error.ts'
export { emptyWorkflow } from './workflow/file.ts'
export type { FileLink, FileNode, NodeId, WorkflowFile } from './workflow/file.ts'
export { isPng, pngWithWorkflow, withWorkflow, workflowOfPng } from './workflow/png.ts'
export { seedControl } from './workflow/read.ts'

/** All declarations there are, as a list or by type. */
export type Declarations = readonly Declaration[] | ByType

const byType = (declarations: Declarations): ByType =>
  'get' in declarations ? declarations : new Map(declarations.map((declaration) => [declaration.type, declaration]))

export interface Parsed {
  workflow: WorkflowFile
  /** What was changed or left out while reading, in sentences. */
  notices: string[]
}

/**
 * Reads a workflow of litegraph or ComfyUI. Nothing in it is run, fetched or taken as HTML; node types that are not
 * declared are kept as they are.
 * @throws WorkflowError naming the part that is wrong and why
 */
export function parseWorkflow(text: string, declarations: Declarations): Parsed {
  const notices: string[] = []
  const workflow = readWorkflow(parseJson(text, notices), byType(declarations), notices)
  return { workflow, notices: [...new Set(notices)] }
}

/**
 * The same for an object, such as what `LGraph.serialize()` gives (typed arrays and live references included).
 * @throws WorkflowError
 */
export function workflowOf(data: unknown, declarations: Declarations): Parsed {
  const notices: string[] = []
  const workflow = readWorkflow(clean(data, '', 0, notices), byType(declarations), notices)
  return { workflow, notices: [...new Set(notices)] }
}

/** litegraph 0.4 JSON: keys sorted, positions rounded, two spaces; what came from ComfyUI goes back as ComfyUI has it. */
export const stringifyWorkflow = (file: WorkflowFile): string => printWorkflow(file)

/**
 * The file with every seed fixed at what it is, whatever was to change it before the next run: run again, it makes the same.
 */
export function withFixedSeeds(file: WorkflowFile, declarations: Declarations): WorkflowFile {
  const declared = withSubgraphs(file, byType(declarations))
  const fixed = ({ type, properties }: FileNode) =>
    Object.fromEntries(
      Object.entries(declared.get(type)?.params ?? {})
        .filter(([name, { kind }]) => kind === 'seed' && Object.hasOwn(properties, seedControl(name)))
        .map(([name]) => [seedControl(name), 'fixed']),
    )
  return mapNodes(file, (node) => ({ ...node, properties: { ...node.properties, ...fixed(node) } }))
}

/** The graph a file means, for the plan. Never fails: what is wrong with it the plan finds and says. */
export const toGraph = (file: WorkflowFile, declarations: Declarations): Graph => meaningOf(file, byType(declarations))
