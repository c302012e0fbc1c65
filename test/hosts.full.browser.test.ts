// The packed package in hosts with litegraph.js and @comfyorg/litegraph, with a bundler and by script
// tags: register, zones, load, run, serialize, configure, and subgraphs in litegraph's own files.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { root, useChromium } from './chromium.ts'
import { useConsumer } from './packed.ts'
import { useStaticServer } from './staticServer.ts'

const { folder } = useConsumer('hosts')
const chromium = useChromium()
const server = useStaticServer(folder)

beforeAll(async () => {
  await build({
    root: folder,
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: {
      rolldownOptions: {
        input: ['classic', 'comfy'].map((name) => join(folder, `${name}.html`)),
        onLog: () => {},
      },
    },
  })
})

let page: Page | undefined
afterEach(async () => {
  await page?.close()
})

interface Report {
  types: number
  notices: string[]
  zonePixels: number
  bodyPixels: number
  removed: boolean
  faults: unknown[]
  views: string[]
  same: boolean
  definitions: number
  kept: boolean
  stored: boolean
  subgraphFaults: unknown[]
}

const read = (name: string) => readFileSync(join(root, 'workflows', `${name}.json`), 'utf8')

/** A ready workflow with little work. */
function shortened(name: string, changes: Readonly<Record<string, number>>): string {
  const file = JSON.parse(read(name)) as { nodes: { properties: Record<string, unknown> }[] }
  for (const { properties } of file.nodes)
    for (const [param, value] of Object.entries(changes))
      if (param in properties) properties[param] = value
  return JSON.stringify(file)
}

test.each(['dist/classic.html', 'dist/comfy.html', 'tag-classic.html', 'tag-comfy.html'])(
  '%s loads, draws, runs and stores workflows',
  async (path) => {
    page = await chromium.newPage()
    await page.goto(server.address + path)
    await page.waitForFunction(() => 'host' in window)
    const report = (await page.evaluate(
      (texts) => {
        const { exercise, host } = window as unknown as {
          exercise(host: unknown, texts: unknown): Promise<unknown>
          host: unknown
        }
        return exercise(host, texts)
      },
      {
        points: shortened('points', { steps: 5 }),
        subgraph: shortened('subgraph', { steps: 3, num_inference_steps: 2, batch_size: 4 }),
      },
    )) as Report
    expect(report).toMatchObject({
      notices: [],
      faults: [],
      removed: true,
      same: true,
      definitions: 1,
      kept: true,
      stored: true,
      subgraphFaults: [],
    })
    expect(report.types).toBeGreaterThan(100)
    expect(report.views).toContain('scatter')
    expect(report.zonePixels).toBeGreaterThan(1000)
    expect(report.bodyPixels).toBeGreaterThan(1000)
  },
  240_000,
)
