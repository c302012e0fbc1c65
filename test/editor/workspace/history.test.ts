// Undo and redo of states.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHistory } from '../../../src/editor/workspace/history.ts'

describe('history', () => {
  test('restores states in order', () => {
    const history = createHistory('a')
    expect(history.commit('b')).toBe(true)
    expect(history.commit('c')).toBe(true)
    expect([history.undo(), history.undo(), history.undo()]).toEqual(['b', 'a', undefined])
    expect([history.redo(), history.redo(), history.redo()]).toEqual(['b', 'c', undefined])
  })

  test('adds no step for an equal state', () => {
    const history = createHistory('a')
    expect(history.commit('a')).toBe(false)
    expect(history.canUndo).toBe(false)
  })

  test('discards undone steps when a step is added', () => {
    const history = createHistory('a')
    history.commit('b')
    history.undo()
    history.commit('c')
    expect(history.canRedo).toBe(false)
    expect(history.undo()).toBe('a')
  })

  test('adds one step for all states during a hold', () => {
    const history = createHistory('start')
    const release = history.suspend()
    for (const state of ['1', '2', '3']) expect(history.commit(state)).toBe(false)
    release()
    release()
    expect(history.commit('3')).toBe(true)
    expect(history.undo()).toBe('start')
  })

  test('adds no step for an amended state', () => {
    const history = createHistory('a')
    history.commit('b')
    history.amend('b with another seed')
    expect(history.present).toBe('b with another seed')
    expect(history.undo()).toBe('a')
  })

  test('stores at most 100 steps', () => {
    const history = createHistory('0')
    for (let i = 1; i <= 150; i++) history.commit(String(i))
    let steps = 0
    while (history.undo() !== undefined) steps++
    expect(steps).toBe(100)
    expect(history.present).toBe('50')
  })

  test('returns to the same state after undo and redo of any edits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('undo', 'redo')), { maxLength: 120 }),
        (actions) => {
          const history = createHistory('initial')
          for (const action of actions) {
            if (action === 'undo') history.undo()
            else if (action === 'redo') history.redo()
            else history.commit(action)
          }
          const before = history.present
          let steps = 0
          while (history.undo() !== undefined) steps++
          for (let i = 0; i < steps; i++) history.redo()
          return history.present === before
        },
      ),
    )
  })

  test('equals stacks of complete states, also after amendments', () => {
    const action = fc.oneof(
      fc.constantFrom({ kind: 'undo' as const }, { kind: 'redo' as const }),
      fc.record({
        kind: fc.constantFrom('commit' as const, 'amend' as const),
        state: fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 12 }),
      }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const history = createHistory('aab')
        let [past, present, future] = [[] as string[], 'aab', [] as string[]]
        for (const action of actions) {
          if (action.kind === 'commit') {
            if (action.state !== present) [past, future] = [[...past, present], []]
            present = action.state
            history.commit(action.state)
          } else if (action.kind === 'amend') {
            present = action.state
            history.amend(action.state)
          } else {
            const [from, to] = action.kind === 'undo' ? [past, future] : [future, past]
            const next = from.pop()
            expect(history[action.kind]()).toBe(next)
            if (next !== undefined) {
              to.push(present)
              present = next
            }
          }
          expect(history.present).toBe(present)
        }
      }),
    )
  })
})
