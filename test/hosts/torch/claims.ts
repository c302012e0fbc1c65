// What programs for PyTorch have in common with their graphs, as tests of one workflow.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { wire, type Graph } from '../../../src/engine/plan/graph.ts'
import {
  checkpointLosses,
  continued,
  graphCheckpoint,
  graphLosses,
  graphSamples,
  hasTorch,
  killProgram,
  largestDifference,
  nodeOf,
  programSamples,
  programZip,
  relativeDifference,
  runProgram,
  shortGraph,
  writeProgram,
} from './programs.ts'

/** A workflow, and where its samples are. */
export interface Compared {
  workflow: string
  /** Titles of the compared training's end and of the node with the samples, with its output. */
  end?: string
  start?: string
  samples: [op: string, title: string | undefined, slot: string]
  /** Files of the program: its samples, and the checkpoint of its training. */
  file: string
  checkpoint: string
}

const STEPS = 20

/** The tests of the four claims, for a workflow. Skipped without PyTorch. */
export function compareProgram({ workflow, end, start, samples, file, checkpoint }: Compared) {
  describe.skipIf(!hasTorch)(`the program of ${workflow}`, { timeout: 600_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'torch-'))
    let graph: Graph
    let [startId, endId] = ['', '']
    let losses: number[]
    const run = (out: string, more: readonly string[] = [], processes = 1) =>
      runProgram(folder, ['--exact', `--out=${out}`, `--steps=${STEPS}`, ...more], processes)
    const programLosses = (out: string) =>
      checkpointLosses(programZip(join(folder, out), checkpoint))

    beforeAll(async () => {
      await startBackend({ prefer: 'wasm' })
      graph = shortGraph(workflow, STEPS)
      startId = nodeOf(graph, 'diffusion/TrainingStart', start)
      endId = nodeOf(graph, 'diffusion/TrainingEnd', end)
      losses = await graphLosses(graph, endId)
      await writeProgram(graph, folder)
      await run('one')
    }, 600_000)
    afterAll(async () => {
      await stopBackend()
      rmSync(folder, { recursive: true, force: true })
    })

    test('has the losses of the graph', () => {
      expect(losses.length).toBe(STEPS)
      expect(relativeDifference(programLosses('one'), losses)).toBeLessThan(1e-5)
    })

    test('continues a checkpoint of the editor, and draws the same samples', async () => {
      const [op, title, slot] = samples
      const full = await graphCheckpoint(graph, endId)
      writeFileSync(join(folder, 'editor.zip'), full)
      await run('sampled', ['--resume=editor.zip'])
      const expected = await graphSamples(graph, wire(nodeOf(graph, op, title), slot))
      // Pictures may show the first samples only.
      const found = programSamples(join(folder, 'sampled', file))
      expect(found.length).toBeGreaterThan(100)
      expect(largestDifference(found, expected.subarray(0, found.length))).toBeLessThan(1e-4)
    })

    test('has the same losses with two processes', async () => {
      await run('two', [], 2)
      expect(relativeDifference(programLosses('two'), programLosses('one'))).toBeLessThan(1e-5)
    })

    test('continues to the same bits after it was killed, and in the editor', async () => {
      const signal = await killProgram(
        folder,
        ['--exact', '--out=killed', `--steps=${STEPS}`, '--save-every=2'],
        `killed/${checkpoint}`,
      )
      expect(signal).toBe('SIGKILL')
      const left = readFileSync(join(folder, 'killed', checkpoint))
      const early = programLosses('killed')
      expect(early.length).toBeLessThan(STEPS)

      const after = await graphLosses(await continued(graph, startId, left), endId)
      expect(after.slice(0, early.length)).toEqual(early)
      expect(relativeDifference(after, losses)).toBeLessThan(1e-5)

      await run('killed')
      expect(readFileSync(join(folder, 'killed', checkpoint))).toEqual(
        readFileSync(join(folder, 'one', checkpoint)),
      )
    })
  })
}
