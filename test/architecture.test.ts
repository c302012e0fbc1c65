// Documents that quote code and name files are up to date.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { quoteCode } from '../scripts/docs.ts'

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

test('every path in ARCHITECTURE.md exists', () => {
  const paths = [...page.matchAll(/`((?:src|test|docs|workflows)\/[\w./-]+)`/g)].map(
    ([, path]) => path,
  )
  expect(paths.length).toBeGreaterThan(5)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})

test('the index contains the line of the sampler in docs/adding-a-sampler.md', () => {
  const sampler = readFileSync('docs/adding-a-sampler.md', 'utf8')
  const [line] = sampler.match(/^export \{ gradientEstimationStep \}.*$/m)!
  const index = readFileSync('src/nodes/sampling/steps/index.ts', 'utf8')
  expect(index.split('\n')).toContain(line)
})
