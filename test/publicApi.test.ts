// The public entries of the package: every name they export. A change here is a change for users.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Names {
  values: string[]
  types: string[]
}

/** The names that a module exports, from its text: modules do not know their types at run time. */
function exportedNames(file: string): Names {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  const names: Names = { values: [], types: [] }
  for (const [, type, list] of code.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const entry of list.split(',').map((each) => each.trim())) {
      if (!entry) continue
      const isType = type || entry.startsWith('type ')
      names[isType ? 'types' : 'values'].push(entry.replace(/^type /, '').replace(/^.* as /, ''))
    }
  }
  const declared = /^export (?:async )?(const|function|class|interface|type) (\w+)/gm
  for (const [, kind, name] of code.matchAll(declared))
    names[kind === 'interface' || kind === 'type' ? 'types' : 'values'].push(name)
  for (const [, list] of code.matchAll(/^export const \{([^}]*)\}/gm)) {
    const entries = list.split(',').map((each) => each.trim())
    names.values.push(...entries.filter(Boolean).map((each) => each.replace(/^.*: /, '')))
  }
  for (const [, name] of code.matchAll(/^export \* as (\w+) from/gm)) names.values.push(name)
  for (const [, from] of code.matchAll(/^export \* from '([^']*)'/gm)) {
    const inner = exportedNames(join(dirname(file), from))
    names.values.push(...inner.values)
    names.types.push(...inner.types)
  }
  return { values: sorted(names.values), types: sorted(names.types) }
}

const sorted = (names: readonly string[]) => [...new Set(names)].sort()

const inLines = ({ values, types }: Names) =>
  [
    'values:',
    ...values.map((name) => `  ${name}`),
    'types:',
    ...types.map((name) => `  ${name}`),
    '',
  ].join('\n')

const entries = {
  index: () => import('../src/index.ts'),
  engine: () => import('../src/engine/index.ts'),
  worker: () => import('../src/worker.ts'),
  script: () => import('../src/script.ts'),
}

const files: { [Entry in keyof typeof entries]: string } = {
  index: 'src/index.ts',
  engine: 'src/engine/index.ts',
  worker: 'src/worker.ts',
  script: 'src/script.ts',
}

describe.each(Object.keys(entries) as (keyof typeof entries)[])('the entry %s', (entry) => {
  test('exports the recorded names', async () => {
    const names = exportedNames(join(root, files[entry]))
    await expect(inLines(names)).toMatchFileSnapshot(`publicApi/${entry}.txt`)
  })

  test('exports the recorded values at run time', async () => {
    const { values } = exportedNames(join(root, files[entry]))
    expect(sorted(Object.keys(await entries[entry]()))).toEqual(values)
  })
})
