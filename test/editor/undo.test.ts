// Undo on real graphs of litegraph, through the workspace: whatever was done, each step back and forth gives the same file.
import fc from 'fast-check'
import { LGraph, LiteGraph, type LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { declarations } from '../../src/editor/declarations.ts'
import { addGroup } from '../../src/editor/groups.ts'
import { createLibrary, inMemory } from '../../src/editor/library.ts'
import { merge, pieceOf } from '../../src/editor/pieces.ts'
import { fill, type Scene } from '../../src/editor/scenes.ts'
import { inserted, withoutNodes } from '../../src/editor/splice.ts'
import type { Stage } from '../../src/editor/stage.ts'
import { createLevels } from '../../src/editor/subgraph/stage.ts'
import { createWorkspace, type Workspace } from '../../src/editor/workspace.ts'
import { fileOf } from '../../src/nodes/litegraph/graph.ts'
import { isDiffusionNode } from '../../src/nodes/litegraph/node.ts'
import { registerNodes, type Registration } from '../../src/nodes/litegraph/register.ts'
import { withPartners } from '../../src/nodes/litegraph/pairs.ts'

let registration: Registration
let graph: LGraph
let workspace: Workspace
const byType = new Map(declarations.map((declaration) => [declaration.type, declaration]))

/** A stage without a canvas: what the workspace does with graphs is real. */
function stageWithoutCanvas(): Stage {
  graph = new LGraph()
  return {
    ...createLevels({ graph: () => graph, read: fileOf, know() {}, draw: (file, level) => fill(graph, file, level) }),
    get graph() {
      return graph
    },
    turn(scene?: Scene) {
      const before: Scene = { graph, view: { scale: 1, offset: [0, 0] }, selected: [] }
      graph = scene?.graph ?? new LGraph()
      return before
    },
    select() {},
    forgetRun() {},
    redraw() {},
  } as Partial<Stage> as Stage
}

beforeEach(async () => {
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem() {} })
  registration = registerNodes(LiteGraph, declarations, {})
  const stores = { workflows: inMemory(), drafts: inMemory(), settings: inMemory(), versions: inMemory() }
  workspace = createWorkspace(stageWithoutCanvas(), createLibrary(stores), { fit() {}, left() {}, turned() {} })
  await workspace.newWorkflow()
})
afterEach(() => {
  registration.unregister()
  vi.unstubAllGlobals()
})

// ---- edits, by numbers

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
  /** Which of what there is, and what is made of it. */
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

/** Half a loop is neither copied nor taken out. */
const whole = (nodes: readonly LGraphNode[]) => [...new Set([...nodes, ...withPartners(nodes.filter(isDiffusionNode))])]

const at = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)]

