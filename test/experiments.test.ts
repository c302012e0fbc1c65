// The experiments of courses and papers: all can run, and the page lists them.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  allExperiments,
  experimentGraph,
  formatRecipe,
  measuredWire,
  workflowPath,
} from '../scripts/experiments.ts'
import { compile } from '../src/engine/plan/compile.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { wire } from '../src/engine/plan/graph.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, stringifyWorkflow } from '../src/workflow/index.ts'
import { declarations } from './readyWorkflows.ts'

const ops = opTable(nodes)

test('experiments have different ids and use all files of their folder', () => {
  const ids = allExperiments.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const used = new Set(allExperiments.map(workflowPath))
  const files = readdirSync('experiments').filter((name) => name.endsWith('.json'))
  expect(files.filter((name) => !used.has(`experiments/${name}`))).toEqual([])
})

describe.each(allExperiments)('$id', (experiment) => {
  test('is a saved workflow that leads to its numbers', () => {
    const text = readFileSync(workflowPath(experiment), 'utf8')
    const { workflow, notices } = parseWorkflow(text, declarations)
    expect(notices).toEqual([])
    expect(stringifyWorkflow(workflow)).toBe(text)
    const graph = experimentGraph(experiment)
    const targets = experiment.measurements.map((each) => {
      const [node, slot] = measuredWire(graph, each).wire.split('.') as [string, string]
      return wire(node, slot)
    })
    expect(compile(graph, targets, ops).steps.length).toBeGreaterThan(0)
    expect(compile(graph, undefined, ops).notices).toEqual([])
  })

  test('is in the documentation', () => {
    expect(readFileSync('docs/experiments.md', 'utf8')).toContain(formatRecipe(experiment))
  })
})
