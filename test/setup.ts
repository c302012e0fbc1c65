// Runs before every test file. Property tests try the same cases in each run of `npm test`, and more
// cases, each time others, in `npm run test:full`.
import { configureGlobal } from 'fast-check'
import { afterAll, vi } from 'vitest'

configureGlobal(process.env.FULL ? { numRuns: 1000 } : { numRuns: 100, seed: 20261202 })

// Suites share processes.
afterAll(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})
