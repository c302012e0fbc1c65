// Languages in src/editor/texts/locales: data with the ids and the values of the English texts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readWorkflowTexts } from '../../../src/build/workflowTexts.ts'
import { textKey } from '../../../src/editor/texts/declarations.ts'
import { bench } from '../../../src/editor/texts/en/bench.ts'
import { enFigure } from '../../../src/editor/texts/en/figure.ts'
import { en } from '../../../src/editor/texts/en/index.ts'
import { enKeys } from '../../../src/editor/texts/en/keys.ts'
import { trainingEstimate } from '../../../src/editor/texts/en/trainingEstimate.ts'
import { format, listPlaceholders } from '../../../src/editor/texts/format.ts'
import { enLessons } from '../../../src/editor/texts/lessonTexts.ts'
import {
  readKey,
  type Locale,
  type TextPart,
  type TextTree,
} from '../../../src/editor/texts/locale.ts'
import { enNotes } from '../../../src/editor/texts/noteTexts.ts'
import { languages } from '../../../src/editor/texts/texts.ts'
import { textsByPlace, titlesByPlace } from '../../../src/editor/texts/workflows.ts'
import { viewTexts } from '../../../src/engine/base/viewTexts.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { holesIn, templates } from '../catalogues.ts'

const folder = join(import.meta.dirname, '../../../src/editor/texts/locales')
const codes = readdirSync(folder)
const modules = import.meta.glob<{ locale: Locale }>(
  '../../../src/editor/texts/locales/*/index.ts',
  {
    eager: true,
  },
)
const locale = (code: string) =>
  modules[`../../../src/editor/texts/locales/${code}/index.ts`].locale

const parts: { [Part in TextPart]: object } = {
  interface: en,
  keys: enKeys,
  lessons: enLessons,
  notes: enNotes,
  figure: enFigure,
  bench,
  trainingEstimate,
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys of English texts by path, as a language has to write them: `panel.vary(param)`. */
const englishKeys = (texts: object, path = ''): string[] =>
  Object.entries(texts).flatMap(([key, text]) =>
    isObject(text) ? englishKeys(text, `${path}${key}.`) : [`${path}${writeKey(key, text)}`],
  )

function writeKey(key: string, text: unknown): string {
  if (typeof text !== 'function') return key
  const [, values] = /^\(?([^()]*?)\)?\s*=>/.exec(String(text)) ?? []
  return `${key}(${values})`
}

/** Texts of a part by path. */
const textsIn = (tree: TextTree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, text]): [string, string][] =>
    isObject(text)
      ? textsIn(text as TextTree, `${path}${key}.`)
      : [[`${path}${key}`, typeof text === 'string' ? text : JSON.stringify(text)]],
  )

/** English messages by id. */
const english = new Map(templates.map(({ id, text }) => [id, text]))

const compareKeys = (written: readonly string[], wanted: readonly string[]) => ({
  missing: wanted.filter((key) => !written.includes(key)),
  unknown: written.filter((key) => !wanted.includes(key)),
})
const allKnown: ReturnType<typeof compareKeys> = { missing: [], unknown: [] }

/** True if a text has these placeholders, in any order and number, and no others. */
const hasPlaceholders = (text: string, names: readonly string[]) =>
  [...new Set(listPlaceholders(text))].sort().join() === [...names].sort().join()

/** All strings of plain data, with their paths. */
const stringsIn = (value: unknown, path = ''): [string, unknown][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, each]) => stringsIn(each, `${path}.${key}`))
    : [[path, value]]

test('each language has a folder, and the editor offers it', () => {
  expect([...codes, 'en'].sort()).toEqual(Object.keys(languages).sort())
})

