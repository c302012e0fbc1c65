// Runs the measurements: for each backend a self-test, and then the steps of both sides in turns, so
// that other load affects both.
import { textFields, englishText } from '../../engine/base/catalogue.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import { TOLERANCE, type OpenedJob, type Requests, type Side } from '../../hosts/bench/protocol.ts'
import { ClosedError, LateError, type Peer } from './peer.ts'
import {
  countRounds,
  planMeasurements,
  shareOfTime,
  type BackendChoice,
  type BenchSettings,
  type Planned,
  type PlannedJob,
} from './plan.ts'
import type { BackendResult, BenchResults, Problem, Row } from './results.ts'
import { relativeGap, summarise } from './statistics.ts'

/** The present measurement. */
export interface BenchProgress {
  done: number
  total: number
  now: { choice: BackendChoice; job?: PlannedJob; side?: Side }
}

export interface MeasureOptions {
  settings: BenchSettings
  /** Number of threads of wasm on this page. */
  threads: number
  signal: AbortSignal
  openPeer: () => Peer
  onProgress: (progress: BenchProgress) => void
  onResults: (results: BenchResults) => void
  /** Seconds since some time. */
  clock?: () => number
}

const sides = ['ours', 'stock'] as const

/** Resolves with what is known when all is measured, the time is over, or the signal aborts. */
export async function measure(options: MeasureOptions): Promise<BenchResults> {
  const run = new Measurement(options)
  try {
    await run.all()
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error
  } finally {
    run.close()
  }
  return run.results()
}

class Measurement {
  private readonly plan: Planned[]
  private readonly clock: () => number
  private readonly began: number
  private readonly backends: BackendResult[] = []
  private readonly rows: Row[] = []
  private backend: BackendSides | undefined

  constructor(private readonly options: MeasureOptions) {
    this.clock = options.clock ?? (() => performance.now() / 1000)
    this.began = this.clock()
    this.plan = planMeasurements(options.settings, options.threads)
    options.signal.addEventListener('abort', () => this.close())
  }

  results(): BenchResults {
    return {
      backends: [...this.backends],
      rows: [...this.rows],
      seconds: this.clock() - this.began,
      stopped: this.options.signal.aborted,
    }
  }

  async all() {
    for (const [i, { choice, job }] of this.plan.entries()) {
      if (this.options.signal.aborted) return
      const backend = await this.backendOf(choice, i)
      if (backend.result.problem) continue
      const seconds = shareOfTime(this.secondsLeft(), this.plan.slice(i))
      this.rows.push(await this.measureJob(backend, { choice, job }, seconds, i))
      this.options.onResults(this.results())
    }
  }

  close() {
    this.backend?.close()
    this.backend = undefined
  }

  private secondsLeft(): number {
    return this.options.settings.seconds - (this.clock() - this.began)
  }

  /** Starts a backend with its self-test, or returns the one that was started for earlier jobs. */
  private async backendOf(choice: BackendChoice, done: number): Promise<BackendSides> {
    const { settings, openPeer, signal, onResults } = this.options
    if (this.backend?.result.choice === choice) return this.backend
    this.close()
    this.progress(done, { choice })
    const limit = Math.min(settings.seconds / 3, Math.max(5, this.secondsLeft()))
    const backend = (this.backend = new BackendSides(choice, openPeer, limit))
    await backend.start()
    if (signal.aborted) throw new ClosedError()
    this.backends.push(backend.result)
    onResults(this.results())
    return backend
  }

  private async measureJob(
    backend: BackendSides,
    { choice, job }: Planned,
    seconds: number,
    done: number,
  ): Promise<Row> {
    const until = this.clock() + seconds
    const { settings } = this.options
    const problems: Problem[] = []
    const opened = new Map<Side, OpenedJob>()
    const { model, task, items } = job
    for (const side of sides) {
      this.progress(done, { choice, job, side })
      const limit = Math.min(this.secondsLeft(), settings.patience)
      if (limit <= 0) problems.push({ side, kind: 'noTime' })
      else if (backend.isTooLarge(side, job)) problems.push({ side, kind: 'skipped' })
      else
        await backend
          .ask(side, 'open', { model, task, items }, limit)
          .then((result) => void opened.set(side, result), toProblem(side, problems))
      if (problems.at(-1)?.kind === 'late') backend.noteLate(side, job)
      if (!opened.has('ours')) break
    }
    const times = await this.takeTurns(backend, opened, until - this.clock(), problems)
    const [ours, stock] = sides.map((side) => summarise(times.get(side) ?? []))
    const difference = findDifference(opened)
    if (difference) problems.push(difference)
    return {
      choice,
      job: { model, task, items },
      ...(ours && { ours }),
      ...(stock && { stock }),
      ...(ours && stock && !difference && { ratio: stock.median / ours.median }),
      problems,
    }
  }

