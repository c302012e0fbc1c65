// Undo and redo: what was done comes back in order, whatever was done.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHistory } from '../../src/editor/history.ts'

describe('history', () => {
  test('goes back and forth', () => {
    const history = createHistory('a')
    expect(history.commit('b')).toBe(true)
    expect(history.commit('c')).toBe(true)
    expect([history.undo(), history.undo(), history.undo()]).toEqual(['b', 'a', undefined])
    expect([history.redo(), history.redo(), history.redo()]).toEqual(['b', 'c', undefined])
  })

  test('an equal state is no step', () => {
    const history = createHistory('a')
    expect(history.commit('a')).toBe(false)
    expect(history.canUndo).toBe(false)
  })

  test('a new step forgets what was undone', () => {
    const history = createHistory('a')
    history.commit('b')
    history.undo()
    history.commit('c')
    expect(history.canRedo).toBe(false)
    expect(history.undo()).toBe('a')
  })

  test('what happens while it is held is one step', () => {
    const history = createHistory('start')
    const release = history.hold()
    for (const state of ['1', '2', '3']) expect(history.commit(state)).toBe(false)
    release()
    release()
    expect(history.commit('3')).toBe(true)
    expect(history.undo()).toBe('start')
  })

  test('an amended state takes no step', () => {
    const history = createHistory('a')
    history.commit('b')
    history.amend('b with another seed')
    expect(history.present).toBe('b with another seed')
    expect(history.undo()).toBe('a')
  })

  test('keeps the last hundred', () => {
    const history = createHistory('0')
    for (let i = 1; i <= 150; i++) history.commit(String(i))
    let steps = 0
    while (history.undo() !== undefined) steps++
    expect(steps).toBe(100)
    expect(history.present).toBe('50')
  })

  test('any edits, undone and redone, give the same state', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('undo', 'redo')), { maxLength: 120 }), (actions) => {
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
      }),
    )
  })
})
