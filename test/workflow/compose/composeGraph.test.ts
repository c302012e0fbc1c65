// Composition of graphs: no overlaps, loops apart from other nodes, results beside their loops,
// readable when opened.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { composeFile, nodeEdges, zoneEdges } from '../../../src/workflow/compose/composeFile.ts'
import {
  composeGraph,
  type ComposedNode,
  type ComposedWire,
} from '../../../src/workflow/compose/composeGraph.ts'
import type { Edges } from '../../../src/workflow/compose/opening.ts'
import { createWorkflow, toGraph } from '../../../src/workflow/index.ts'
import type { WorkflowFile } from '../../../src/workflow/file.ts'
import { withSubgraphs } from '../../../src/workflow/subgraphDeclarations.ts'
import { declarations, readWorkflow, workflowNames } from '../../readyWorkflows.ts'

const TITLE = 30
const byType = new Map(declarations.map((declaration) => [declaration.type, declaration]))

const createNode = (
  id: number,
  kind: ComposedNode['kind'] = 'node',
  size: [number, number] = [210, 100],
): ComposedNode => ({ id, pos: [0, 0], size, kind })

const createWire = (from: number, to: number): ComposedWire => ({ from, to, fromY: 14, toY: 14 })

function compose(
  nodes: readonly ComposedNode[],
  wires: readonly ComposedWire[],
  loops: readonly (readonly number[])[] = [],
) {
  const places = composeGraph(
    nodes,
    wires,
    loops.map((members) => ({ kind: 'loop', members: new Set(members) })),
  )
  return (id: number): Edges => {
    const [x, y] = places.get(id)!
    const [width, height] = nodes.find((node) => node.id === id)!.size
    return [x, y - TITLE, x + width, y + height]
  }
}

const overlap = (a: Edges, b: Edges) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]

const graphs = fc.integer({ min: 1, max: 14 }).chain((count) =>
  fc.record({
    nodes: fc.tuple(
      ...Array.from({ length: count }, (_, id) =>
        fc
          .record({
            pos: fc.tuple(fc.nat(900), fc.nat(900)),
            size: fc.tuple(fc.integer({ min: 60, max: 500 }), fc.integer({ min: 20, max: 500 })),
            kind: fc.constantFrom('node' as const, 'view' as const, 'note' as const),
          })
          .map((node): ComposedNode => ({ id, ...node })),
      ),
    ),
    wires: fc.array(
      fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).map(([a, b]) => createWire(a, b)),
      { maxLength: 24 },
    ),
    loop: fc.uniqueArray(fc.nat(count - 1), { maxLength: 5 }),
  }),
)

test('no nodes overlap, none is lost, and the top left corner stays', () => {
  fc.assert(
    fc.property(graphs, ({ nodes, wires, loop }) => {
      const at = compose(nodes, wires, [loop])
      for (const [i, a] of nodes.entries())
        for (const b of nodes.slice(i + 1))
          expect(overlap(at(i), at(b.id as number)), `${a.id} and ${b.id}`).toBe(false)
      const edges = nodes.map(({ id }) => at(id as number))
      expect(Math.min(...edges.map(([left]) => left))).toBe(
        Math.min(...nodes.map(({ pos }) => pos[0])),
      )
      expect(Math.min(...edges.map(([, top]) => top + TITLE))).toBe(
        Math.min(...nodes.map(({ pos }) => pos[1])),
      )
    }),
    { numRuns: 60 },
  )
})

describe('a loop', () => {
  const nodes = [0, 1, 2, 3, 4, 5].map((id) => createNode(id, id === 5 ? 'view' : 'node'))
  const wires = [
    [0, 1],
    [1, 2],
    [2, 3],
    [4, 2],
    [3, 5],
  ].map(([from, to]) => createWire(from, to))
  const at = compose(nodes, wires, [[1, 2, 3]])

  test('contains no other nodes', () => {
    const inside = [1, 2, 3].map(at)
    const zone: Edges = [
      Math.min(...inside.map((edges) => edges[0])) - 22,
      Math.min(...inside.map((edges) => edges[1])) - 30,
      Math.max(...inside.map((edges) => edges[2])) + 22,
      Math.max(...inside.map((edges) => edges[3])) + 40,
    ]
    for (const id of [0, 4, 5]) expect(overlap(at(id), zone)).toBe(false)
  })

  test('has its sources on the left', () => {
    for (const source of [0, 4]) expect(at(source)[2]).toBeLessThan(at(1)[0])
  })

  test('runs from left to right', () => {
    expect(at(1)[2]).toBeLessThan(at(2)[0])
    expect(at(2)[2]).toBeLessThan(at(3)[0])
  })

  test('has its results beside it', () => {
    const [left, top, right, bottom] = at(5)
    const zone = [at(1)[0], at(1)[1], at(3)[2], at(3)[3]]
    const away = Math.max(left - zone[2], zone[0] - right, top - zone[3], zone[1] - bottom)
    expect(away).toBeLessThan(180)
  })
})

test('two trainings stand one below the other if that is easier to read', () => {
  const nodes = Array.from({ length: 12 }, (_, id) => createNode(id, 'node', [260, 200]))
  const chain = (first: number) => [0, 1, 2, 3, 4].map((i) => createWire(first + i, first + i + 1))
  const at = compose(
    nodes,
    [...chain(0), ...chain(6)],
    [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ],
  )
  const lower = (id: number) => at(id)[1] >= Math.max(...[0, 1, 2, 3, 4, 5].map((i) => at(i)[3]))
  expect([6, 7, 8, 9, 10, 11].every(lower)).toBe(true)
})

const overlapsIn = (nodes: WorkflowFile['nodes']) =>
  nodes.flatMap((a, i) =>
    nodes.slice(i + 1).flatMap((b) => {
      return overlap(nodeEdges(a), nodeEdges(b)) ? [`${a.type} ${a.id} and ${b.type} ${b.id}`] : []
    }),
  )

/** Nodes in the zone of a loop that they do not belong to. */
const intruders = (file: WorkflowFile) =>
  zoneEdges(file).flatMap(({ members, edges }) =>
    file.nodes.flatMap((node) =>
      !members.has(node.id) && overlap(nodeEdges(node), edges) ? [node.type] : [],
    ),
  )

describe.each(workflowNames)('%s', (name) => {
  const file = readWorkflow(name)

  test('has no overlaps when it is arranged', () => {
    const arranged = composeFile(file, withSubgraphs(file, byType))
    expect(overlapsIn(arranged.nodes)).toEqual([])
    expect(intruders(arranged)).toEqual([])
    for (const [i, { bounding: frame }] of arranged.groups.entries()) {
      const [x, y, width, height] = file.groups[i].bounding
      for (const [k, { pos, size }] of file.nodes.entries()) {
        const [middleX, middleY] = [pos[0] + size[0] / 2, pos[1] + (size[1] - TITLE) / 2]
        if (middleX < x || middleX > x + width || middleY < y || middleY > y + height) continue
        const edges = nodeEdges(arranged.nodes[k])
        expect(edges[0]).toBeGreaterThan(frame[0])
        expect(edges[3]).toBeLessThan(frame[1] + frame[3])
      }
    }
  })

  test('has no overlaps when a program writes it', async () => {
    const written = await createWorkflow(toGraph(file, declarations), declarations)
    expect(overlapsIn(written.nodes)).toEqual([])
    expect(intruders(written)).toEqual([])
  })
})
