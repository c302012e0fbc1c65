// Runs every experiment of a course or paper on wasm, and compares its numbers.
import { beforeAll, expect, test } from 'vitest'
import { allExperiments, runExperiment } from '../scripts/experiments.ts'
import { startBackend } from '../src/engine/backends/backends.ts'

beforeAll(async () => void (await startBackend({ prefer: 'wasm' })))

test.each(allExperiments)('$id', async (experiment) => {
  const { error, numbers, passed } = await runExperiment(experiment)
  expect({ error, passed, numbers }).toEqual({ error: undefined, passed: true, numbers })
})
