// Texts of untrusted files in terminals and tables.
import { expect, test } from 'vitest'
import {
  csvCell,
  escapeHidden,
  looksLikeFormula,
  nameKey,
} from '../../../src/engine/base/shownText.ts'

test.each([
  ['Ada', 'Ada'],
  ['웃는 고양이 é', '웃는 고양이 é'],
  ['a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
  ['A\u200bda\ufeff', 'A\\u{200b}da\\u{feff}'],
  ['a\r\n\tb', 'a b'],
  ['\u001b[31m', '\\u{1b}[31m'],
  ['x\ud800', 'x\\u{d800}'],
  ['\u{e0041}', '\\u{e0041}'],
])('hidden characters of %j', (text, shown) => expect(escapeHidden(text)).toBe(shown))

test('names that look alike have one key', () => {
  const key = nameKey('Ada Lovelace')
  for (const name of [
    'A\u200bda Lovelace',
    ' ada\u00a0 lovelace ',
    '\u202aAda\tLovelace',
    'Ａda Lovelace',
  ])
    expect(nameKey(name), name).toBe(key)
  expect(nameKey('Ada Byron')).not.toBe(key)
})

test.each(['=1', ' =1', '\n=1', '\t+1', '\u200b-1', '  @x', '\uff1d1', '\ta'])(
  '%j is no formula in a table',
  (text) => {
    expect(looksLikeFormula(text)).toBe(true)
    expect(csvCell(text)).toMatch(/^"?'/)
  },
)

test('cells are quoted where a reader would split them', () => {
  expect(['a', 'a=b', 'a,b', 'a;b', 'a"b', 'a\nb'].map((text) => csvCell(text))).toEqual([
    'a',
    'a=b',
    '"a,b"',
    '"a;b"',
    '"a""b"',
    '"a\nb"',
  ])
})
