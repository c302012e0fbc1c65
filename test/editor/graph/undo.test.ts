// Undo and redo on litegraph graphs, through the workspace: random edits restore the same files.
import fc from 'fast-check'
import { LiteGraph, type LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { declarations } from '../../../src/editor/graph/declarations.ts'
import { addGroup } from '../../../src/editor/canvas/groups.ts'
import { mergePiece, extractPiece } from '../../../src/editor/graph/fragments.ts'
import { insertNode, removeNodes } from '../../../src/editor/graph/splice.ts'
import type { Workspace } from '../../../src/editor/workspace/workspace.ts'
import { isDiffusionNode } from '../../../src/litegraph/diffusionNode.ts'
import { withPartners } from '../../../src/litegraph/pairs.ts'
import { workspaceOnGraph, type WorkspaceOnGraph } from '../workspaceOnGraph.ts'
import { isFull } from '../../families.ts'

let opened: WorkspaceOnGraph
let workspace: Workspace
const byType = new Map(declarations.map((declaration) => [declaration.type, declaration]))

beforeEach(async () => {
  opened = await workspaceOnGraph()
  workspace = opened.workspace
})
afterEach(() => opened.close())

// ---- random edits

const some = [
  'NoiseSchedule',
  'Points',
  'ForwardNoise',
  'GaussianNoise',
  'Timesteps',
  'SamplingStart',
  'TrainingStart',
  'Sampler',
  'Mix',
  'ScheduleChart',
  'Note',
]
const types = some.map((name) => `diffusion/${name}`).filter((type) => byType.has(type))

interface Edit {
  kind: (typeof kinds)[number]
  /** Random numbers that select nodes, wires and values. */
  a: number
  b: number
  c: number
}
const kinds = [
  'add',
  'add',
  'connect',
  'connect',
  'connect',
  'move',
  'param',
  'param',
  'remove',
  'title',
  'paste',
  'group',
  'mode',
  'collapse',
  'pin',
  'insert',
  'through',
  'disconnect',
  'name',
  'about',
  'resize',
  'ungroup',
  'renameGroup',
] as const

/** Adds the other ends of loops: half a loop cannot be copied or removed. */
const whole = (nodes: readonly LGraphNode[]) => [
  ...new Set([...nodes, ...withPartners(nodes.filter(isDiffusionNode))]),
]

const at = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)]

const edits: Record<string, (edit: Edit, node: LGraphNode | undefined) => void> = {
  add({ a, b, c }) {
    if (opened.graph._nodes.length > 36) return
    const node = LiteGraph.createNode(at(types, a)!)!
    node.pos = [b, c]
    opened.graph.add(node)
  },
  connect({ b, c }, from) {
    const to = at(opened.graph._nodes, b)
    if (from && to && from.outputs?.length && to.inputs?.length)
      from.connect(c % from.outputs.length, to, (b + c) % to.inputs.length)
  },
  move: ({ b, c }, node) => node && ([node.pos[0], node.pos[1]] = [b, c]),
  param({ b, c }, node) {
    if (!node || !isDiffusionNode(node)) return
    const [name, spec] = at(Object.entries(node.diffusion.declaration.params), b) ?? []
    if (!name || !spec) return
    const value = { number: c % 50, seed: c, text: `text ${c}`, boolean: c % 2 === 0 }[
      spec.kind as 'number'
    ]
    node.setProperty(name, spec.kind === 'choice' ? at(spec.choices, c) : (value ?? null))
  },
  remove: (_, node) => node && opened.graph.remove(node),
  title: ({ b }, node) => node && (node.title = `Called ${b}`),
  paste({ a, b, c }) {
    if (opened.graph._nodes.length > 36) return
    const nodes = whole(
      [at(opened.graph._nodes, a), at(opened.graph._nodes, b)].filter((node) => node !== undefined),
    )
    const ids = new Set(nodes.map(({ id }) => id))
    workspace.edit((file) => ({ file: mergePiece(file, extractPiece(file, ids), [c, 40]).file }))
  },
  group: ({ b, c }, node) => void addGroup(opened.graph, `Group ${b}`, node ? [node] : [], [b, c]),
  mode: ({ b }, node) => node && isDiffusionNode(node) && node.changeMode([0, 2, 4][b % 3]),
  collapse: (_, node) => node?.collapse(true),
  pin: (_, node) => node && (node.flags.pinned = !node.flags.pinned),
  insert({ b }, node) {
    const link = at(Object.values(opened.graph.links), b)
    if (node && link)
      workspace.edit((file) => ({ file: insertNode(file, node.id, link.id, byType) }))
  },
  through(_, node) {
    if (node)
      workspace.edit((file) => ({
        file: removeNodes(file, new Set(whole([node]).map(({ id }) => id)), byType),
      }))
  },
  disconnect: ({ b }, node) => node?.inputs?.length && node.disconnectInput(b % node.inputs.length),
  name: ({ b }) => workspace.setTitle(`Workflow ${b}`),
  about: ({ b }) => workspace.setAbout(`About ${b}`),
  resize({ b, c }, node) {
    // Like the pointer, does not make a node smaller than its contents.
    const [width, height] = node?.computeSize() ?? [0, 0]
    node?.setSize([width + (b % 90), height + (c % 90)])
  },
  ungroup({ a }) {
    const group = at(opened.graph._groups, a)
    if (group) opened.graph.remove(group)
  },
  renameGroup({ a, b }) {
    const group = at(opened.graph._groups, a)
    if (group) group.title = `Renamed ${b}`
  },
}

