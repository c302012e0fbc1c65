// Memory over time in the built editor: counters at step 1,000 of a training, at its end, after many
// runs, and after many tabs were opened and closed. Each state is that of a training paused at about
// the same step, without the losses of its steps. Then workflows are dropped into new tabs, run and
// closed for some minutes, and the heap of the page is compared with that after the first minute.
// Fails if a counter grew by more than one percent (`--limit 1.01`).
//
//   npm run bench:soak -- --steps 10000 --runs 200 --tabs 100 --minutes 20 --json
//   npm run bench:soak -- --only-drops --minutes 20
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { dropFile, onNode } from '../scripts/editorPage.ts'
import { readyWorkflow } from '../test/editor/readyText.ts'
import { openCounters, smallest, type Counters } from './soakCounters.ts'

const OUT = 'out/editor'
/**
 * V8 counts machine code and bytecode as heap, and creates and drops both over minutes, depending on
 * the use of functions: 0.1 to 0.3 MB in these runs. With these flags functions are interpreted and
 * keep their bytecode, so that only data changes the heap.
 */
const CONSTANT_CODE = '--js-flags=--no-opt --no-maglev --no-sparkplug --no-flush-bytecode'

/** Step at which the counters are compared. */
const BASE_STEP = 1000

interface SoakOptions {
  /** Steps of the long training. */
  steps: number
  /** Step at which trainings are paused for the comparison. */
  baseStep?: number
  runs: number
  tabs: number
  /** Runs and tabs before the first state, with a training: they fill caches of limited size. */
  warmUp?: number
  /** Minutes of dropped workflows. */
  minutes: number
  /** Skips the states before. */
  onlyDrops: boolean
}

/** Heap of the page in bytes while workflows are dropped, after garbage collection. */
interface DropResult {
  /** After the first minute, or a quarter of the time. */
  first: number
  last: number
  ratio: number
  /** Dropped, run and closed workflows. */
  files: number
}

/** Counters in one state of the page. */
interface SoakState {
  name: string
  /** Steps of the paused training. */
  step: number
  counters: Counters
}

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: 'string', default: '10000' },
      runs: { type: 'string', default: '200' },
      tabs: { type: 'string', default: '100' },
      minutes: { type: 'string', default: '20' },
      'only-drops': { type: 'boolean', default: false },
      // Greatest growth of a counter.
      limit: { type: 'string', default: '1.01' },
      json: { type: 'boolean', default: false },
    },
  })
  const [steps, runs, tabs, minutes] = [values.steps, values.runs, values.tabs, values.minutes].map(
    readCount,
  )
  const options = { steps, runs, tabs, minutes, onlyDrops: values['only-drops'] }
  const limit = Number(values.limit)
  if (!(limit >= 1)) throw new Error(`Expected a limit of at least 1, got ${values.limit}.`)
  await build({ logLevel: 'error', build: { outDir: OUT } })
  const server = await preview({ logLevel: 'error', build: { outDir: OUT }, preview: { port: 0 } })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run', CONSTANT_CODE],
  })
  try {
    const say = (line: string) => void (values.json || console.log(line))
    const { states, drops } = await soak(browser, server.resolvedUrls!.local[0], options, say)
    const growth = states.length ? findGrowth(states) : {}
    if (values.json) console.log(JSON.stringify({ states, growth, drops }))
    else if (states.length) console.log(formatTable(states, growth, limit))
    if ([...Object.values(growth), drops.ratio].some((ratio) => ratio > limit)) process.exitCode = 1
  } finally {
    await browser.close()
    await server.close()
  }
}

function readCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`Expected a positive integer, got ${text}.`)
}

/** Uses the editor for a long time. Returns the counters of its states, the first to compare with. */
async function soak(
  browser: Browser,
  address: string,
  options: SoakOptions,
  say: (line: string) => void = () => {},
): Promise<{ states: SoakState[]; drops: DropResult }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  try {
    await page.goto(address)
    page.setDefaultTimeout(180_000)
    await page.waitForFunction(() => /WebAssembly|WebGPU|WebGL/.test(document.body.innerText))
    const readCounters = await openCounters(page)
    const states = options.onlyDrops ? [] : await recordStates(page, readCounters, options, say)
    const drops = await dropForMinutes(page, readCounters, options.minutes, say)
    return { states, drops }
  } finally {
    await context.close()
  }
}

/** Records the states of a long training, of many runs and of many tabs. */
async function recordStates(
  page: Page,
  readCounters: () => Promise<Counters>,
  { steps, runs, tabs, baseStep = BASE_STEP, warmUp = 24 }: SoakOptions,
  say: (line: string) => void,
): Promise<SoakState[]> {
  const states: SoakState[] = []
  const record = async (name: string) => {
    const step = await readStep(page)
    const counters = await readSteps(page, readCounters)
    states.push({ name, step, counters })
    say(`${name}, paused at step ${step}: ${JSON.stringify(counters)}`)
  }
  const recordTraining = async (name: string) => {
    await pauseTrainingAt(page, baseStep, steps)
    await record(name)
  }
  await openFile(page, 'Short', { 'Training Start.steps': 12 })
  await runOften(page, warmUp)
  await openTabs(page, warmUp)
  await pauseTrainingAt(page, 3 * baseStep, steps)
  await stop(page)
  await recordTraining(`step ${baseStep}`)
  await continueTo(page, steps)
  await record(`step ${steps}`)
  await stop(page)
  await runOften(page, runs)
  await recordTraining(`${runs} runs`)
  await stop(page)
  await openTabs(page, tabs)
  await recordTraining(`${tabs} tabs`)
  await stop(page)
  return states
}

