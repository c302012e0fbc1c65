// Order of the suites, and the suites that need their own process.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/**
 * Order of projects. Browser suites take longest and come first, so that none runs alone at the
 * end.
 */
const ORDER = ['browser', 'alone', 'node']

/** Keeps suites of a project together, so that they share processes. */
export class LongestFirst extends BaseSequencer {
  override async sort(suites: TestSpecification[]) {
    const sorted = await super.sort(suites)
    return ORDER.flatMap((name) => sorted.filter(({ project }) => project.name === name))
  }
}

/**
 * Matches suites that change global state: mocks, globals, backends that they do not stop,
 * litegraph's registry.
 */
const traces =
  /\bvi\.|defineProperty|startBackend|createGraphRunner|testLesson|provide\w*GPU|float64|LiteGraph|registerNodes/

/**
 * Node suites that need their own process. All others share one, because loading takes longer than
 * most suites.
 */
export const alone = (): string[] =>
  readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((name) => join('test', name))
    .filter(
      (path) =>
        path.endsWith('.test.ts') &&
        !path.endsWith('.browser.test.ts') &&
        traces.test(readFileSync(path, 'utf8')),
    )
