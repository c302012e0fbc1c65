// What ARCHITECTURE.md and docs/adding-a-sampler.md show of the code is the code.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('ARCHITECTURE.md', 'utf8')

test('the node it shows is a whole file, in the index by one line', () => {
  const shown = /```ts\n([\s\S]*?)```/.exec(page)![1]!
  expect(shown).toBe(readFileSync('src/nodes/process/forwardNoise.ts', 'utf8'))
  const mentions = readFileSync('src/nodes/index.ts', 'utf8').match(/\bforwardNoise\b.*$/gm)
  expect(mentions).toEqual(["forwardNoise } from './process/forwardNoise.ts'"])
})

test('every path it names is there', () => {
  const paths = [...page.matchAll(/`((?:src|test|docs|workflows)\/[\w./-]+)`/g)].map(([, path]) => path!)
  expect(paths.length).toBeGreaterThan(5)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})

test('the sampler that is added as an example is there as shown: a file, a line and a test', () => {
  const sampler = readFileSync('docs/adding-a-sampler.md', 'utf8')
  const shown = [...sampler.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!)
  const file = (path: string) => readFileSync(path, 'utf8')
  expect(shown).toEqual([
    file('src/nodes/sampling/steps/gradientEstimationStep.ts'),
    expect.any(String),
    file('test/nodes/gradientEstimation.test.ts'),
  ])
  expect(file('src/nodes/sampling/steps/index.ts').split('\n')).toContain(shown[1]!.trim())
})
