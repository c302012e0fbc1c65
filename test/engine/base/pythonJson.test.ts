// JSON of Python's json module, with numbers that are not finite.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPythonJson, parsePythonJson } from '../../../src/engine/base/pythonJson.ts'

test('reads NaN, Infinity and -Infinity as values', () => {
  expect(
    parsePythonJson('{"a": -Infinity, "b": [Infinity,NaN ,\n-Infinity], "c": {"d":NaN}}'),
  ).toEqual({ a: -Infinity, b: [Infinity, NaN, -Infinity], c: { d: NaN } })
  expect(parsePythonJson('-Infinity')).toBe(-Infinity)
})

test('keeps strings and keys with these words', () => {
  const strings = {
    NaN: 'NaN',
    '-Infinity': 'from -Infinity, Infinity to [NaN]',
    quoted: '\\"Infinity": NaN, \\',
    NaN_: 'NaN_',
    value: 3,
  }
  expect(parsePythonJson(JSON.stringify(strings))).toEqual(strings)
  const withNaN = JSON.stringify({ ...strings, value: 7 }).replace('7', 'NaN')
  expect(parsePythonJson(withNaN)).toEqual({ ...strings, value: NaN })
})

test.each([
  ['a key', '{NaN: 1}'],
  ['a key of infinity', '{Infinity: 1}'],
  ['digits before', '[1Infinity]'],
  ['digits after', '[Infinity1]'],
  ['a plus', '[+Infinity]'],
  ['two signs', '[--Infinity]'],
  ['a negative NaN', '[-NaN]'],
  ['another word', '[InfinityNaN]'],
  ['a string beside', '["a"NaN]'],
  ['a comma too many', '[Infinity,]'],
  ['an open string', '["Infinity]'],
  ['nothing else', 'Infinity Infinity'],
])('rejects %s', (_, text) => {
  expect(() => parsePythonJson(text)).toThrow(SyntaxError)
})

test('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parsePythonJson(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('is read as it was written, whatever the strings', () => {
  const word = fc.constantFrom('NaN', 'Infinity', '-Infinity', '"', '\\', ',', ': ', '_', 'x')
  const string = fc.array(word, { maxLength: 4 }).map((words) => words.join(''))
  const number = fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity), fc.integer())
  const value = fc.oneof(number, string, fc.array(fc.oneof(number, string), { maxLength: 3 }))
  fc.assert(
    fc.property(fc.dictionary(string, value, { noNullPrototype: true }), (record) => {
      expect(parsePythonJson(formatPythonJson(record))).toEqual(record)
    }),
  )
})

test('writes the words of Python, with sorted keys', () => {
  expect(formatPythonJson({ b: -Infinity, a: [NaN, 'NaN'], c: Infinity })).toBe(
    '{\n  "a": [\n    NaN,\n    "NaN"\n  ],\n  "b": -Infinity,\n  "c": Infinity\n}',
  )
})

test('takes linear time for quotes and backslashes', () => {
  // Quadratic time would take hours, which no limit of a test allows.
  const text = `["${'\\"'.repeat(5_000_000)}`
  expect(() => parsePythonJson(`${text}NaN`)).toThrow(SyntaxError)
})
