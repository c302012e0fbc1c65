// Prints how each ready workflow and each graph of a lesson opens in a window of 1440 × 900 pixels:
// zoom, narrowest view, results in the first view, wires behind nodes.
//
//     npm run layout                     the table
//     npm run layout -- --json           the same as JSON
//     npm run layout -- --refit [name …] widens narrow views and arranges what is better afterwards
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { toDeclaration, type ByType } from '../src/engine/plan/op.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, stringifyWorkflow } from '../src/workflow/index.ts'
import { withSubgraphs } from '../src/workflow/subgraphDeclarations.ts'
import { measureLayout, type LayoutMeasures } from './layoutMeasures.ts'
import { refit } from './refitLayout.ts'

const declared: ByType = new Map(nodes.map((node) => [node.type, toDeclaration(node)]))

/** Paths of the ready workflows and of the graphs of lessons. */
export const layoutFiles = (): string[] =>
  ['workflows', 'lessons']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith('.json') && isWorkflow(path))
    .toSorted()

const isWorkflow = (path: string) => 'last_node_id' in JSON.parse(readFileSync(path, 'utf8'))

const readFile = (path: string) => {
  const { workflow } = parseWorkflow(readFileSync(path, 'utf8'), declared)
  return { workflow, known: withSubgraphs(workflow, declared) }
}

/** Measures a workflow file. Files without nodes have no measures. */
export function measureFile(path: string): LayoutMeasures | undefined {
  const { workflow, known } = readFile(path)
  return workflow.nodes.length ? measureLayout(workflow, known) : undefined
}

function refitFile(path: string): string | undefined {
  const { workflow, known } = readFile(path)
  const result = workflow.nodes.length ? refit(workflow, known) : undefined
  if (!result) return undefined
  writeFileSync(path, stringifyWorkflow(result.file))
  return result.how
}

const columns: [string, (measures: LayoutMeasures) => string][] = [
  ['zoom', ({ opening }) => opening.toFixed(2)],
  ['fits at', ({ fit }) => fit.toFixed(2)],
  ['view px', ({ smallestView }) => smallestView?.toFixed(0) ?? '-'],
  ['shown', ({ shownViews, views }) => `${shownViews}/${views}`],
  ['behind', ({ crossings, wires }) => `${crossings}/${wires}`],
  ['intruders', ({ intruders }) => String(intruders)],
  ['overlaps', ({ overlaps }) => String(overlaps)],
]

export function main(args: string[]): void {
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean' }, refit: { type: 'boolean' } },
    allowPositionals: true,
  })
  const paths = layoutFiles().filter(
    (path) => !positionals.length || positionals.includes(basename(path, '.json')),
  )
  if (values.refit)
    for (const path of paths) {
      const how = refitFile(path)
      if (how) console.log(`${path}: ${how}`)
    }
  const rows = paths.flatMap((path) => {
    const measures = measureFile(path)
    return measures ? [{ path, ...measures }] : []
  })
  if (values.json) return console.log(JSON.stringify(rows, null, 2))
  printTable(rows)
}

function printTable(rows: readonly (LayoutMeasures & { path: string })[]) {
  const width = Math.max(...rows.map(({ path }) => path.length))
  const print = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(width), ...cells.map((cell) => cell.padStart(9)))
  print(
    'file',
    columns.map(([name]) => name),
  )
  for (const row of rows)
    print(
      row.path,
      columns.map(([, text]) => text(row)),
    )
  const sum = (get: (row: LayoutMeasures) => number) =>
    rows.reduce((total, row) => total + get(row), 0)
  console.log(
    `${rows.length} graphs; fit below 0.6: ${rows.filter(({ fit }) => fit < 0.6).length}; ` +
      `views below 240 px: ${rows.filter(({ smallestView = 240 }) => smallestView < 239.5).length}; ` +
      `views shown: ${sum((row) => row.shownViews)} of ${sum((row) => row.views)}; ` +
      `wires behind nodes: ${sum((row) => row.crossings)} of ${sum((row) => row.wires)}`,
  )
}
