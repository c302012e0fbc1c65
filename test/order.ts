// In which order the suites are begun, and which of them have a process of their own.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** By their projects: those in a browser are the longest, however short their files, and begun last one would be left running alone. */
const ORDER = ['browser', 'alone', 'node']

/** Suites of one project follow one another, so that those that share a process find it there. */
export class LongestFirst extends BaseSequencer {
  override async sort(suites: TestSpecification[]) {
    const sorted = await super.sort(suites)
    return ORDER.flatMap((name) => sorted.filter(({ project }) => project.name === name))
  }
}

/** What leaves something behind in its process: mocks, other globals, backends with their kernels, types in litegraph's table. */
const traces = /\bvi\.|defineProperty|onEachBackend\(|startBackend|provide\w*GPU|float64|LiteGraph|registerNodes/

/** The suites in Node that have to have a process each. All others share what they load, which takes longer than most of them. */
export const alone = (): string[] =>
  readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((name) => join('test', name))
    .filter((path) => path.endsWith('.test.ts') && !path.endsWith('.browser.test.ts') && traces.test(readFileSync(path, 'utf8')))