  /** The side that begins changes with each round. */
  private async takeTurns(
    backend: BackendSides,
    opened: Map<Side, OpenedJob>,
    seconds: number,
    problems: Problem[],
  ): Promise<Map<Side, number[]>> {
    const { settings } = this.options
    const times = new Map<Side, number[]>()
    const steps = [...opened.values()].map((each) => each.seconds)
    const rounds = countRounds(seconds, steps, settings)
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 ? sides.toReversed() : sides) {
        const step = opened.get(side)
        if (!step || problems.some((problem) => problem.side === side)) continue
        const limit = 5 + 3 * Math.max(settings.turn, step.seconds)
        await backend
          .ask(side, 'turn', { seconds: settings.turn }, limit)
          .then(
            (turn) => void times.set(side, [...(times.get(side) ?? []), ...turn.seconds]),
            toProblem(side, problems),
          )
      }
    }
    return times
  }

  private progress(done: number, now: BenchProgress['now']) {
    this.options.onProgress({ done, total: this.plan.length, now })
  }
}

/** The workers of both sides on one backend. */
class BackendSides {
  result: BackendResult
  private readonly peers = new Map<Side, Promise<Peer>>()
  private readonly workers = new Set<Peer>()
  /** Reasons why a side cannot start on this backend. */
  private readonly faults = new Map<Side, unknown>()
  private isClosed = false
  /** Weights of the jobs whose first steps took too long. */
  private readonly late = new Map<Side, number>()

  constructor(
    private readonly choice: BackendChoice,
    private readonly openPeer: () => Peer,
    private readonly startLimit: number,
  ) {
    this.result = { choice, device: '', threads: choice.threads ?? 1, checks: [] }
  }

  /** Starts our side, and tests its kernels. */
  async start() {
    await this.peer('ours').catch((error: unknown) => {
      if (error instanceof ClosedError) throw error
      this.result = { ...this.result, problem: describeProblem('ours', error) }
    })
  }

  /** Starts the side if necessary. A failed request ends its worker; the next one starts another. */
  async ask<Name extends 'open' | 'turn'>(
    side: Side,
    name: Name,
    takes: Requests[Name]['takes'],
    seconds: number,
  ): Promise<Requests[Name]['gives']> {
    const peer = await this.peer(side)
    return peer.ask(name, takes, seconds).catch((error: unknown) => {
      this.drop(side, peer)
      throw error
    })
  }

  noteLate(side: Side, { weight }: PlannedJob) {
    this.late.set(side, Math.min(weight, this.late.get(side) ?? Infinity))
  }

  /** Returns true if a smaller job of the side took too long. */
  isTooLarge(side: Side, { weight }: PlannedJob): boolean {
    return weight > (this.late.get(side) ?? Infinity)
  }

  close() {
    this.isClosed = true
    for (const worker of this.workers) worker.close()
    this.workers.clear()
    this.peers.clear()
  }

  private peer(side: Side): Promise<Peer> {
    const known = this.peers.get(side)
    if (known) return known
    const started = this.startPeer(side)
    this.peers.set(side, started)
    return started
  }

  private async startPeer(side: Side): Promise<Peer> {
    if (this.isClosed) throw new ClosedError()
    if (this.faults.has(side)) throw this.faults.get(side)
    const { backend, threads } = this.choice
    const isFirst = this.result.device === '' && side === 'ours'
    const worker = this.openPeer()
    this.workers.add(worker)
    try {
      const started = await worker.ask(
        'start',
        // Plain JavaScript is what the others are compared with.
        { side, backend, threads, test: isFirst && backend !== 'cpu' },
        this.startLimit,
      )
      if (isFirst) this.result = { ...this.result, ...started }
      return worker
    } catch (error) {
      this.faults.set(side, error)
      this.drop(side, worker)
      throw error
    }
  }

  private drop(side: Side, worker: Peer) {
    this.peers.delete(side)
    this.workers.delete(worker)
    worker.close()
  }
}

/** Adds an error to the problems. A closed worker ends everything. */
const toProblem = (side: Side, problems: Problem[]) => (error: unknown) => {
  if (error instanceof ClosedError) throw error
  problems.push(describeProblem(side, error))
}

function describeProblem(side: Side, error: unknown): Problem {
  if (error instanceof LateError) return { side, kind: 'late', seconds: error.seconds }
  const text = getErrorText(error)
  const message = englishText(text)
  const [, kernel] = /Kernel '(\w+)' not registered for backend/.exec(message) ?? []
  return kernel
    ? { side, kind: 'kernel', name: kernel }
    : {
        side,
        kind: 'failed',
        ...textFields({ message: typeof text === 'string' ? text.split('\n')[0] : text }),
      }
}

/** Both sides have equal weights and batches, so they have equal results up to rounding. */
function findDifference(opened: ReadonlyMap<Side, OpenedJob>): Problem | undefined {
  const [ours, stock] = [opened.get('ours'), opened.get('stock')]
  if (!ours || !stock) return undefined
  const gap = relativeGap(stock.check, ours.check)
  return gap > TOLERANCE ? { side: 'stock', kind: 'differs', gap } : undefined
}
