// Order and names of the outline, and free positions for new nodes.
import { describe, expect, test } from 'vitest'
import {
  findFreePosition,
  numberTitles,
  flattenEntries,
  buildOutline,
  type Entry,
  type Loop,
} from '../../../src/editor/graph/outlineTree.ts'

const written = (entries: readonly Entry[]): string =>
  entries.map((entry) => ('node' in entry ? entry.node : `[${written(entry.entries)}]`)).join(' ')

const wires = (text: string) => text.split(' ').map((wire) => wire.split('>') as [string, string])

describe('outline entries', () => {
  test('list each node after its inputs, and directly after an input that only it uses', () => {
    expect(written(buildOutline(['c', 'x', 'b', 'a', 'y'], wires('a>b b>c x>y')))).toBe('a b c x y')
    expect(written(buildOutline(['end', 'one', 'two'], wires('two>end one>end')))).toBe(
      'two one end',
    )
  })

  test('group a loop from Start to End with its body', () => {
    const loop: Loop = { start: 's', end: 'e', members: ['s', 'e', 'b', 'seen'] }
    const entries = buildOutline(
      ['seen', 'e', 'b', 's', 'model', 'after'],
      wires('s>b b>e b>seen model>b s>e e>after'),
      [loop],
    )
    expect(written(entries)).toBe('model [s b seen e] after')
    expect(flattenEntries(entries)).toEqual(['model', 's', 'b', 'seen', 'e', 'after'])
  })

  test('nest loops', () => {
    const outer: Loop = { start: 'S', end: 'E', members: ['S', 'E', 'a', 's', 'e', 'b', 'c'] }
    const inner: Loop = { start: 's', end: 'e', members: ['s', 'e', 'b'], within: outer }
    const order = buildOutline(
      ['b', 'c', 'a', 'E', 'e', 's', 'S'],
      wires('S>a a>s s>b b>e e>c c>E S>E s>e'),
      [outer, inner],
    )
    expect(written(order)).toBe('[S a [s b e] c E]')
  })

  test('list every node of a cycle once', () => {
    expect(flattenEntries(buildOutline(['a', 'b'], wires('a>b b>a'))).sort()).toEqual(['a', 'b'])
  })

  test('number equal titles', () => {
    const names = numberTitles([
      { id: '1', title: 'Mix' },
      { id: '2', title: 'Loss' },
      { id: '3', title: 'Mix' },
    ])
    expect([...names.values()]).toEqual(['Mix (1)', 'Loss', 'Mix (2)'])
  })

  test('find a free position for a new node', () => {
    expect(findFreePosition([0, 0], [100, 100], [])).toEqual([0, 0])
    expect(
      findFreePosition(
        [0, 0],
        [100, 100],
        [
          [50, 50, 60, 60],
          [0, 160, 10, 170],
          [500, 0, 600, 900],
        ],
      ),
    ).toEqual([0, 204])
  })
})
