// Edits that would make a workflow unreadable: the transaction refuses them, whatever their source.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { LiteGraph, type LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { setParams } from '../../../src/editor/drops/workflowSettings.ts'
import { packNodes } from '../../../src/editor/graph/pack.ts'
import { toasts } from '../../../src/editor/ui/state.ts'
import type { Draft } from '../../../src/editor/workspace/library.ts'
import { undoable } from '../../../src/editor/workspace/state.ts'
import { parseWorkflow, type WorkflowFile } from '../../../src/workflow/index.ts'
import { workspaceOnGraph, type WorkspaceOnGraph } from '../workspaceOnGraph.ts'

let opened: WorkspaceOnGraph

const later = (milliseconds = 60) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>((inside) => [inside], 0)
const lastToast = () => toasts.value.at(-1)

beforeEach(async () => {
  opened = await workspaceOnGraph()
})
afterEach(() => opened.close())

function addNode(type: string): LGraphNode {
  const node = LiteGraph.createNode(`diffusion/${type}`)
  if (!node) throw new Error(type)
  opened.graph.add(node)
  return node
}

async function expectRefused(before: string, reason: RegExp) {
  await later()
  // Not with toBe, which prints both texts.
  expect(opened.workspace.text() === before).toBe(true)
  expect(lastToast()).toMatchObject({
    title: 'This change was not made',
    text: expect.stringMatching(reason) as string,
    error: true,
  })
  // Later edits are stored again.
  addNode('Note')
  await later(600)
  const [draft] = await opened.drafts.all<Draft>()
  expect(draft.text).toBe(opened.workspace.text())
  expect(draft.text).toContain('diffusion/Note')
  expect(parseWorkflow(draft.text, ownTypes).workflow.nodes.length).toBeGreaterThan(0)
}

const cycle: unknown[] = []
cycle.push(cycle)

describe('refused with the reason, without an undo step', () => {
  test.each<[string, unknown, RegExp]>([
    ['a value nested too deep', nested(60), /nested more than 48 levels deep/],
    ['a value nested deeper than the stack', nested(20_000), /cannot be stored in a file/],
    ['a cycle', cycle, /cannot be stored in a file/],
    ['a text that is too long', 'x'.repeat(2_000_001), /2000001/],
    ['more than a file may have', '\u0001'.repeat(1_500_000), /9\.0 MB/],
  ])('%s', async (_, value, reason) => {
    const node = addNode('GaussianNoise')
    await later()
    const before = opened.workspace.text()
    const steps = undoable.value
    opened.workspace.setParam(node, 'seed', value)
    await later()
    expect(undoable.value).toEqual(steps)
    await expectRefused(before, reason)
  })

  test.each(['title', 'color'] as const)('a %s of a node', async (field) => {
    const node = addNode('GaussianNoise')
    await later()
    const before = opened.workspace.text()
    opened.workspace.editNodes(() => (node[field] = 'x'.repeat(400)))
    if (field === 'title') return expectRefused(before, /at most 300|400/)
    // Colours that are none are left out of files.
    await later()
    expect(opened.workspace.text()).toBe(before)
  })

  test('an amendment, and the title of a group', async () => {
    addNode('GaussianNoise')
    await later()
    const before = opened.workspace.text()
    const group = new LiteGraph.LGraphGroup('y'.repeat(301))
    opened.workspace.amend(() => opened.graph.add(group))
    await expectRefused(before, /301/)
  })
})

describe('edits of the complete workflow', () => {
  const change = (value: unknown) => (whole: WorkflowFile) => ({
    ...whole,
    nodes: whole.nodes.map((node) => ({ ...node, properties: { seed: value as never } })),
  })

  test('are refused before the canvas changes', async () => {
    const node = addNode('GaussianNoise')
    await later()
    const before = opened.workspace.text()
    expect(opened.workspace.editWhole(change(nested(60)))).toBe(false)
    expect(opened.graph.getNodeById(node.id)).toBe(node)
    await expectRefused(before, /nested more than 48 levels deep/)
  })

  test('enter as they are read', async () => {
    addNode('GaussianNoise')
    await later()
    expect(opened.workspace.editWhole(change(JSON.parse('{"__proto__":{"a":1},"b":2}')))).toBe(true)
    await later()
    expect(opened.workspace.present.file.nodes[0].properties.seed).toEqual({ b: 2 })
    expect(opened.workspace.editWhole(change(7))).toBe(true)
    await later()
    expect(opened.workspace.present.file.nodes[0].properties.seed).toBe(7)
  })

  test('are refused inside a subgraph that is not open', async () => {
    const node = addNode('GaussianNoise')
    await later()
    const named = { id: crypto.randomUUID(), name: 'Noise' }
    opened.workspace.editWhole(
      (whole) => packNodes(whole, new Set([node.id]), named, ownTypes).file,
    )
    await later()
    const { file } = opened.workspace.present
    expect(file.subgraphs).toHaveLength(1)
    const before = opened.workspace.text()
    const inside = (value: unknown) => (whole: WorkflowFile) => ({
      ...whole,
      subgraphs: (whole.subgraphs ?? []).map((each) => ({
        ...each,
        inside: change(value)(each.inside),
      })),
    })
    expect(opened.workspace.editWhole(inside(nested(44)))).toBe(false)
    await expectRefused(before, /nested more than 48 levels deep/)
  })
})

test('settings of a link are refused by the value that their param needs', () => {
  const file = parseWorkflow('{"nodes":[{"id":1,"type":"diffusion/Points"}]}', ownTypes).workflow
  const set = (key: string, value: string) => setParams(file, { [key]: value }, ownTypes)
  const deep = JSON.stringify(nested(60))
  const { problems, ...done } = set('1.points', deep)
  expect(done).toEqual({ file })
  expect(problems.map(englishText)).toEqual([
    `Expected a list of points [x, y] for 1.points, got ${deep.slice(0, 57)}....`,
  ])
})
