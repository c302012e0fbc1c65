// Memory and page objects in long use, counted in Chromium: the bench in short.
import { expect, test } from 'vitest'
import { findGrowth, soak } from '../../bench/soak.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'

const chromium = useChromium()
const server = useBuiltEditor()

/** Runs after which all caches of results are full. */
const WARM_UP = 14

const size = process.env.FULL
  ? { steps: 5000, baseStep: 1000, runs: 40, tabs: 20, warmUp: 2 * WARM_UP }
  : { steps: 700, baseStep: 300, runs: 5, tabs: 5, warmUp: WARM_UP }

test(
  'steps, runs and tabs leave no tensors, page objects or memory behind',
  { timeout: 600_000 },
  async () => {
    const states = await soak(chromium.browser, server.address, size)
    const { pageHeap, workerHeap, wasmHeap, ...counts } = findGrowth(states)
    for (const [name, ratio] of Object.entries(counts))
      expect(ratio, name).toBeLessThanOrEqual(1.01)
    // Compiled code is part of the heaps, and more of it is compiled during a short test.
    for (const ratio of [pageHeap, workerHeap, wasmHeap]) expect(ratio).toBeLessThan(1.05)
  },
)