// ---- dropped files

/** Workflows that are dropped in turn, with short trainings, samplings and single runs. */
const dropped = [
  'points',
  'posterior',
  'forward-process',
  'density-over-time',
  'ddpm-ddim',
] as const

/** Open tabs of dropped files before all of them are closed. */
const DROPS_TOGETHER = 4

/** Rounds that fill caches of limited size, and rounds between two readings, at least. */
const LEAST_ROUNDS = 6

/** Time for which toasts without an error are shown, in milliseconds. */
const TOASTS = 4000

async function dropForMinutes(
  page: Page,
  readCounters: () => Promise<Counters>,
  minutes: number,
  say: (line: string) => void,
): Promise<DropResult> {
  const start = Date.now()
  let files = 0
  const dropUntil = async (end: number) => {
    for (let round = 0; round < LEAST_ROUNDS || Date.now() < start + end * 60_000; round++) {
      await dropRound(page, files)
      files += DROPS_TOGETHER
    }
    await page.waitForTimeout(TOASTS)
    const { pageHeap } = await readCounters()
    say(`${files} dropped files: page heap ${pageHeap.toLocaleString('en')}`)
    return pageHeap
  }
  const first = await dropUntil(Math.min(1, minutes / 4))
  let last = first
  const quarter = minutes / 4
  for (let part = 1; part <= 4; part++) last = await dropUntil(part * quarter)
  const ratio = last / first
  say(`page heap while files are dropped: ${(last / 1e6).toFixed(3)} MB, ratio ${ratio.toFixed(4)}`)
  return { first, last, ratio, files }
}

/** Drops files into new tabs, runs each, and closes the tabs. */
async function dropRound(page: Page, from: number) {
  for (let i = from; i < from + DROPS_TOGETHER; i++) {
    const name = dropped[i % dropped.length]
    const settings = name === 'points' ? { 'Training Start.steps': 12 } : {}
    const title = `Drop ${i}`
    await dropFile(page, `${title}.json`, readyWorkflow(name, settings, title))
    await page.waitForFunction((title) => document.title.includes(title), title)
    const before = await countEnds(page)
    await startRun(page)
    while ((await countEnds(page)) === before) await page.waitForTimeout(20)
  }
  for (let i = 0; i < DROPS_TOGETHER; i++) {
    const title = `Drop ${from + DROPS_TOGETHER - 1 - i}`
    await page.keyboard.press('Alt+w')
    await page.waitForFunction((title) => !document.title.includes(title), title)
  }
}

/**
 * Steps over which the counters are read. A pause may fall before or after the engine disposes of the
 * values of a step, so that only some of the readings are without them.
 */
const READ_STEPS = 16

/** Returns the smallest counters over several steps of a paused training. */
async function readSteps(page: Page, readCounters: () => Promise<Counters>): Promise<Counters> {
  const read = async () => {
    const counters = withoutLosses(await readCounters(), await readStep(page))
    return { ...counters, pageHeap: counters.pageHeap - (await readRecorded(page)) }
  }
  let least = await read()
  for (let i = 1; i < READ_STEPS; i++) {
    await takeStep(page)
    least = smallest(least, await read())
  }
  return least
}

/**
 * Bytes of the recorded views, by which a training is shown at earlier steps. They have a limit of
 * their own, and their number at a step depends on the speed of the machine.
 */
const readRecorded = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const slider = document.querySelector<HTMLElement>('.training-time input')
    return Number(slider?.dataset.bytes ?? 0)
  })

/** Continues a paused training by a step, and waits until the page shows it. */
async function takeStep(page: Page) {
  await stepTo(page, (await readStep(page)) + 1)
  await page.waitForTimeout(300)
}

/** Number of parts into which a training merges its losses. */
const JOIN = 16

/** Number of tensors with the losses of all steps: the sum of the digits of the step in base 16. */
const countLossParts = (step: number): number =>
  [...step.toString(JOIN)].reduce((sum, digit) => sum + parseInt(digit, JOIN), 0)

/** Most tensors with the losses of a step up to this one. */
const mostLossParts = (step: number): number =>
  Math.max(...Array.from({ length: step + 1 }, (_, i) => countLossParts(i)))

/** Subtracts the losses of all steps, which are part of a training's result: four bytes each. */
function withoutLosses(counters: Counters, step: number): Counters {
  const bytes = 4 * step
  return {
    ...counters,
    tensors: counters.tensors - countLossParts(step),
    tensorBytes: counters.tensorBytes - bytes,
    deviceBytes: Math.max(0, counters.deviceBytes - bytes),
  }
}

