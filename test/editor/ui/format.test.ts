// Formatting of numbers and times.
import { expect, test } from 'vitest'
import * as format from '../../../src/editor/ui/format.ts'

test('long estimated times are in minutes', () => {
  expect([4.2, 90, 149, 150, 1076, 3569, 3570, 7260, Infinity].map(format.estimate)).toEqual([
    '4.2 s',
    '1 min 30 s',
    '2 min 29 s',
    '3 min',
    '18 min',
    '59 min',
    '1 h 00 min',
    '2 h 01 min',
    '–',
  ])
})

test('times of day have minutes or seconds', () => {
  const now = new Date()
  now.setHours(14, 5, 9)
  expect([format.dateTime(+now), format.dateTime(+now, true)]).toEqual(['14:05', '14:05:09'])
  expect(format.dateTime(+new Date(2020, 10, 3, 14, 5, 9), true)).toMatch(/3.* 14:05:09$/)
})
