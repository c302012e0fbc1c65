// A training interrupted by closing the browser gives the same bits as an uninterrupted one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BackendName } from '../src/engine/protocol.ts'
import { softwareGPU, toEngine, useChromium, usePages } from './chromium.ts'
import type {} from './pages/engine.ts'
import { trainingGraph } from './trainingGraph.ts'

const server = usePages()
const chromium = useChromium(softwareGPU)

let profile: string
beforeEach(async () => void (profile = await mkdtemp(join(tmpdir(), 'profile-'))))
afterEach(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }))

/** Trains in a browser on the profile of this test and closes it. */
const trainInProfile = async (steps: number, backend: BackendName) =>
  trainIn(await chromium.launchIn(profile), steps, backend)

/** Trains and closes the context. Returns the checkpoint's SHA-256 and the first step. */
async function trainIn(context: BrowserContext, steps: number, backend: BackendName) {
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await toEngine(page, server)
    return await train(page, steps, backend)
  } finally {
    await context.close()
  }
}

const train = (page: Page, steps: number, backend: BackendName) =>
  page.evaluate(
    async ({ graph, backend }) => {
      const { connect, createClient, defaultWorker } = window.engine
      const client = createClient(connect({ worker: defaultWorker, backend }))
      const began: number[] = []
      let bytes: Uint8Array | undefined
      const finished = await client.run(graph, {
        onEvent: (event) => {
          if (event.type === 'progress' && event.node === 'Start') began.push(event.index)
          if (event.type === 'file') bytes = event.file.bytes
        },
      })
      const hash = [
        ...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes! as BufferSource)),
      ]
      const { name } = await client.ready
      client.close()
      return {
        name,
        faults: finished.faults,
        began: began[0],
        sha256: hash.map((byte) => byte.toString(16).padStart(2, '0')).join(''),
      }
    },
    { graph: trainingGraph(steps), backend },
  )

/** Steps before and after closing the browser. */
const steps = 100

// Software GPUs take a third of a second per step.
const backends = process.env.FULL ? (['wasm', 'webgpu'] as const) : (['wasm'] as const)

describe.each(backends)('on %s', (backend) => {
  test(
    `${steps} steps, a closed browser and ${steps} more are ${2 * steps} steps`,
    { timeout: 240_000 },
    async () => {
      const first = await trainInProfile(steps, backend)
      const second = await trainInProfile(2 * steps, backend)
      const whole = await trainIn(await chromium.newContext(), 2 * steps, backend)
      expect([first, second, whole].map(({ name, faults }) => ({ name, faults }))).toEqual(
        Array.from({ length: 3 }, () => ({ name: backend, faults: [] })),
      )
      expect(second.began).toBeGreaterThan(steps)
      expect(whole.began).toBeLessThan(steps)
      expect(second.sha256).toBe(whole.sha256)
      expect(second.sha256).not.toBe(first.sha256)
    },
  )
})
