// Cost of saving trainings, in Chromium: a training runs alternately with and without saving. Prints
// the share of the time that saving blocks by its own measure, and the difference in speed.
//
//   npm run bench:saving                 --workflows points,digits-train --backend wasm --turns 6 --json
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import type { Graph } from '../src/engine/plan/graph.ts'
import { DEFAULT_SAVE_INTERVAL } from '../src/engine/plan/saveSchedule.ts'
import { toDeclaration } from '../src/engine/plan/op.ts'
import { nodes as declared } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'
import type { SavingPage, Turn } from './savingPage.ts'

const declarations = declared.map(toDeclaration)

/** Time of training without and with saving in each turn, in seconds. */
const SECONDS = 10

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      workflows: { type: 'string', default: 'points,digits-train' },
      backend: { type: 'string', default: 'wasm' },
      turns: { type: 'string', default: '6' },
      json: { type: 'boolean', default: false },
    },
  })
  const results: Result[] = []
  for (const workflow of values.workflows.split(',')) {
    const turns = await measure(trainingOf(workflow), values.backend, Number(values.turns))
    const result = { workflow, ...summarize(turns) }
    results.push(result)
    if (!values.json) print(result)
  }
  if (values.json) console.log(JSON.stringify(results))
}

/** The training of a ready workflow, without the nodes that it does not need, and long enough. */
function trainingOf(workflow: string): { graph: Graph; end: string } {
  const text = readFileSync(`workflows/${workflow}.json`, 'utf8')
  const { nodes } = toGraph(parseWorkflow(text, declarations).workflow, declarations)
  const end = nodes.find(({ op }) => op === 'diffusion/TrainingEnd')!.id
  const long = nodes.map((node) =>
    node.op === 'diffusion/TrainingStart'
      ? { ...node, params: { ...node.params, steps: 10_000_000 } }
      : node,
  )
  return { graph: { nodes: long }, end }
}

async function measure(
  { graph, end }: { graph: Graph; end: string },
  backend: string,
  turns: number,
): Promise<Turn[]> {
  const server = await createServer({
    logLevel: 'error',
    cacheDir: 'node_modules/.vite/bench',
    optimizeDeps: { entries: ['bench/savingPage.ts', 'src/hosts/worker/worker.ts'] },
    server: { port: 0, hmr: false, watch: null },
  })
  await server.listen()
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  })
  try {
    const page = await browser.newPage()
    const address = `${server.resolvedUrls!.local[0]}empty.html`
    await page.route(address, (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: {
          'Cross-Origin-Opener-Policy': 'same-origin',
          'Cross-Origin-Embedder-Policy': 'require-corp',
        },
        body: '<!doctype html>',
      }),
    )
    await page.goto(address)
    await page.addScriptTag({ type: 'module', url: '/bench/savingPage.ts' })
    await page.waitForFunction(() => 'saving' in globalThis, undefined, { timeout: 120_000 })
    return await page.evaluate(
      (options) => (globalThis as unknown as { saving: SavingPage }).saving.measure(options),
      { graph, end, backend, turns, seconds: SECONDS, interval: DEFAULT_SAVE_INTERVAL },
    )
  } finally {
    await browser.close()
    await server.close()
  }
}

interface Result {
  workflow: string
  /** Milliseconds per step without saving. */
  step: number
  saves: number
  /** Size of a stored state in bytes. */
  bytes: number
  /** Mean time for which a save blocks the thread, in milliseconds. */
  blocked: number
  /** Share of the time, by its own measure. */
  share: number
  /** Relative difference of the step time with saving: median and interquartile range of turns. */
  slower: { median: number; range: number }
}

function summarize(turns: readonly Turn[]): Omit<Result, 'workflow'> {
  const blocked = turns.flatMap(({ saves }) => saves)
  const sum = blocked.reduce((all, each) => all + each, 0)
  const differences = turns.map((turn) => turn.saving / turn.plain - 1).sort((a, b) => a - b)
  const quantile = (share: number) => differences[Math.floor(share * (differences.length - 1))]
  return {
    step: turns.reduce((all, { plain }) => all + plain, 0) / turns.length,
    saves: blocked.length,
    bytes: turns[0].bytes,
    blocked: sum / blocked.length,
    share: sum / (1000 * SECONDS * turns.length),
    slower: { median: quantile(0.5), range: quantile(0.75) - quantile(0.25) },
  }
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`

function print({ workflow, step, saves, bytes, blocked, share, slower }: Result) {
  console.log(
    `${workflow}: ${step.toFixed(2)} ms per step, state of ${(bytes / 1e6).toFixed(2)} MB`,
  )
  console.log(
    `  ${saves} saves, each blocks the training for ${blocked.toFixed(2)} ms: ${percent(share)} of the time`,
  )
  console.log(
    `  a step takes ${percent(slower.median)} longer (interquartile range ${percent(slower.range)})`,
  )
}