const number = fc.nat({ max: 600 })
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...kinds),
  a: number,
  b: number,
  c: number,
})

/** Waits for the microtasks in which litegraph adds the other ends of loops, and more slots. */
const settled = () => new Promise((resolve) => setTimeout(resolve))

async function done(edits_: readonly Edit[]): Promise<string[]> {
  const states = [workspace.text()]
  for (const edit of edits_) {
    edits[edit.kind](edit, at(opened.graph._nodes, edit.a))
    await settled()
    const text = workspace.text()
    if (text !== states.at(-1)) states.push(text)
  }
  return states
}

/** More than the history keeps. */
const EDITS = isFull ? 500 : 130

const runs = Array.from({ length: process.env.FULL ? 10 : 1 }, (_, i) => i + 1)

test.each(runs)(`undo and redo of ${EDITS} random edits restore each step, run %i`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: EDITS, maxLength: EDITS }), async (edits) => {
      await workspace.newWorkflow()
      const states = await done(edits)
      const kept = states.slice(-101)
      for (const state of kept.slice(0, -1).reverse()) {
        workspace.undo()
        await settled()
        expect(workspace.text()).toBe(state)
      }
      workspace.undo()
      expect(workspace.text()).toBe(kept[0])
      for (const state of kept.slice(1)) {
        workspace.redo()
        await settled()
        expect(workspace.text()).toBe(state)
      }
    }),
    // Shrinking them would take hours: the seed is printed at once.
    { numRuns: 1, endOnFailure: true },
  )
})

test('undo reverts at most 100 steps', async () => {
  await workspace.newWorkflow()
  const states = Array.from({ length: 104 }, (_, i) => {
    workspace.setTitle(`Version ${i}`)
    return workspace.text()
  })
  for (let i = 0; i < 102; i++) workspace.undo()
  expect(workspace.text()).toBe(states[3])
})

test('nodes keep their results through undo and redo', async () => {
  const [first, second] = [
    LiteGraph.createNode('diffusion/NoiseSchedule')!,
    LiteGraph.createNode('diffusion/ScheduleChart')!,
  ]
  opened.graph.add(first)
  opened.graph.add(second)
  workspace.text()
  if (isDiffusionNode(second))
    Object.assign(second.diffusion, { view: { kind: 'text', text: 'a result' }, state: 'done' })
  first.connect(0, second, 0)
  await settled()
  workspace.text()
  workspace.undo()
  workspace.redo()
  const node = opened.graph._nodes.find(({ id }) => id === second.id)!
  expect(isDiffusionNode(node) && node.diffusion).toMatchObject({
    view: { text: 'a result' },
    state: 'done',
  })
})

test('selection and hover are not part of the workflow', async () => {
  const node = LiteGraph.createNode('diffusion/NoiseSchedule')!
  opened.graph.add(node)
  const text = workspace.text()
  node.is_selected = true
  Object.assign(node, { mouseOver: true })
  expect(workspace.text()).toBe(text)
})
