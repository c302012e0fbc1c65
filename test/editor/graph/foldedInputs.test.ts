// Hidden inputs of nodes on litegraph's graph: rows, sizes, wires, and the file.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { declarations, ownTypes } from '../../../src/editor/graph/declarations.ts'
import { Unfolding } from '../../../src/editor/canvas/unfolding.ts'
import type { DiffusionNode } from '../../../src/litegraph/diffusionNode.ts'
import {
  canHideUnused,
  hidesUnused,
  isFolded,
  setUnusedHidden,
  slotRows,
} from '../../../src/litegraph/foldedInputs.ts'
import { showWorkflow, toWorkflowFile } from '../../../src/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../../src/litegraph/register.ts'
import { parseWorkflow, stringifyWorkflow } from '../../../src/workflow/index.ts'

let registration: Registration
beforeAll(() => void (registration = registerNodes(LiteGraph, declarations)))
afterAll(() => registration.unregister())

const add = (graph: LGraph, type: string) => {
  const node = LiteGraph.createNode(`diffusion/${type}`) as DiffusionNode
  graph.add(node)
  return node
}

const shown = (node: DiffusionNode) =>
  node.inputs.filter((_, i) => !isFolded(node, i)).map(({ name }) => name)

/** Heights of the inputs relative to the node, in rows; NaN for hidden ones. */
const rowsOf = (node: DiffusionNode) =>
  node.inputs.map((_, i) => Math.floor((node.getConnectionPos(true, i)[1] - node.pos[1]) / 20))

describe('hidden inputs', () => {
  test('Scatter shows the used inputs and a free one', () => {
    const graph = new LGraph()
    const [scatter, points, sampler] = [
      add(graph, 'Scatter'),
      add(graph, 'Points'),
      add(graph, 'Sampler'),
    ]
    expect(hidesUnused(scatter)).toBe(true)
    expect(shown(scatter)).toEqual(['samples_1'])
    points.connect('x_0', scatter, 'samples_1')
    expect(shown(scatter)).toEqual(['samples_1', 'samples_2'])
    sampler.connect('trajectory', scatter, 'trajectory')
    expect(shown(scatter)).toEqual(['samples_1', 'samples_2', 'trajectory'])
    const rows = rowsOf(scatter)
    expect(rows.slice(0, 3)).toEqual([0, 1, 2])
    expect(rows.slice(3).every(Number.isNaN)).toBe(true)
  })

  test('the size follows the rows', () => {
    const graph = new LGraph()
    const [scatter, sampler] = [add(graph, 'Scatter'), add(graph, 'Sampler')]
    const [width, height] = scatter.size
    sampler.connect('trajectory', scatter, 'trajectory')
    expect(scatter.size[1]).toBe(height + 20)
    setUnusedHidden(scatter, false)
    expect(slotRows(scatter)).toBe(6)
    expect([...scatter.size]).toEqual([width, height + 5 * 20])
    setUnusedHidden(scatter, true)
    expect(scatter.size[1]).toBe(height + 20)
    expect(scatter.flags).toEqual({})
  })

  test('other nodes hide theirs on request, and never required ones', () => {
    const graph = new LGraph()
    const noise = add(graph, 'GaussianNoise')
    expect([hidesUnused(noise), canHideUnused(noise)]).toEqual([false, true])
    setUnusedHidden(noise, true)
    expect(shown(noise)).toEqual([])
    const forward = add(graph, 'ForwardNoise')
    expect(canHideUnused(forward)).toBe(false)
    setUnusedHidden(forward, true)
    expect(shown(forward)).toEqual(['x_0', 't', 'noise', 'schedule'])
  })

  test('are stored in the file, with all inputs', () => {
    const graph = new LGraph()
    setUnusedHidden(add(graph, 'GaussianNoise'), true)
    add(graph, 'Scatter')
    const text = stringifyWorkflow(toWorkflowFile(graph))
    const { workflow } = parseWorkflow(text, ownTypes)
    expect(workflow.nodes.map(({ flags }) => flags)).toEqual([{ folded: true }, {}])
    expect(workflow.nodes[1].inputs.map(({ name }) => name)).toContain('variance')
    const again = new LGraph()
    showWorkflow(LiteGraph, again, workflow)
    const [noise] = again._nodes as DiffusionNode[]
    expect(shown(noise)).toEqual([])
    expect(noise.size[1]).toBe(graph._nodes[0].size[1])
  })

  test('a dragged wire shows those that it fits, until it is dropped', () => {
    const graph = new LGraph()
    const [scatter, sampler] = [add(graph, 'Scatter'), add(graph, 'Sampler')]
    const before = scatter.size[1]
    const slot = sampler.findOutputSlot('trajectory')
    const wire = { node: sampler, side: 'output', slot, start: sampler.outputs[slot] } as const
    const unfolding = new Unfolding()
    unfolding.update(wire, scatter)
    expect(shown(scatter)).toEqual(['samples_1', 'trajectory'])
    unfolding.update(wire, null)
    expect(shown(scatter)).toEqual(['samples_1'])
    unfolding.update(wire, scatter)
    sampler.connect(slot, scatter, 'trajectory')
    unfolding.end()
    expect(shown(scatter)).toEqual(['samples_1', 'trajectory'])
    expect(scatter.size[1]).toBe(before + 20)
  })
})
