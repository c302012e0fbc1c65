// Tables of comma-separated values: quoted cells as in RFC 4180, and large tables.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCaptionTable } from '../../../src/engine/datasets/captions.ts'
import { parsePointTable, TABLE_LIMITS } from '../../../src/engine/datasets/pointTable.ts'
import { parseNumbers } from '../../../src/engine/process/numberList.ts'
import { readTable } from '../../../src/engine/datasets/table.ts'
import { withoutIds } from '../../withoutIds.ts'

const rowsOf = ({ cells, lines, width }: ReturnType<typeof readTable>) =>
  lines.map((line, i) => [line, ...cells.slice(i * width, (i + 1) * width)])

test.each([
  [
    'a,"b\nc"\r\nd,e',
    [
      [1, 'a', 'b\nc'],
      [3, 'd', 'e'],
    ],
  ],
  [
    '"a\r\n\r\nb";"c;d"\r\n1;2',
    [
      [1, 'a\r\n\r\nb', 'c;d'],
      [4, '1', '2'],
    ],
  ],
  ['"a, ""b""\n",c', [[1, 'a, "b"', 'c']]],
  ['"""",a', [[1, '"', 'a']]],
  [
    '"",""\n1,2',
    [
      [1, '', ''],
      [2, '1', '2'],
    ],
  ],
  ['  "a",  "b,c" \n', [[1, 'a', 'b,c']]],
  // A quote in the middle of a cell is an ordinary character, and ends no row late.
  [
    '5" disk,a\n3" disk,b',
    [
      [1, '5" disk', 'a'],
      [2, '3" disk', 'b'],
    ],
  ],
  [
    '# "no quote\n1,2\n  # "nor here\n3,4',
    [
      [2, '1', '2'],
      [4, '3', '4'],
    ],
  ],
  [
    '1\r2\r\r3',
    [
      [1, '1'],
      [2, '2'],
      [4, '3'],
    ],
  ],
])('reads %j', (text, rows) => {
  const table = readTable(text)
  expect(table.fault).toBeUndefined()
  expect(rowsOf(table)).toEqual(rows)
})

test('written cells are read again, whatever they contain', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab",;\t\n\r# ') }).map((text) => text.trim())
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(rows, (all) => {
      const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
      const text = all.map((row) => row.map(quote).join(',')).join('\r\n')
      const { cells, width, fault } = readTable(text)
      expect([fault, width]).toEqual([undefined, 2])
      expect(cells).toEqual(all.flat())
    }),
  )
})

test('a quote without an end names its line, instead of swallowing the rest', () => {
  expect(() => parsePointTable('1,2\n3,4\n"5,6\n7,8\n')).toThrow(
    'Expected an end of the quote in line 3, got none.',
  )
  expect(withoutIds(readCaptionTable('a.csv', 'file,caption\n1.png,"a cat\n2.png,a dog\n'))).toBe(
    'the quote in line 2 has no end',
  )
})

test('a number with very many digits that is none is refused at once', () => {
  const digits = '4'.repeat(1_000_000)
  expect(() => parsePointTable(`1\n${digits}`)).toThrow('Expected a number in line 2')
  expect(() => parsePointTable(`1\n${digits}x`)).toThrow('Expected a number in line 2')
  expect(() => parseNumbers(`${digits}x`, 'table')).toThrow('444')
})

test('captions may have line breaks in quotes', () => {
  expect(readCaptionTable('a.csv', 'file,caption\r\n1.png,"a\r\ncat"\r\n2.png,b\r\n')).toEqual({
    path: 'a.csv',
    captions: new Map([
      ['1.png', 'a\r\ncat'],
      ['2.png', 'b'],
    ]),
  })
})

test('a class for each of many points is refused', () => {
  const text = Array.from({ length: TABLE_LIMITS.classes + 1 }, (_, i) => `1,c${i}`).join('\n')
  expect(() => parsePointTable(text)).toThrow('at most 10000 classes')
  expect(parsePointTable(text.slice(0, text.lastIndexOf('\n'))).classNames).toHaveLength(10_000)
})

// In quadratic time, these would not end before the time limit of a test.
test('tables of millions of short lines are read', () => {
  expect(parsePointTable('1\n'.repeat(1_950_000)).data).toHaveLength(1_950_000)
  const captions = `file,caption\n${'a,b\n'.repeat(1_900_000)}`
  expect(readCaptionTable('a.csv', captions)).toMatchObject({ captions: new Map([['a', 'b']]) })
})
