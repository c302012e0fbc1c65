// Start time of the built editor, and main-thread work per frame while a large graph is panned,
// idle and during a training. Work is the processor time of all main-thread tasks (scripts, layout,
// painting) between two frames, from Chromium's trace.
//
//   npm run bench:editor                 --nodes 200,1000 --frames 240 --json
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { dropFile, onCanvas } from '../scripts/editorPage.ts'
import { stringifyWorkflow, type WorkflowFile } from '../src/workflow/index.ts'

const OUT = 'out/editor'

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string', default: '200,1000' },
      frames: { type: 'string', default: '240' },
      json: { type: 'boolean', default: false },
    },
  })
  await build({ logLevel: 'error', build: { outDir: OUT } })
  const server = await preview({ logLevel: 'error', build: { outDir: OUT }, preview: { port: 0 } })
  const address = server.resolvedUrls!.local[0]
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
  })
  const say = (line: string) => void (values.json || console.log(line))
  try {
    const start = await timeStarts(browser, address)
    say(`start in a new profile, median of ${STARTS}:`)
    const [paint, graph, engine] = [start.paint, start.graph, start.engine].map((ms) =>
      (ms / 1000).toFixed(2),
    )
    say(`  first paint ${paint} s, usable graph ${graph} s, engine ready ${engine} s`)
    const graphs: Awaited<ReturnType<typeof pan>>[] = []
    for (const count of values.nodes.split(',').map(Number))
      graphs.push(await pan(browser, address, count, Number(values.frames), say))
    if (values.json) console.log(JSON.stringify({ start, graphs }))
  } finally {
    await browser.close()
    await server.close()
  }
}

const quantile = (numbers: readonly number[], share: number) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

// ---- start

const STARTS = 5

/** Times in ms. */
async function timeStarts(browser: Browser, address: string) {
  const starts: Awaited<ReturnType<typeof readStartTimes>>[] = []
  for (let i = 0; i < STARTS; i++) {
    const page = await open(browser, address)
    starts.push(await readStartTimes(page))
    await page.context().close()
  }
  const median = (name: keyof (typeof starts)[number]) =>
    quantile(
      starts.map((each) => each[name]),
      0.5,
    )
  return { paint: median('paint'), graph: median('graph'), engine: median('engine') }
}

async function open(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  await page.goto(address)
  return page
}

/** Milliseconds since navigation. */
async function readStartTimes(page: Page) {
  const since = (ready: () => boolean) =>
    page.waitForFunction(ready).then(() => page.evaluate(() => performance.now()))
  const graph = await since(() => {
    const canvas = document.querySelector('canvas') as unknown as {
      data?: { graph: { _nodes: unknown[] } }
    } | null
    return Boolean(canvas?.data?.graph._nodes.length)
  })
  const engine = await since(() =>
    /WebAssembly|WebGPU|WebGL/.test(document.querySelector('footer')?.textContent ?? ''),
  )
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  )
  return { paint, graph, engine }
}

// ---- panning

/** Main-thread work per frame in ms, and frames per second. */
interface Frames {
  what: string
  p50: number
  p95: number
  rate: number
}

const formatFrames = ({ what, p50, p95, rate }: Frames) => {
  const [half, most] = [p50, p95].map((each) => each.toFixed(1).padStart(6))
  return `  ${what.padEnd(28)} p50 ${half} ms, p95 ${most} ms per frame, ${rate.toFixed(0)} frames per second`
}

async function pan(
  browser: Browser,
  address: string,
  count: number,
  frames: number,
  say: (line: string) => void,
) {
  const page = await open(browser, address)
  await readStartTimes(page)
  await dropFile(page, 'many.json', manyNodes(count))
  await page.getByText('Opened many.json').waitFor()
  await run(page)
  await page
    .getByText(/Finished in/)
    .first()
    .waitFor({ timeout: 600_000 })
  const previews = await onCanvas(
    page,
    ({ graph }) => graph._nodes.filter((node) => node.diffusion?.view).length,
  )
  say(`${count} nodes, ${previews} with previews:`)
  const pans: Frames[] = []
  const measurePan = async (what: string) => {
    const found = await measure(browser, page, what, frames)
    say(formatFrames(found))
    pans.push(found)
  }
  await measurePan('all visible')
  await zoomTo(page, 1)
  await measurePan('at reading size')
  await trainOne(page)
  await measurePan('during a training')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.keyboard.press('Home')
  await page.context().close()
  return { nodes: count, previews, pans }
}

