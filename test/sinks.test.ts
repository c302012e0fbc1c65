// The table of sinks in SECURITY.md: every call in src that is one stands in a row, every row names
// code and tests that exist, and no row names code that does not reach its sink.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Calls of each sink that is found by its text. */
const calls: Readonly<Record<string, RegExp>> = {
  'file on disk': /\b(?:writeFile|appendFile|copyFile|symlink|createWriteStream)(?:Sync)?\(/,
  'name of a download': /createElement\('a'\)|\.download = /,
  'HTML text, code in a text':
    /\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|AsyncFunction)\b|document\.write\(|new Function\b|(?<![.\w])eval\(/,
  Markdown: /(?:from |import\()'marked'/,
  formulas: /(?:from |import\()'katex'/,
  'text on the canvas': /\b(?:fillText|strokeText)\(/,
  'address of an element or a window':
    /\b(?:href|src)=\{|\.(?:href|src) = |window\.open\(|location\.(?:assign|replace)\(/,
  request: /(?<![.\w])fetch\((?!\))/,
  'cache of the service worker': /\bcaches\.|\bcache\.put\(/,
  IndexedDB: /from 'idb-keyval'|\bindexedDB\b/,
  'regular expression': /new RegExp\(/,
  'other JSON': /JSON\.parse\((?!JSON\.stringify\()/,
  'child process': /from 'node:child_process'/,
  'worker or script':
    /new (?:Shared)?Worker\(|importScripts\(|serviceWorker\.register\(|createScriptURL/,
  'module by address': /(?<![.\w])import\((?!['"`])/,
  messages: /addEventListener\('message'|\bonmessage\b/,
}

interface Sink {
  name: string
  isSearched: boolean
  code: string[]
  guard: string
  tests: string[]
}

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text)

function readTable(): Sink[] {
  const text = readFileSync('SECURITY.md', 'utf8')
  const [, table] = /<!-- sinks -->([^]*?)<!-- \/sinks -->/.exec(text) ?? []
  const rows = [...(table ?? '').matchAll(/^\| (?!sink |---)(.+) \| (.+) \| (.+) \| (.+) \|$/gm)]
  return rows.map(([, name, code, guard, tests]) => ({
    name: name.replace('● ', ''),
    isSearched: name.startsWith('● '),
    code: quoted(code),
    guard,
    tests: quoted(tests),
  }))
}

const sinks = readTable()

/** Comments name calls without making them. Programs of the build do not read files of strangers. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('build/'))
  .map((path) => {
    const text = readFileSync(join('src', path), 'utf8')
    return { path, text: text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '') }
  })

test('the table has a row for each sink that is searched, and only for these', () => {
  expect(sinks.length).toBeGreaterThan(20)
  const searched = sinks.filter(({ isSearched }) => isSearched).map(({ name }) => name)
  expect(searched.toSorted()).toEqual(Object.keys(calls).toSorted())
})

test.each(sinks)('code, guard and tests of “$name” exist', ({ code, guard, tests, isSearched }) => {
  for (const path of code) expect(existsSync(join('src', path)), path).toBe(true)
  for (const path of tests) expect(existsSync(path), path).toBe(true)
  expect(guard.length).toBeGreaterThan(5)
  expect(tests).not.toEqual([])
  if (!isSearched) expect(code).not.toEqual([])
})

describe.each(Object.entries(calls))('“%s”', (name, call) => {
  const code = sinks.find((sink) => sink.name === name)?.code ?? []
  const reached = sources.filter(({ text }) => call.test(text)).map(({ path }) => path)
  const holds = (place: string, path: string) =>
    place.endsWith('/') ? path.startsWith(place) : path === place

  test('is reached by the named modules only', () => {
    const others = reached.filter((path) => !code.some((place) => holds(place, path)))
    expect(others, 'Add a guard, a test, and the module to the table of SECURITY.md.').toEqual([])
  })

  test('is reached by each named module', () => {
    const idle = code.filter((place) => !reached.some((path) => holds(place, path)))
    expect(idle).toEqual([])
  })
})