const edits: Record<string, (edit: Edit, node: LGraphNode | undefined) => void> = {
  add({ a, b, c }) {
    if (graph._nodes.length > 36) return
    const node = LiteGraph.createNode(at(types, a)!)!
    node.pos = [b, c]
    graph.add(node)
  },
  connect({ b, c }, from) {
    const to = at(graph._nodes, b)
    if (from && to && from.outputs?.length && to.inputs?.length)
      from.connect(c % from.outputs.length, to, (b + c) % to.inputs.length)
  },
  move: ({ b, c }, node) => node && ([node.pos[0], node.pos[1]] = [b, c]),
  param({ b, c }, node) {
    if (!node || !isDiffusionNode(node)) return
    const [name, spec] = at(Object.entries(node.diffusion.declaration.params), b) ?? []
    if (!name || !spec) return
    const value = { number: c % 50, seed: c, text: `text ${c}`, boolean: c % 2 === 0 }[spec.kind as 'number']
    node.setProperty(name, spec.kind === 'choice' ? at(spec.choices, c) : (value ?? null))
  },
  remove: (_, node) => node && graph.remove(node),
  title: ({ b }, node) => node && (node.title = `Called ${b}`),
  paste({ a, b, c }) {
    if (graph._nodes.length > 36) return
    const nodes = whole([at(graph._nodes, a), at(graph._nodes, b)].filter((node) => node !== undefined))
    const ids = new Set(nodes.map(({ id }) => id))
    workspace.edit((file) => ({ file: merge(file, pieceOf(file, ids), [c, 40]).file }))
  },
  group: ({ b, c }, node) => void addGroup(graph, `Group ${b}`, node ? [node] : [], [b, c]),
  mode: ({ b }, node) => node && isDiffusionNode(node) && node.changeMode([0, 2, 4][b % 3]!),
  collapse: (_, node) => node?.collapse(true),
  pin: (_, node) => node && (node.flags.pinned = !node.flags.pinned),
  insert({ b }, node) {
    const link = at(Object.values(graph.links), b)
    if (node && link) workspace.edit((file) => ({ file: inserted(file, node.id, link.id, byType) }))
  },
  through(_, node) {
    if (node) workspace.edit((file) => ({ file: withoutNodes(file, new Set(whole([node]).map(({ id }) => id)), byType) }))
  },
  disconnect: ({ b }, node) => node?.inputs?.length && node.disconnectInput(b % node.inputs.length),
  name: ({ b }) => workspace.setTitle(`Workflow ${b}`),
  about: ({ b }) => workspace.setAbout(`About ${b}`),
  resize({ b, c }, node) {
    // As the pointer does: never smaller than what is in it.
    const [width, height] = node?.computeSize() ?? [0, 0]
    node?.setSize([width! + (b % 90), height! + (c % 90)])
  },
  ungroup({ a }) {
    const group = at(graph._groups, a)
    if (group) graph.remove(group)
  },
  renameGroup({ a, b }) {
    const group = at(graph._groups, a)
    if (group) group.title = `Renamed ${b}`
  },
}

const number = fc.nat({ max: 600 })
const edit: fc.Arbitrary<Edit> = fc.record({ kind: fc.constantFrom(...kinds), a: number, b: number, c: number })

/** Partners of loops and slots that appear come in microtasks. */
const settled = () => new Promise((resolve) => setTimeout(resolve))

async function done(edits_: readonly Edit[]): Promise<string[]> {
  const states = [workspace.text()]
  for (const edit of edits_) {
    edits[edit.kind]!(edit, at(graph._nodes, edit.a))
    await settled()
    const text = workspace.text()
    if (text !== states.at(-1)) states.push(text)
  }
  return states
}

test('hundreds of edits, undone and redone, give the same file at each step', async () => {
  const count = 500
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: count, maxLength: count }), async (edits) => {
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
    { numRuns: process.env.FULL ? 10 : 1, endOnFailure: !process.env.FULL },
  )
}, 120_000)

test('a hundred steps are kept', async () => {
  await workspace.newWorkflow()
  const states = Array.from({ length: 104 }, (_, i) => {
    workspace.setTitle(`Version ${i}`)
    return workspace.text()
  })
  for (let i = 0; i < 102; i++) workspace.undo()
  expect(workspace.text()).toBe(states[3])
})

test('what nodes show of a run stays through undo and redo', async () => {
  const [first, second] = [LiteGraph.createNode('diffusion/NoiseSchedule')!, LiteGraph.createNode('diffusion/ScheduleChart')!]
  graph.add(first)
  graph.add(second)
  workspace.text()
  if (isDiffusionNode(second)) Object.assign(second.diffusion, { view: { kind: 'text', text: 'a result' }, state: 'done' })
  first.connect(0, second, 0)
  await settled()
  workspace.text()
  workspace.undo()
  workspace.redo()
  const node = graph._nodes.find(({ id }) => id === second.id)!
  expect(isDiffusionNode(node) && node.diffusion).toMatchObject({ view: { text: 'a result' }, state: 'done' })
})

test('where it is looked at and what is selected is no step', async () => {
  const node = LiteGraph.createNode('diffusion/NoiseSchedule')!
  graph.add(node)
  const text = workspace.text()
  node.is_selected = true
  Object.assign(node, { mouseOver: true })
  expect(workspace.text()).toBe(text)
})
