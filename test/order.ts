// Order of the suites, and the suites that need their own process.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/**
 * Order of projects. Browser suites take longest and come first, so that none runs alone at the
 * end.
 */
const ORDER = ['browser', 'alone', 'litegraph', 'node']

/** Keeps suites of a project together, so that they share processes. */
export class LongestFirst extends BaseSequencer {
  override async sort(suites: TestSpecification[]) {
    const sorted = await super.sort(suites)
    return ORDER.flatMap((name) => sorted.filter(({ project }) => project.name === name))
  }
}

/** Changes of a process that test/setup.ts does not undo: modules, backends, devices, float64. */
const lasting =
  /\bvi\.(mock|doMock|resetModules|stubEnv)\b|defineProperty|startBackend|createGraphRunner|testLesson|provide\w*GPU|\/(float64|formulaProperty|convergence)\.ts'/

/** Suites that compare litegraph's complete registry and limits. */
const ALONE = ['test/litegraph/litegraph.test.ts']

/** Suites that register nodes or read litegraph's registry. */
const litegraph = /LiteGraph|registerNodes/

/**
 * Divides the suites for Node by the processes that they need. Suites share processes where they
 * can, because loading takes longer than most suites.
 *
 * - `alone`: a process for each.
 * - `litegraph`: share processes in which litegraph's registry holds the nodes.
 * - `shared`: share processes in which it holds none.
 */
export function groupSuites() {
  const groups = { alone: [] as string[], litegraph: [] as string[], shared: [] as string[] }
  for (const name of readdirSync('test', { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.test.ts') || name.endsWith('.browser.test.ts')) continue
    const path = join('test', name)
    const text = readFileSync(path, 'utf8')
    if (ALONE.includes(path) || lasting.test(text)) groups.alone.push(path)
    else groups[litegraph.test(text) ? 'litegraph' : 'shared'].push(path)
  }
  return groups
}
