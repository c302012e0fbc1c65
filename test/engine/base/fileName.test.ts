// Names of files that come from workflows.
import { describe, expect, test } from 'vitest'
import {
  fileNameKey,
  freeFileName,
  isSafeFileName,
  safeFileName,
} from '../../../src/engine/base/fileName.ts'

test.each([
  ['points.csv', 'points.csv'],
  ['점 2.csv', '점 2.csv'],
  ['../../escaped/victim.txt', 'victim.txt'],
  ['/x/victim/results.csv', 'results.csv'],
  ['..\\..\\victim.txt', '_._.._victim.txt'],
  ['C:\\x.csv', 'C__x.csv'],
  ['folder/', 'folder'],
  ['..', '_'],
  ['.', '_'],
  ['', '_'],
  ['/', '_'],
  ['.bashrc', '_bashrc'],
  ['CON', '_CON'],
  ['nul.png', '_nul.png'],
  ['com1 .csv', '_com1 .csv'],
  ['console.csv', 'console.csv'],
  ['name. .', 'name'],
  ['a\u0000b\nc\u007f.csv', 'a_b_c_.csv'],
  ['a\u202egnp.exe', 'a_gnp.exe'],
  ['a\u2028b\ud800.csv', 'a_b_.csv'],
])('%j becomes %j', (wanted, name) => {
  expect(safeFileName(wanted)).toBe(name)
  expect(isSafeFileName(name)).toBe(true)
})

describe('long names', () => {
  test.each(['x'.repeat(350), '가'.repeat(350), '🌊'.repeat(350), `a.${'b'.repeat(350)}`])(
    'are cut to what file systems allow',
    (long) => {
      const name = safeFileName(`${long}.csv`)
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200)
      expect(!/\p{Cs}/u.test(name)).toBe(true)
      expect(name.endsWith('.csv')).toBe(true)
      expect(isSafeFileName(name)).toBe(true)
    },
  )

  test.each(['/', '.', ' ', '\\', '..b'])('of repeated %j take no long time', (text) => {
    // A quadratic call takes 20 s.
    expect(isSafeFileName(safeFileName(`a${text.repeat(1e5)}b`))).toBe(true)
  })
})

test('equal names on some system get numbers', () => {
  const names: string[] = []
  for (const wanted of ['A.csv', 'a.csv', 'é.csv', 'e\u0301.csv', 'b'])
    names.push(freeFileName(safeFileName(wanted), names))
  expect(names).toEqual(['A.csv', 'a-2.csv', 'é.csv', 'e\u0301-2.csv', 'b'])
  expect(new Set(names.map(fileNameKey)).size).toBe(names.length)
})
