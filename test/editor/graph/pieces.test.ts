// Pieces of workflows: copying, merging, and opening a closed node with an unchanged result.
import { describe, expect, test } from 'vitest'
import {
  getNodeBounds,
  mergePiece,
  findOutsideWires,
  extractPiece,
  connectOutsideWires,
} from '../../../src/editor/graph/fragments.ts'
import { openClosedNode } from '../../../src/editor/graph/openClosed.ts'
import { packNodes } from '../../../src/editor/graph/pack.ts'
import { expandGraph } from '../../../src/engine/plan/expand.ts'
import { wire, type Graph } from '../../../src/engine/plan/graph.ts'
import { opTable, type ExpandOp } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { declarations, fileOf, wiresOf } from '../fileOf.ts'
import {
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  type WorkflowFile,
} from '../../../src/workflow/index.ts'

const sampling = () =>
  fileOf({ 1: 'NoiseSchedule', 2: 'ExactModel', 3: 'GaussianNoise', 4: 'Sampler', 5: 'Scatter' }, [
    [1, 'schedule', 2, 'schedule'],
    [2, 'model', 4, 'model'],
    [3, 'noise', 4, 'x_T'],
    [1, 'schedule', 4, 'schedule'],
    [4, 'x_0', 5, 'samples_1'],
  ])

/** Describes a node and all of its sources recursively, without ids. */
function describeSources(graph: Graph, op: string): unknown {
  const about = (id: string): unknown => {
    const node = graph.nodes.find((each) => each.id === id)!
    const params = Object.entries(declarations.get(node.op)!.params).map(([name, param]) => [
      name,
      node.params[name] ?? param.default,
    ])
    const inputs = Object.entries(node.inputs).map(([name, from]) => [
      name,
      [from.slot, about(from.node)],
    ])
    return { op: node.op, params: Object.fromEntries(params), inputs: Object.fromEntries(inputs) }
  }
  return about(graph.nodes.find((node) => node.op === op)!.id)
}

/** Expects a consistent file: the parser reports no notice. */
const expectConsistent = (file: WorkflowFile) =>
  expect(parseWorkflow(stringifyWorkflow(file), declarations).notices).toEqual([])

describe('copying', () => {
  test('extracts the nodes and the wires between them', () => {
    const piece = extractPiece(sampling(), new Set([3, 4]))
    expect(piece.nodes.map(({ id }) => id)).toEqual([3, 4])
    expect(piece.links).toHaveLength(1)
    expect(
      piece.nodes[1].inputs.filter(({ link }) => link !== null).map(({ name }) => name),
    ).toEqual(['x_T'])
    expectConsistent(piece)
  })

  test('adds a piece to its own file under new ids', () => {
    const file = sampling()
    const { file: merged, ids } = mergePiece(file, extractPiece(file, new Set([3, 4])), [10, 20])
    expect(ids).toEqual([6, 7])
    expect(merged.nodes).toHaveLength(7)
    expect(merged.links).toHaveLength(6)
    expect(merged.nodes.at(-1)!.pos).toEqual([file.nodes[3].pos[0] + 10, 20])
    expectConsistent(merged)
    const graph = toGraph(merged, declarations)
    expect(graph.nodes.find(({ id }) => id === '7')!.inputs).toEqual({ x_T: wire('6', 'noise') })
    expect(graph.nodes.find(({ id }) => id === '4')!.inputs).toEqual(
      toGraph(file, declarations).nodes[3].inputs,
    )
  })

  test('computes bounds that include the title bars', () => {
    expect(getNodeBounds(sampling().nodes)).toEqual([0, -30, 1400, 130])
  })
})

