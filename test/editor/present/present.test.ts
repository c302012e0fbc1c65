// Steps of a presentation: their order along the wires, their size, and their notes.
import { describe, expect, test } from 'vitest'
import {
  planPresentation,
  unionBox,
  type PlannedNode,
  type PlannedZone,
  type StepRoom,
} from '../../../src/editor/present/steps.ts'

const room: StepRoom = { width: 920, height: 656, scale: 1.28, text: 14 }

const node = (
  id: string,
  [x, y]: [number, number],
  sources: string[] = [],
  {
    kind = 'node',
    width = 210,
    height = 160,
    title = id,
  }: Partial<PlannedNode & PlannedNode['box']> = {},
): PlannedNode => ({
  id,
  title,
  box: { x, y, width, height },
  sources,
  kind,
  titleInBar: kind === 'view',
})

const zone = (start: string, end: string, body: string[], nodes: PlannedNode[]): PlannedZone => {
  const inside = new Set([start, end, ...body])
  return {
    start,
    end,
    body,
    depth: 0,
    box: unionBox(nodes.filter(({ id }) => inside.has(id)).map(({ box }) => box)),
  }
}

const keys = (nodes: PlannedNode[], zones: PlannedZone[] = []) =>
  planPresentation(nodes, zones, room).map(({ key }) => key)

describe('the order of the steps', () => {
  test('follows the wires, not the place on the canvas', () => {
    const nodes = [
      node('sampled', [0, 0], ['end'], { kind: 'view' }),
      node('end', [1950, 0], ['start', 'body']),
      node('start', [1500, 0], ['data']),
      node('body', [1725, 0], ['start']),
      node('data', [1000, 0]),
    ]
    expect(keys(nodes, [zone('start', 'end', ['body'], nodes)])).toEqual([
      'graph',
      'nodes data',
      'zone start',
      'view sampled',
    ])
  })

  test('has the leftmost of several sections first, and views after the nodes beside them', () => {
    const nodes = [
      node('b1', [900, 0]),
      node('b2', [1200, 0], ['b1']),
      node('a1', [0, 0]),
      node('a2', [300, 0], ['a1']),
      node('picture', [600, 0], ['a2'], { kind: 'view' }),
    ]
    expect(keys(nodes, [zone('b1', 'b2', [], nodes), zone('a1', 'a2', [], nodes)])).toEqual([
      'graph',
      'zone a1',
      'view picture',
      'zone b1',
    ])
  })

  test('is complete in a graph with a cycle, and empty without nodes', () => {
    const nodes = [node('a', [0, 0], ['b']), node('b', [1500, 0], ['a'])]
    expect(keys(nodes)).toEqual(['graph', 'nodes a', 'nodes b'])
    expect(keys([])).toEqual([])
  })
})

describe('the size of the steps', () => {
  test('every node is in a part in which its text is readable', () => {
    const nodes = Array.from({ length: 12 }, (_, i) =>
      node(`n${i}`, [(i % 4) * 260, Math.floor(i / 4) * 220], i ? [`n${i - 1}`] : [], {
        title: 'Short title',
      }),
    )
    const ids = nodes.map(({ id }) => id)
    const steps = planPresentation(nodes, [zone('n0', 'n11', ids.slice(1, -1), nodes)], room)
    const [, entire, ...parts] = steps
    expect(entire).toMatchObject({ key: 'zone n0', titlesOnly: true, ids })
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.flatMap((part) => part.ids).sort()).toEqual([...ids].sort())
    parts.forEach(({ box, part, zone }, i) => {
      expect(part).toEqual({ index: i + 1, count: parts.length })
      expect(zone).toBe('n0')
      expect(box.width * room.scale).toBeLessThanOrEqual(room.width)
      expect(box.height * room.scale).toBeLessThanOrEqual(room.height)
    })
  })

  test('a zone too large even for its titles is only shown in parts', () => {
    const nodes = Array.from({ length: 30 }, (_, i) =>
      node(`n${i}`, [i * 300, 0], i ? [`n${i - 1}`] : [], { title: 'Preconditioning' }),
    )
    const body = nodes.map(({ id }) => id).slice(1, -1)
    const steps = planPresentation(nodes, [zone('n0', 'n29', body, nodes)], room)
    expect(steps.map(({ kind }) => kind)).toEqual([
      'graph',
      ...Array.from({ length: steps.length - 1 }, () => 'nodes'),
    ])
    expect(steps.some(({ titlesOnly }) => titlesOnly)).toBe(false)
  })

  test('a node larger than the screen is a part of its own', () => {
    const nodes = [node('tall', [0, 0], [], { height: 900 }), node('next', [260, 0], ['tall'])]
    expect(keys(nodes)).toEqual(['graph', 'nodes tall', 'nodes next'])
  })
})

test('a note belongs to the node next to it, and to its section if a step has no note', () => {
  const nodes = [
    node('data', [0, 0]),
    node('start', [1000, 0], ['data']),
    node('end', [1300, 0], ['start']),
    node('loss', [1300, 260], ['start'], { kind: 'view' }),
    node('about data', [0, 200], [], { kind: 'note', height: 60 }),
    node('about loop', [1000, 200], [], { kind: 'note', height: 60 }),
  ]
  const steps = planPresentation(nodes, [zone('start', 'end', ['loss'], nodes)], room)
  expect(steps.map(({ key, notes }) => [key, notes])).toEqual([
    ['graph', []],
    ['nodes data', ['about data']],
    ['zone start', ['about loop']],
    ['view loss', ['about loop']],
  ])
})
