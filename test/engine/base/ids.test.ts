// Syntax of ids: formatting and parsing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  childId,
  closedId,
  closedInnerId,
  idPath,
  innerId,
  isInside,
  isWithin,
  joinIds,
  manySlot,
  outerId,
  parentId,
  splitMany,
  splitValue,
  valueId,
} from '../../../src/engine/base/ids.ts'

const id = fc.stringMatching(/^[\w.-]{1,8}$/)
const slot = fc.stringMatching(/^\w{1,8}$/)
const path = fc.array(id, { minLength: 1, maxLength: 5 })
const full = (ids: readonly string[]) => joinIds(ids) ?? ''

test('paths of ids are joined and split', () => {
  fc.assert(
    fc.property(path, (ids) => {
      expect(idPath(full(ids))).toEqual(ids)
    }),
  )
  expect(joinIds([])).toBeUndefined()
  expect(idPath('5:3/inner')).toEqual(['5', '3'])
})

test('a node in a subgraph has an outer node, and the top level has none', () => {
  fc.assert(
    fc.property(path, id, (ids, inner) => {
      const outer = full(ids)
      const node = innerId(outer, inner)
      expect(parentId(node)).toBe(outer)
      expect(childId(node, outer)).toBe(inner)
      expect(childId(node, undefined)).toBe(ids[0])
      expect(isInside(node, outer)).toBe(true)
      expect(isInside(outer, outer)).toBe(false)
    }),
  )
  expect(innerId(undefined, 3)).toBe('3')
  expect(parentId('3')).toBeUndefined()
  expect(childId('51:3', '5')).toBeUndefined()
})

test('a node is within itself, its closed node and the node of its subgraph', () => {
  expect(['5', '5:3', '5/a', '5:3/a'].every((each) => isWithin(each, '5'))).toBe(true)
  expect(['51', '51:3', '4/5'].some((each) => isWithin(each, '5'))).toBe(false)
})

test('inner nodes of a closed node are reported on it', () => {
  fc.assert(
    fc.property(path, slot, (ids, inner) => {
      const closed = full(ids)
      expect(outerId(closedInnerId(closed, inner))).toBe(closed)
      expect(closedId(closedInnerId(closed, inner))).toBe(closed)
      expect(closedId(closed)).toBeUndefined()
      expect(outerId(closed)).toBe(closed)
    }),
  )
})

test('value ids contain a node and a slot, even if the node id contains dots', () => {
  fc.assert(
    fc.property(id, slot, (node, name) => {
      expect(splitValue(valueId({ node, slot: name }))).toEqual({ node, slot: name })
    }),
  )
})

test('slots of a many-slot count from 1 to 999', () => {
  fc.assert(
    fc.property(slot, fc.integer({ min: 1, max: 999 }), (name, index) => {
      expect(splitMany(manySlot(name, index))).toEqual([name, index])
    }),
  )
  for (const name of ['value', 'x_0', 'x_t', '_3', 'value_1000', 'value_03'])
    expect(splitMany(name)).toEqual([name, undefined])
})