describe.each(codes)('%s', (code) => {
  const { messages = {}, nodes: texts = {}, views = {}, workflows = {} } = locale(code)

  test('has texts only, in files that are all used', () => {
    const files = readdirSync(join(folder, code)).filter((name) => name.endsWith('.json'))
    expect(files.map((name) => name.replace('.json', '')).sort()).toEqual(
      Object.keys(locale(code)).sort(),
    )
    for (const name of files) {
      const data: unknown = JSON.parse(readFileSync(join(folder, code, name), 'utf8'))
      const wrong = stringsIn(data).filter(
        ([, text]) => typeof text !== 'string' || /<\/?[a-z][^>]*>|&\w+;/i.test(text),
      )
      expect(wrong, name).toEqual([])
    }
  })

  test.each(Object.keys(parts) as TextPart[])('%s: has the keys of English', (part) => {
    const tree = locale(code)[part]
    // Only the interface is required. Other parts may be in English, each as a unit.
    if (!tree) return expect(part).not.toBe('interface')
    const keys = textsIn(tree).map(([path]) => path)
    expect(compareKeys(keys, englishKeys(parts[part]))).toEqual(allKnown)
  })

  test.each(Object.keys(parts) as TextPart[])('%s: uses the values of its keys', (part) => {
    const wrong = textsIn(locale(code)[part] ?? {}).filter(([path, text]) => {
      const { values = [] } = readKey(path.slice(path.search(/\w+(\(.*\))?$/)))
      return !hasPlaceholders(text, values.filter(Boolean))
    })
    expect(wrong).toEqual([])
  })

  test('has the messages of English, with their values', () => {
    if (!locale(code).messages) return
    const written = Object.entries(messages).flatMap(([area, each]) =>
      Object.entries(each).map(([key, text]): [string, string] => [`${area}.${key}`, text]),
    )
    const ids = written.map(([id]) => id)
    expect(compareKeys(ids, [...english.keys()])).toEqual(allKnown)
    const wrong = written.filter(
      ([id, text]) => !hasPlaceholders(text, holesIn(english.get(id) ?? '')),
    )
    expect(wrong).toEqual([])
  })

  test('has descriptions of nodes, views and workflows that exist', () => {
    const known = new Set(
      nodes
        .map(toDeclaration)
        .flatMap(({ inputs, outputs, params, ...declaration }) => [
          textKey(declaration),
          ...Object.entries({ inputs, outputs, params }).flatMap(([side, all]) =>
            Object.keys(all).map((name) => `${textKey(declaration)}.${side}.${name}`),
          ),
        ]),
    )
    const places = Object.entries(texts).flatMap(([name, parts]) => [
      name,
      ...Object.entries(parts)
        .filter(([side]) => side !== 'summary')
        .flatMap(([side, all]) => Object.keys(all).map((key) => `${name}.${side}.${key}`)),
    ])
    expect(places.filter((place) => !known.has(place))).toEqual([])
    const numbers = (text: string) => text.split('#').length
    const englishViews: Record<string, string | undefined> = viewTexts
    const wrong = Object.entries(views).filter(
      ([id, text]) => englishViews[id] === undefined || numbers(englishViews[id]) !== numbers(text),
    )
    expect(wrong).toEqual([])
    const ready = readWorkflowTexts()
    for (const list of [textsByPlace, titlesByPlace])
      expect([...list(workflows).keys()].filter((place) => !list(ready).has(place))).toEqual([])
  })
})

describe('a text is formatted', () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['{a} and {b}', { a: 'x', b: 2 }, 'x and 2'],
    ['{ x } {"a": 1} {a b} {', {}, '{ x } {"a": 1} {a b} {'],
    ['{list}; {list, join { or }}', { list: ['a', 'b'] }, 'a, b; a or b'],
    ['{list, each {<{list}>} join {}}', { list: ['a', 'b'] }, '<a><b>'],
    [
      '{list, each {{k} = {v}} join {; }}',
      {
        list: [
          { k: 'a', v: 1 },
          { k: 'b', v: 2 },
        ],
      },
      'a = 1; b = 2',
    ],
    ['{n, number} images', { n: 1240 }, '1,240 images'],
    ['{n, one {# node} other {{n} nodes}}', { n: 1 }, '# node'],
    ['{n, one {one node} other {{n} nodes}}', { n: 3 }, '3 nodes'],
    ['{n, =0 {none} <1 {less} >9 {many} other {{n}}}', { n: 0 }, 'none'],
    ['{n, =0 {none} <1 {less} >9 {many} other {{n}}}', { n: 0.5 }, 'less'],
    ['{n, =0 {none} <1 {less} >9 {many} other {{n}}}', { n: 12 }, 'many'],
    ['{n, ==of {all} other {{n} of {of}}}', { n: 3, of: 3 }, 'all'],
    ['{a}{b, = {} other {, loss {b}}}', { a: 'x', b: undefined }, 'x'],
    ['{a}{b, = {} other {, loss {b}}}', { a: 'x', b: '2' }, 'x, loss 2'],
    ['{a}', { a: '{b} {a}' }, '{b} {a}'],
    ['{name}을(를) {to}(으)로', { name: '모델', to: '서울' }, '모델을 서울로'],
    ['“{name}”이(가)', { name: 'points (1)' }, '“points (1)”가'],
  ]
  test.each(cases)('%s with %j', (text, values, formatted) =>
    expect(format(text, (name) => values[name], 'en')).toBe(formatted),
  )
})
