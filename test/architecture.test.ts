// Documents that quote code and name files are up to date.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { quoteCode } from '../scripts/docs.ts'
import { records } from '../scripts/goldenRecords.ts'

const page = readFileSync('ARCHITECTURE.md', 'utf8')

test('quoted code equals its source', () => {
  for (const path of [
    'ARCHITECTURE.md',
    'docs/adding-a-sampler.md',
    'docs/adding-a-model.md',
    'docs/notebooks.md',
  ]) {
    const text = readFileSync(path, 'utf8')
    expect(text).toContain('<!-- code: ')
    expect(text).toBe(quoteCode(text))
  }
})

test('the node in ARCHITECTURE.md has one line in the index', () => {
  const mentions = readFileSync('src/nodes/index.ts', 'utf8').match(/\bforwardNoise\b.*$/gm)
  expect(mentions).toEqual(["forwardNoise } from './process/forwardNoise.ts'"])
})

const pathIn = /`((?:src|test|docs|workflows|scripts|bench)\/[\w./-]+)`/g

test.each([
  'ARCHITECTURE.md',
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
])('every path in %s exists', (document) => {
  const paths = [...readFileSync(document, 'utf8').matchAll(pathIn)].map(([, path]) => path)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})

test('the paths of ARCHITECTURE.md are found', () => {
  expect([...page.matchAll(pathIn)].length).toBeGreaterThan(5)
})

test('the tests that the recorded numbers name exist', () => {
  const files = Object.values(records).flatMap(({ from }) => from.map(({ file }) => file))
  expect(files.length).toBeGreaterThan(50)
  expect([...new Set(files)].filter((path) => !existsSync(path))).toEqual([])
})

test('the index contains the line of the sampler in docs/adding-a-sampler.md', () => {
  const sampler = readFileSync('docs/adding-a-sampler.md', 'utf8')
  const [line] = sampler.match(/^export \{ gradientEstimationStep \}.*$/m)!
  const index = readFileSync('src/nodes/sampling/steps/index.ts', 'utf8')
  expect(index.split('\n')).toContain(line)
})
