// Fuzzer of notes, formulas and labels in Chromium: the time that the page does not answer, elements,
// crashes, and what a text does to the rest of the page.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core'
import { build } from 'vite'
import { declarations } from '../../src/build/declarations.ts'
import { workflowTexts } from '../../src/build/workflowTexts.ts'
import type { Shown } from './browser/page.tsx'
import { encodeText, generateText, type GeneratedText } from './noteGrammar.ts'
import { BROWSER, type Failure } from './protocol.ts'
import { mutantSeed, Rng } from './random.ts'

export interface BrowserRun {
  seed: number
  /** Time in milliseconds since 1970 at which it ends. */
  until: number
  /** Texts that are checked at most. */
  most: number
  /** Number of the first text. */
  from?: number
  report(failure: Failure): void
  signal?: AbortSignal
}

export type BrowserResult = { checked: number } | { skipped: string }

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** What a text may do to the page; `blocked` in milliseconds. */
const pageBounds = { blocked: 300, elements: 30_000, levels: 700 }

/** Texts that a call of the page shows, so that messages take little of the time. */
const BATCH = 16

/** Checks texts `from`, `from + 1`, ... Each has the address `seed/browser/number`. */
export async function fuzzBrowser(run: BrowserRun): Promise<BrowserResult> {
  if (!existsSync(chromiumPath)) return { skipped: `there is no Chromium at ${chromiumPath}` }
  const fuzzer = new BrowserFuzzer(run, await buildPage())
  try {
    return { checked: await fuzzer.run() }
  } finally {
    await fuzzer.close()
  }
}

/** The text of an address. */
export const browserText = (seed: number, number: number): GeneratedText =>
  generateText(new Rng(mutantSeed(seed, BROWSER, number)))

const PAGE = 'scripts/fuzz/browser/index.html'

/** Builds the page. Returns its folder, which the process removes when it ends. */
async function buildPage(): Promise<string> {
  const outDir = resolve('node_modules/.vite', `fuzz-browser-${process.pid}`)
  process.on('exit', () => rmSync(outDir, { recursive: true, force: true }))
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [declarations(), workflowTexts()],
    build: {
      outDir,
      emptyOutDir: true,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: { input: PAGE },
    },
  })
  return outDir
}

const ADDRESS = `http://fuzzer.invalid/${PAGE}`

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

class BrowserFuzzer {
  private browser: Browser | undefined
  private page: Page | undefined
  private session: CDPSession | undefined

  constructor(
    private readonly options: BrowserRun,
    private readonly folder: string,
  ) {}

  async run(): Promise<number> {
    const { from = 0, most, until, signal } = this.options
    const isOver = () => Date.now() >= until || signal?.aborted === true
    let checked = 0
    while (checked < most && !isOver()) {
      const count = Math.min(BATCH, most - checked)
      await this.checkBatch(Array.from({ length: count }, (_, i) => from + checked + i))
      checked += count
    }
    return checked
  }

  async close() {
    await this.browser?.close()
  }

  private async checkBatch(numbers: readonly number[]) {
    const texts = numbers.map((number) => browserText(this.options.seed, number))
    const results = await this.show(texts)
    for (const [i, number] of numbers.entries()) {
      // A crash ends the batch: the texts are shown one by one then.
      const shown = results?.[i] ?? (await this.show([texts[i]]))?.[0]
      const problem = shown ? await this.findProblem(shown, texts[i]) : crash
      if (problem) this.report(number, texts[i], problem)
    }
  }

  /** Returns undefined if the page crashes or does not answer. */
  private async show(texts: readonly GeneratedText[]): Promise<Shown[] | undefined> {
    const page = (this.page ??= await this.openPage())
    const ended = new Promise<undefined>((finish) => {
      page.once('crash', () => finish(undefined))
      setTimeout(finish, 60_000, undefined).unref()
    })
    const shown = page
      .evaluate(async (all) => {
        const results: Shown[] = []
        for (const text of all) results.push(await window.show(text))
        return results
      }, texts)
      .catch(() => undefined)
    const results = await Promise.race([shown, ended])
    if (!results) await this.closePage()
    return results
  }

  private async closePage() {
    this.page = undefined
    // A page that hangs holds up its browser too.
    const { browser } = this
    this.browser = undefined
    await browser?.close()
  }

  private async openPage(): Promise<Page> {
    this.browser ??= await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
    })
    const page = await this.browser.newPage()
    await page.route('**/*', (route) => {
      const path = new URL(route.request().url()).pathname.slice(1)
      const file = join(this.folder, path)
      if (!existsSync(file)) return route.fulfill({ status: 404 })
      const contentType = types[extname(path)] ?? 'application/octet-stream'
      return route.fulfill({ body: readFileSync(file), contentType })
    })
    await page.goto(ADDRESS)
    // Loads fonts, and compiles what every text needs.
    const warm = [1, 2, 3].map((): GeneratedText => ({ kind: 'formula', text: 'x^2' }))
    for (const text of warm) await page.evaluate((each) => window.show(each), text)
    this.session = await page.context().newCDPSession(page)
    // Processor time of the main thread, to which other processes add little.
    await this.session.send('Performance.enable', { timeDomain: 'threadTicks' })
    return page
  }

  private async findProblem(shown: Shown, text: GeneratedText): Promise<Problem | undefined> {
    const { elements, levels, problems } = shown
    if (problems.length > 0) return { property: 'page', message: problems.join('; ') }
    if (elements > pageBounds.elements || levels > pageBounds.levels)
      return { property: 'elements', message: `${elements} elements in ${levels} levels` }
    if (shown.blocked <= pageBounds.blocked) return undefined
    const least = await this.measureAgain(text)
    if (least === undefined) return crash
    if (least <= pageBounds.blocked) return undefined
    return { property: 'time', message: `The page does not answer for ${least.toFixed(0)} ms` }
  }

  /**
   * Milliseconds without an answer of the page, which are at most the processor time of the text. Other
   * processes lengthen both, so the shortest of several tries counts. Undefined after a crash.
   */
  private async measureAgain(text: GeneratedText): Promise<number | undefined> {
    let least = Infinity
    for (let tries = 0; tries < 5 && least > pageBounds.blocked; tries++) {
      const before = await this.readProcessorTime()
      const shown = (await this.show([text]))?.[0]
      if (!shown) return undefined
      const work = (await this.readProcessorTime()) - before
      const slowness = (await this.page?.evaluate(() => window.measureSlowness())) ?? 1
      least = Math.min(least, shown.blocked / slowness, work)
    }
    return least
  }

  /** Processor time of the page's main thread, in milliseconds. */
  private async readProcessorTime(): Promise<number> {
    const { metrics = [] } = (await this.session?.send('Performance.getMetrics')) ?? {}
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value
    if (seconds === undefined) throw new Error('Chromium states no processor time.')
    return 1000 * seconds
  }

  private report(number: number, text: GeneratedText, { property, message }: Problem) {
    const bytes = encodeText(text)
    this.options.report({ target: BROWSER, number, property, message, stack: '', bytes })
  }
}

interface Problem {
  property: string
  message: string
}

const crash: Problem = { property: 'crash', message: 'The page crashed, or did not answer' }
