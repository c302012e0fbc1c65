// Samplers of programs beside those of their graphs, with an exact model.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { wire, type Graph } from '../../../src/engine/plan/graph.ts'
import {
  graphSamples,
  hasTorch,
  largestDifference,
  nodeOf,
  programSamples,
  runProgram,
  shortGraph,
  writeProgram,
} from './programs.ts'

const TITLE = 'Heun'
const file = 'heun-and-fine.csv'
const samplers = ['ddpm', 'ddim', 'euler', 'heun', 'dpmpp_2m', 'dpmpp_3m', 'unipc', 'lcm']

/** The graph with another sampler in place of Heun's method. */
function withSampler(sampler: string): Graph {
  const { nodes } = shortGraph('samplers-compared', 1)
  return {
    nodes: nodes
      .filter(({ op }) => op !== 'diffusion/Distances')
      .map((node) =>
        node.title === TITLE ? { ...node, params: { ...node.params, sampler } } : node,
      ),
  }
}

describe.skipIf(!hasTorch)('samplers', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'samplers-'))
  beforeAll(async () => void (await startBackend({ prefer: 'wasm' })))
  afterAll(async () => {
    await stopBackend()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(samplers)('%s draws the samples of the graph', async (sampler) => {
    const graph = withSampler(sampler)
    const own = join(folder, sampler)
    await writeProgram(graph, own)
    await runProgram(own, ['--exact', '--out=out'])
    const samples = wire(nodeOf(graph, 'diffusion/Sampler', TITLE), 'x_0')
    const found = programSamples(join(own, 'out', file))
    expect(found.length).toBeGreaterThan(100)
    expect(largestDifference(found, await graphSamples(graph, samples))).toBeLessThan(1e-4)
  })
})