/** Builds a graph of copies of the first workflow, each trained briefly, filled up with notes. */
function manyNodes(count: number): string {
  const one = JSON.parse(readFileSync('workflows/points.json', 'utf8')) as WorkflowFile
  const copies = Math.floor(count / one.nodes.length)
  const columns = Math.ceil(Math.sqrt(copies))
  const all: WorkflowFile = { ...one, nodes: [], links: [] }
  const note = one.nodes.find(({ type }) => type === 'diffusion/Note')!
  const place = (i: number) => [(i % columns) * 1700, Math.floor(i / columns) * 1250] as const
  for (let i = 0; i < copies; i++) {
    const [x, y] = place(i)
    const [ids, links] = [i * one.nodes.length, i * one.links.length]
    for (const node of structuredClone(one.nodes)) {
      node.id = Number(node.id) + ids
      node.pos = [node.pos[0] + x, node.pos[1] + y]
      for (const input of node.inputs ?? [])
        if (input.link != null) input.link = Number(input.link) + links
      for (const output of node.outputs ?? [])
        output.links = output.links?.map((link) => Number(link) + links) ?? null
      Object.assign(
        node.properties,
        short[node.type],
        node.type === 'diffusion/Points' && { seed: i },
      )
      all.nodes.push(node)
    }
    for (const [id, from, a, to, b, type] of one.links) {
      all.links.push([Number(id) + links, Number(from) + ids, a, Number(to) + ids, b, type])
    }
  }
  for (let i = all.nodes.length; i < count; i++) {
    const [x, y] = place(copies)
    all.nodes.push({
      ...structuredClone(note),
      id: i + 1,
      pos: [x, y + (i - copies * one.nodes.length) * 120],
    })
  }
  return stringifyWorkflow({ ...all, last_node_id: count, last_link_id: copies * one.links.length })
}

const short: Record<string, Record<string, unknown>> = {
  'diffusion/Points': { count: 500 },
  'diffusion/MLP': { hidden: 16 },
  'diffusion/TrainingStart': { steps: 4, batch_size: 64 },
  'diffusion/Sampler': { num_inference_steps: 4 },
}

const run = (page: Page) => page.getByRole('button', { name: 'Run', exact: true }).click()

/** Centres the first copy. */
const zoomTo = (page: Page, scale: number) =>
  onCanvas(
    page,
    ({ ds }, scale) => {
      ds.scale = scale
      ds.offset[0] = ds.offset[1] = 100
    },
    scale,
  )

async function trainOne(page: Page) {
  await onCanvas(page, ({ graph }) => {
    graph._nodes
      .find(({ type }) => type === 'diffusion/TrainingStart')!
      .setProperty('steps', 1_000_000)
  })
  await run(page)
  await page
    .getByText(/step \d+ of 1,000,000/)
    .first()
    .waitFor({ timeout: 60_000 })
}

/** Repetitions; the median is reported, because other load varies. */
const PANS = 3

async function measure(
  browser: Browser,
  page: Page,
  what: string,
  frames: number,
): Promise<Frames> {
  // Warm up the JIT.
  await panFor(page, 60)
  const pans: { p50: number; p95: number; rate: number }[] = []
  for (let i = 0; i < PANS; i++) {
    await browser.startTracing(page, { categories: ['blink.user_timing', 'toplevel'] })
    const began = await panFor(page, frames)
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TraceEvent[]
    }
    const work = workByFrame(traceEvents, began)
    const seconds = (began.at(-1)! - began[0]) / 1000
    pans.push({ p50: quantile(work, 0.5), p95: quantile(work, 0.95), rate: frames / seconds })
  }
  const of = (name: keyof (typeof pans)[number]) =>
    quantile(
      pans.map((pan) => pan[name]),
      0.5,
    )
  return { what, p50: of('p50'), p95: of('p95'), rate: of('rate') }
}

/**
 * Pans with wheel events, a step per frame, back and forth. Returns the start of each frame in ms
 * since a mark. Only one mark is written to the trace, because each costs a millisecond.
 */
const panFor = (page: Page, frames: number) =>
  onCanvas(
    page,
    ({ canvas, ds }, frames) =>
      new Promise<number[]>((resolve) => {
        const [place] = ds.offset
        const { startTime } = performance.mark('panning')
        const began: number[] = []
        const frame = () => {
          const done = began.push(performance.now() - startTime)
          if (done === 3 && ds.offset[0] === place) throw new Error('The canvas does not move.')
          if (done > frames) return resolve(began)
          const deltaX = done <= frames / 2 ? 12.5 : -12.5
          canvas.dispatchEvent(
            new WheelEvent('wheel', {
              deltaX,
              deltaY: deltaX / 2,
              bubbles: true,
              cancelable: true,
            }),
          )
          requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
      }),
    frames,
  )

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  /** Processor time within it. */
  tdur?: number
}

/**
 * Milliseconds of main-thread tasks per frame; a task belongs to the last frame that started before
 * its end.
 */
function workByFrame(events: readonly TraceEvent[], began: readonly number[]): number[] {
  const {
    pid,
    tid,
    ts: start,
  } = events.find(({ name, ph }) => name === 'panning' && /^[RI]$/i.test(ph))!
  const ofThread = events.filter(
    (event) => event.pid === pid && event.tid === tid && event.ph === 'X',
  )
  const tasks = ofThread.filter(({ name }) => name === 'ThreadControllerImpl::RunTask')
  const work = Array.from({ length: began.length - 1 }, () => 0)
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    const frame = began.findLastIndex((each) => each <= (ts + dur - start) / 1000)
    if (frame >= 0 && frame < work.length) work[frame] += tdur / 1000
  }
  return work
}