// ---- use of the editor

async function openFile(page: Page, title: string, settings: Record<string, unknown>) {
  await dropFile(page, `${title}.json`, readyWorkflow('points', settings, title))
  await page.waitForFunction((title) => document.title.includes(title), title)
}

let seed = 0

/** Sets the steps of the training, and a seed without stored results. */
const setTraining = (page: Page, steps: number) =>
  onNode(
    page,
    'Training Start',
    (node, [steps, seed]) => {
      node.setProperty('steps', steps)
      node.setProperty('seed', seed)
    },
    [steps, ++seed] as const,
  )

async function runOften(page: Page, count: number) {
  for (let i = 0; i < count; i++) {
    const before = await countEnds(page)
    await setTraining(page, 12)
    await startRun(page)
    while ((await countEnds(page)) === before) {
      await startAgain(page)
      await page.waitForTimeout(10)
    }
  }
}

/** Answers the question whether a training of more than a minute is to be replaced. */
async function startAgain(page: Page) {
  const button = page.getByRole('button', { name: 'Start again', exact: true })
  if (await button.isVisible()) await button.click()
}

/** Counts the ends of runs from now on; returns the number of those before. */
const countEnds = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const counted = window as unknown as { ends?: number }
    if (counted.ends === undefined) {
      counted.ends = 0
      const status = document.querySelector<HTMLElement>('.status')!
      new MutationObserver(() => {
        if (/finished|fault/.test(status.dataset.state!)) counted.ends!++
      }).observe(status, { attributeFilter: ['data-state'] })
    }
    return counted.ends
  })

async function startRun(page: Page) {
  // Edits are committed after a moment.
  await page.waitForTimeout(200)
  await page.keyboard.press('Control+Enter')
}

async function openTabs(page: Page, count: number) {
  for (let i = 0; i < count; i++) {
    await openFile(page, `Tab ${i}`, { 'Data.seed': i })
    await page.keyboard.press('Alt+w')
    await page.waitForFunction(() => !document.querySelector('.tab-bar'))
  }
}

/** Starts a new training and pauses it at a step. */
async function pauseTrainingAt(page: Page, step: number, steps: number) {
  await setTraining(page, 10 * steps)
  await startRun(page)
  await pauseAt(page, step)
}

async function continueTo(page: Page, step: number) {
  await press(page, 'Resume')
  await pauseAt(page, step)
}

/** Steps before the wanted one at which the training is paused, since it runs on for a moment. */
const MARGIN = 900

/** Pauses the training at a step: shortly before it, and then step by step. */
async function pauseAt(page: Page, step: number) {
  const early = Math.max(1, step - MARGIN)
  await page.locator('.status[data-state=running]').waitFor()
  while (!((await readStep(page)) >= early)) {
    await startAgain(page)
    await page.waitForTimeout(10)
  }
  await press(page, 'Pause')
  await page.locator('.status[data-state=paused]').waitFor()
  // A focused button would receive the keys.
  await page.locator('canvas.canvas').focus()
  await stepTo(page, step)
}

/** Continues a paused training step by step, with the steps of the samplings that show the model. */
async function stepTo(page: Page, step: number) {
  while ((await readStep(page)) < step) {
    await page.keyboard.press('Control+Shift+Enter')
    await page.waitForTimeout(50)
  }
}

const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).first().click()

/** Runs in the page. */
function findStep(): number {
  const figures = document.querySelector('.figures')?.textContent ?? ''
  return Number(/step ([\d,]+)/i.exec(figures)?.[1].replaceAll(',', ''))
}

const readStep = (page: Page): Promise<number> => page.evaluate(findStep)

async function stop(page: Page) {
  await press(page, 'Stop')
  await page.locator('.status[data-state=idle]').waitFor()
}

// ---- results

/**
 * Greatest ratio of each counter to that of the first state. The views and the saved state hold the
 * losses of earlier steps, whose tensors are the training's own or at most `mostLossParts`; these
 * are not counted as growth.
 */
function findGrowth([first, ...later]: readonly SoakState[]): Record<string, number> {
  const least = (name: keyof Counters, { counters, step }: SoakState) =>
    counters[name] - (name === 'tensors' ? mostLossParts(step) : 0)
  const names = Object.keys(first.counters) as (keyof Counters)[]
  return Object.fromEntries(
    names.map((name) => [
      name,
      Math.max(...later.map((state) => least(name, state) / (first.counters[name] || 1))),
    ]),
  )
}

function formatTable(
  states: readonly SoakState[],
  growth: Record<string, number>,
  limit: number,
): string {
  const names = Object.keys(growth) as (keyof Counters)[]
  const rows = [
    ['', ...states.map(({ name }) => name), 'ratio'],
    ...names.map((name) => [
      name,
      ...states.map(({ counters }) => counters[name].toLocaleString('en')),
      `${growth[name].toFixed(4)}${growth[name] > limit ? ' !' : ''}`,
    ]),
  ]
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  return rows
    .map((row) =>
      row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
    )
    .join('\n')
}