describe('opening a closed node', () => {
  const opened = () => {
    const file = sampling()
    const sampler = nodes.find(({ type }) => type === 'diffusion/Sampler') as ExpandOp
    const closed = toGraph(file, declarations).nodes.find(({ id }) => id === '4')!
    const expansion = sampler.expand(closed.params as never, new Set(Object.keys(closed.inputs)))
    return { before: file, expansion, ...openClosedNode(file, 4, expansion, declarations) }
  }

  test('replaces it by its graph, with the same wires', () => {
    const { file, ids, expansion } = opened()
    expectConsistent(file)
    expect(ids).toHaveLength(expansion.nodes.length)
    expect(file.nodes.some(({ id }) => id === 4)).toBe(false)
    const graph = toGraph(file, declarations)
    expect(graph.nodes.find(({ op }) => op === 'diffusion/Scatter')!.inputs.samples_1.slot).toBe(
      'x_0',
    )
    const start = graph.nodes.find(({ op }) => op === 'diffusion/SamplingStart')!
    expect(start.inputs.x_T).toEqual(wire('3', 'noise'))
  })

  test('reserves no space for hidden params', () => {
    const { file } = opened()
    const timesteps = file.nodes.find(({ type }) => type === 'diffusion/Timesteps')!
    // A row of slots, and num_inference_steps, timestep_spacing, sigmas and end. The others are
    // hidden.
    expect(timesteps.size[1]).toBe(14 + 20 + 4 * 24)
  })

  test('computes the same as the closed node', () => {
    const { before, file } = opened()
    const table = opTable(nodes)
    const shown = (workflow: WorkflowFile) =>
      describeSources(
        expandGraph(toGraph(workflow, declarations), table).graph,
        'diffusion/Scatter',
      )
    expect(shown(file)).toEqual(shown(before))
  })

  test('lays the graph out to the right, and moves other nodes aside', () => {
    const { before, file, ids } = opened()
    const [left, , width] = getNodeBounds(file.nodes.filter(({ id }) => ids.includes(id)))
    expect(left).toBe(before.nodes[3].pos[0])
    expect(file.nodes.find(({ id }) => id === 5)!.pos[0]).toBeGreaterThan(left + width)
  })
})

test('a piece contains its subgraphs, which get new ids where different ones have theirs', () => {
  const file = fileOf({ 1: 'NoiseSchedule', 2: 'ExactModel', 3: 'GaussianNoise' }, [
    [1, 'schedule', 2, 'schedule'],
  ])
  const { file: one, node } = packNodes(
    file,
    new Set([2]),
    { id: 'a-block-of-mine', name: 'Block' },
    declarations,
  )
  const piece = extractPiece(one, new Set([node]))
  expect(piece.subgraphs).toEqual(one.subgraphs)
  expect(extractPiece(one, new Set([3])).subgraphs).toBeUndefined()
  expect(mergePiece(one, piece, [0, 0]).file.subgraphs).toHaveLength(1)
  const changed = structuredClone(piece)
  changed.subgraphs![0].name = 'Other'
  const two = mergePiece(one, changed, [0, 0])
  expect(two.file.subgraphs!.map(({ name }) => name)).toEqual(['Block', 'Other'])
  expect(two.file.nodes.at(-1)!.type).toBe(two.file.subgraphs![1].id)
})

test('the wires into a piece are restored in a file that has their source nodes', () => {
  const file = fileOf({ 1: 'NoiseSchedule', 2: 'ScheduleChart', 3: 'Timesteps' }, [
    [1, 'schedule', 2, 'schedules_1'],
    [1, 'schedule', 3, 'schedule'],
  ])
  const ids = new Set([2, 3])
  const outside = findOutsideWires(file, ids)
  expect(
    outside.map(([from, type, output, to, input]) => `${from} ${type}.${output} > ${to}.${input}`),
  ).toEqual([
    '1 diffusion/NoiseSchedule.schedule > 2.schedules_1',
    '1 diffusion/NoiseSchedule.schedule > 3.schedule',
  ])
  const piece = extractPiece(file, ids)
  const merged = mergePiece(file, piece, [0, 400])
  const renamed = new Map(piece.nodes.map(({ id }, i) => [id, merged.ids[i]]))
  const wired = connectOutsideWires(merged.file, outside, renamed)
  expect(wiresOf(wired).slice(2)).toEqual(['1.schedule > 4.schedules_1', '1.schedule > 5.schedule'])
  // A node with the same id and another type is not the source.
  const other = {
    ...merged.file,
    nodes: merged.file.nodes.map((node) => (node.id === 1 ? { ...node, type: 'other' } : node)),
  }
  expect(wiresOf(connectOutsideWires(other, outside, renamed))).toHaveLength(2)
})
