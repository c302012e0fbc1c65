import { describe, expect, test } from 'vitest'
import { freeBelow, namesOf, nodesIn, outlined, type Entry, type Loop } from '../../src/editor/outlined.ts'

const written = (entries: readonly Entry[]): string =>
  entries.map((entry) => ('node' in entry ? entry.node : `[${written(entry.entries)}]`)).join(' ')

const wires = (text: string) => text.split(' ').map((wire) => wire.split('>') as [string, string])

describe('a graph as a list', () => {
  test('each node comes after what it needs, and right after what only it needs', () => {
    expect(written(outlined(['c', 'x', 'b', 'a', 'y'], wires('a>b b>c x>y')))).toBe('a b c x y')
    expect(written(outlined(['end', 'one', 'two'], wires('two>end one>end')))).toBe('two one end')
  })

  test('a loop is one entry, from its Start to its End, with what runs in it', () => {
    const loop: Loop = { start: 's', end: 'e', members: ['s', 'e', 'b', 'seen'] }
    const entries = outlined(['seen', 'e', 'b', 's', 'model', 'after'], wires('s>b b>e b>seen model>b s>e e>after'), [loop])
    expect(written(entries)).toBe('model [s b seen e] after')
    expect(nodesIn(entries)).toEqual(['model', 's', 'b', 'seen', 'e', 'after'])
  })

  test('a loop in a loop', () => {
    const outer: Loop = { start: 'S', end: 'E', members: ['S', 'E', 'a', 's', 'e', 'b', 'c'] }
    const inner: Loop = { start: 's', end: 'e', members: ['s', 'e', 'b'], within: outer }
    const order = outlined(['b', 'c', 'a', 'E', 'e', 's', 'S'], wires('S>a a>s s>b b>e e>c c>E S>E s>e'), [outer, inner])
    expect(written(order)).toBe('[S a [s b e] c E]')
  })

  test('a circle, which is a fault, comes to an end with every node once', () => {
    expect(nodesIn(outlined(['a', 'b'], wires('a>b b>a'))).sort()).toEqual(['a', 'b'])
  })

  test('equal titles are told apart by numbers', () => {
    const names = namesOf([
      { id: '1', title: 'Mix' },
      { id: '2', title: 'Loss' },
      { id: '3', title: 'Mix' },
    ])
    expect([...names.values()]).toEqual(['Mix (1)', 'Loss', 'Mix (2)'])
  })

  test('a new node lies on no other', () => {
    expect(freeBelow([0, 0], [100, 100], [])).toEqual([0, 0])
    expect(
      freeBelow(
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
