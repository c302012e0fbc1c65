// Runs the graph of a check in a session of its own.
import { startBackend } from '../../../engine/backends/backends.ts'
import { type Fault, createFault } from '../../../engine/messages/fault.ts'
import type { Graph } from '../../../engine/plan/graph.ts'
import { opTable } from '../../../engine/plan/op.ts'
import { createSession } from '../../../engine/plan/session.ts'
import { memoryStore } from '../../../engine/plan/store.ts'
import type { View } from '../../../engine/base/view.ts'
import type { RunResult } from '../../../lessons/runChecks.ts'
import { lessonMessages } from '../../../messages/lessons.ts'
import { createAssets } from '../../../storage/assets.ts'
import { shippedInNode } from '../../../storage/shippedInNode.ts'
import { nodeTypes } from '../nodeTypes.ts'
import { readFiles } from '../open.ts'
import { LESSON_ITERATIONS } from './limits.ts'
import type { BundledFile } from '../../../workflow/bundle.ts'

let started: Promise<unknown> | undefined

/** Starts wasm before the first run; commands without a run do not wait for it. */
const startEngine = () => (started ??= startBackend({ prefer: 'wasm' }))

interface GraphRunnerOptions {
  /** Files that the workflow brings. */
  bundled?: readonly BundledFile[]
  /** A run that takes longer is stopped: handed-in graphs may ask for anything. */
  seconds?: number
}

/**
 * Returns a function that runs graphs. Trainings are remembered between its calls, so several checks
 * of one workflow train once.
 */
export function createGraphRunner({ bundled = [], seconds = Infinity }: GraphRunnerOptions = {}) {
  const store = memoryStore()
  return async (graph: Graph): Promise<RunResult> => {
    await startEngine()
    const { stores } = await readFiles({ checkpoint: [], dataset: [] }, bundled)
    const views = new Map<string, View>()
    const faults: Fault[] = []
    const session = createSession({
      ops: opTable(nodeTypes),
      store,
      assets: createAssets(stores.checkpoint, stores.dataset, shippedInNode()),
      onEvent: (event) => {
        if (event.type === 'view') views.set(event.node, event.view)
        if (event.type === 'faults') faults.push(...event.faults)
      },
    })
    const stop = () => {
      session.control('stop', 1)
      faults.push(
        createFault({
          node: '',
          message: lessonMessages.tookLonger({ seconds }),
          cure: lessonMessages.allowLonger(),
        }),
      )
    }
    // Timers take at most 24 days; without a limit there is none.
    const limit = Number.isFinite(seconds) ? setTimeout(stop, seconds * 1000) : undefined
    await session.run({ type: 'run', run: 1, graph, iterations: LESSON_ITERATIONS })
    clearTimeout(limit)
    await session.dispose()
    return { views, faults }
  }
}
