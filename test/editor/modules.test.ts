// Module order of the editor, checked by the imports, types included: no module imports a higher
// one. Each README lists the modules that its folder may import.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const editor = join(import.meta.dirname, '../../src/editor')

const architecture = readFileSync(join(editor, '../../ARCHITECTURE.md'), 'utf8')

/** Modules from the lowest to the highest, as ARCHITECTURE.md lists them. */
const order = [...(/^`texts` <[^#]*?\n\n/m.exec(architecture)?.[0] ?? '').matchAll(/`(\w+)`/g)].map(
  ([, name]) => name,
)

const entries = readdirSync(editor, { withFileTypes: true })
const sources = readdirSync(editor, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .sort()

const moduleOf = (path: string) => path.split('/')[0]

/** Returns the imports of a file as paths from src/editor: statements, `import()` and types. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(editor, file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '')
  const found = code.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g)
  return [...found]
    .map(([, path]) => relative(editor, join(editor, dirname(file), path)))
    .filter((path) => !path.startsWith('..'))
}

test('every file is in a module', () => {
  expect(entries.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([])
  expect(entries.map(({ name }) => name).sort()).toEqual([...order].sort())
})

test('no module imports a higher one', () => {
  const rank = (path: string) => order.indexOf(moduleOf(path))
  const upward = sources.flatMap((file) =>
    importsOf(file)
      .filter((imported) => rank(imported) > rank(file))
      .map((imported) => `${file} imports ${imported}`),
  )
  expect(upward).toEqual([])
})

test('finds imports', () => {
  expect(sources.length).toBeGreaterThan(200)
  expect(importsOf('app/main.ts')).toContain('app/app.tsx')
  expect(importsOf('app/dialogs.tsx')).toContain('versions/dialog.tsx')
})

test.each(order)('the README of %s lists the modules that it may import', (module) => {
  const readme = readFileSync(join(editor, module, 'README.md'), 'utf8')
  const below = order.slice(0, order.indexOf(module)).map((each) => `\`${each}\``)
  expect(readme).toContain(`May import: ${below.join(', ') || 'no other module'}.`)
  expect(readme.trim().split('\n')).toHaveLength(1)
})
