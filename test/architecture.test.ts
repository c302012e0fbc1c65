// What ARCHITECTURE.md shows of the code is the code.
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
