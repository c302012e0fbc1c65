// Everything that opening a workflow file does, without a page: reading, printing, reading again,
// the canvas of litegraph, and the plan of a run.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { findChanges } from '../../src/editor/graph/changes.ts'
import { getLevel, getPathSubgraphs, withLevel, type Path } from '../../src/editor/graph/levels.ts'
import { listNodes } from '../../src/editor/graph/nodePaths.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import { computeKeys } from '../../src/engine/plan/keys.ts'
import { opTable, toDeclaration, type Declaration } from '../../src/engine/plan/op.ts'
import { showWorkflow, toWorkflowFile } from '../../src/litegraph/graph.ts'
import { nodes } from '../../src/nodes/table.ts'
import {
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  type WorkflowFile,
} from '../../src/workflow/index.ts'
import { nodeActivities } from '../../src/workflow/planGraph.ts'

export const declarations: readonly Declaration[] = nodes.map(toDeclaration)
const byType = new Map(declarations.map((declaration) => [declaration.type, declaration]))
const ops = opTable(nodes)

export const readFile = (text: string) => parseWorkflow(text, byType)

/** Prints a file and reads it again. Returns both texts, which should be equal. */
export function printTwice(file: WorkflowFile): [string, string] {
  const once = stringifyWorkflow(file)
  return [once, stringifyWorkflow(readFile(once).workflow)]
}

/** Shows a file on a canvas, whose node types must be registered, and prints the canvas. */
export function showAndPrint(file: WorkflowFile): string {
  const graph = new LGraph()
  showWorkflow(LiteGraph, graph, file)
  return stringifyWorkflow(toWorkflowFile(graph))
}

/** The faults that `check` reports; empty if the file can run. */
export function checkFile(file: WorkflowFile) {
  const { plan, faults } = tryCompile(toGraph(file, byType), undefined, ops)
  if (plan) computeKeys(plan, ops)
  return faults
}

/** Finds the state of each node, as the canvas shows it. */
export function findActivities(file: WorkflowFile) {
  const activity = nodeActivities(file, byType)
  return file.nodes.map(({ id }) => activity(String(id)))
}

/** Takes the levels of a file apart and puts them together, as the editor does after each edit. */
export function editLevels(file: WorkflowFile) {
  const paths: Path[] = [[], ...file.nodes.slice(0, 1).map(({ id }) => [id])]
  for (const path of paths)
    if (getPathSubgraphs(file, path)) withLevel(file, path, getLevel(file, path))
  listNodes(file, byType)
  return findChanges(file, file, byType)
}
