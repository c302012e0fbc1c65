// Growth: each generated worst case takes linear time, from reading the text to the plan of a run.
// Time is that of the processor, so that other processes do not count.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registerNodes, type Registration } from '../../src/litegraph/register.ts'
import { WorkflowError } from '../../src/workflow/index.ts'
import { limits } from '../../src/workflow/json.ts'
import { largest, worstCases, type WorstCase } from './generated.ts'
import {
  checkFile,
  declarations,
  editLevels,
  findActivities,
  printTwice,
  readFile,
  showAndPrint,
} from './openFile.ts'

/** Greatest ratio of the times at 4n and n. Quadratic time has 16. */
const MOST = 6

/** Other processes slow down both times, for some time: milliseconds of tries. */
const PATIENCE = 90_000

/** Shorter times, in milliseconds, are noise. */
const LEAST = 5

let registration: Registration
const { MAX_NUMBER_OF_NODES } = LiteGraph
beforeAll(() => {
  LiteGraph.MAX_NUMBER_OF_NODES = limits.nodes
  registration = registerNodes(LiteGraph, declarations)
})
afterAll(() => {
  registration.unregister()
  LiteGraph.MAX_NUMBER_OF_NODES = MAX_NUMBER_OF_NODES
})

function openCompletely(text: string) {
  try {
    const { workflow } = readFile(text)
    const [once, twice] = printTwice(workflow)
    if (once !== twice) throw new Error('The printed file is read as another one.')
    showAndPrint(workflow)
    findActivities(workflow)
    checkFile(workflow)
    editLevels(workflow)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
  }
}

/** The shortest of several times, in milliseconds. */
function measureTime(text: string, runs: number): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage()
    openCompletely(text)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

test.each(Object.keys(worstCases) as WorstCase[])(
  '%s takes linear time',
  { timeout: 2 * PATIENCE },
  (name) => {
    const generate = worstCases[name]
    let n = Math.ceil(largest[name] / 32)
    while (measureTime(generate(n), 3) < LEAST && n < largest[name] / 4)
      n = Math.min(2 * n, Math.floor(largest[name] / 4))
    const [small, large] = [generate(n), generate(4 * n)]
    let [time, longer, ratio] = [Infinity, Infinity, Infinity]
    const end = Date.now() + PATIENCE
    // Other processes slow down single runs, so the shortest of several counts.
    for (let runs = 0; ratio > MOST && (runs < 15 || Date.now() < end); runs++) {
      time = Math.min(time, measureTime(small, 3))
      longer = Math.min(longer, measureTime(large, 1))
      ratio = longer / Math.max(time, LEAST)
    }
    expect(ratio, `${name}: n = ${n}, ${time.toFixed(1)} ms, ratio`).toBeLessThanOrEqual(MOST)
  },
)
