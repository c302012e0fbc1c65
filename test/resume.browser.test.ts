// A training that was interrupted by closing the browser comes to the same weights as one that was not, to the bit.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import type { BackendName } from '../src/engine/protocol.ts'
import { softwareGPU, useChromium, useDevServer } from './chromium.ts'
import { trainingGraph } from './trainingGraph.ts'

const server = useDevServer()
const chromium = useChromium(softwareGPU)

const profiles: string[] = []
afterEach(async () => {
  for (const profile of profiles.splice(0)) await rm(profile, { recursive: true, force: true, maxRetries: 5 })
})

async function newProfile(): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'profile-'))
  profiles.push(profile)
  return profile
}

/** Opens a browser on a profile, trains in it, closes it again; what the checkpoint is, by its SHA-256, and where it began. */
async function trainIn(profile: string, steps: number, backend: BackendName) {
  const context = await chromium.launchIn(profile)
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto(`${server.address}test/pages/engine.html`)
    return await train(page, steps, backend)
  } finally {
    await context.close()
  }
}

const train = (page: Page, steps: number, backend: BackendName) =>
  page.evaluate(
    async ({ graph, backend }) => {
      const { connect, createClient } = window.engine
      const client = createClient(connect({ backend }))
      const began: number[] = []
      let bytes: Uint8Array | undefined
      const finished = await client.run(graph, {
        onEvent: (event) => {
          if (event.type === 'progress' && event.node === 'Start') began.push(event.index)
          if (event.type === 'file') bytes = event.file.bytes
        },
      })
      const hash = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes! as BufferSource))]
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

/** Before the browser is closed, and as many after. A GPU made of software takes a third of a second for each, so there are more in test:full. */
const half = { wasm: 100, webgpu: process.env.FULL ? 100 : 12 }

describe.each(['wasm', 'webgpu'] as const)('on %s', (backend) => {
  const steps = half[backend]
  test(`${steps} steps, a closed browser and ${steps} more are ${2 * steps} steps`, { timeout: 240_000 }, async () => {
    const profile = await newProfile()
    const first = await trainIn(profile, steps, backend)
    const second = await trainIn(profile, 2 * steps, backend)
    const whole = await trainIn(await newProfile(), 2 * steps, backend)
    expect([first, second, whole].map(({ name, faults }) => ({ name, faults }))).toEqual(
      Array.from({ length: 3 }, () => ({ name: backend, faults: [] })),
    )
    expect(second.began).toBeGreaterThan(steps)
    expect(whole.began).toBeLessThan(steps)
    expect(second.sha256).toBe(whole.sha256)
    expect(second.sha256).not.toBe(first.sha256)
  })
})
