// Stop during an iteration of the ready workflows: trainings, sampling loops and evaluations continue
// with the same bits, and nothing leaks.
import { test } from 'vitest'
import { bounds } from './backendBounds.ts'
import { onEachBackend } from './backends.ts'
import { expectSameBits } from './interruptions.ts'
import { shownWires } from './shownWires.ts'
import { readWorkflow, testGraph } from './readyWorkflows.ts'

onEachBackend(() => {
  test.each(Object.keys(bounds))('%s', async (name) => {
    const graph = testGraph(readWorkflow(name))
    await expectSameBits({ graph, wires: shownWires(graph) }, 4)
  })
}, ['wasm'])
