// Supervisor of an engine: restarts it and its runs after a failure, and bounds the time of a stop.
//
// A restarted run continues from its last stored state, so it gives the bits of a run without a
// failure. After MAX_FAILURES failures without progress between them, the runs end with a fault.
//
// A stop is shown after SHOW_STOPPED at the latest. The engine ends the iteration in progress, stores
// the state before it and starts the next run. An engine that cannot be told during an iteration,
// because the page has no shared memory, completes it. It is replaced instead if this takes longer
// than REPLACE and all completed iterations are stored: what is lost then is the iteration that was
// stopped, never a completed one.
import { textFields } from '../../engine/base/catalogue.ts'
import type {
  BackendName,
  EngineFailure,
  EnginePort,
  Event,
  Request,
} from '../../engine/protocol.ts'
import type { RunEvent } from './clientTypes.ts'
import { EventListeners } from './eventListeners.ts'
import { brokenMessage, failureFault, restartMessage } from './failureTexts.ts'
import {
  answeredId,
  applyCommand,
  followRun,
  isStored,
  questionId,
  superviseRun,
  type SupervisedRun,
} from './supervisedRuns.ts'
import { Watchdog } from './watchdog.ts'

export interface SupervisorOptions {
  /**
   * Opens another engine. Without it the engine cannot be replaced, so it is only restarted if it
   * still answers.
   */
  reopen?: () => EnginePort
  /** Time without any event after which the engine counts as hung, in milliseconds. */
  hungAfter?: number
}

/** Failures without progress after which the runs end. */
export const MAX_FAILURES = 3
/**
 * Default of `hungAfter`: more than the longest kernel of a slow computer, since the engine sends
 * events between kernels.
 */
const HUNG_AFTER = 30_000
/** Time until a stopped run is shown as stopped, in milliseconds. */
const SHOW_STOPPED = 200
/** Time until an engine is replaced that does not stop, in milliseconds. */
const REPLACE = 1000
/** Time after which a failure without any work in progress counts as the first again. */
const FORGET_FAILURES = 60_000

/** Supervises an engine. The port that is returned stays open when the engine is replaced. */
export const supervise = (port: EnginePort, options: SupervisorOptions = {}): EnginePort =>
  new Supervisor(port, options)

type Setting = Extract<Request, { type: 'backend' | 'keepLast' | 'visible' | 'saveEvery' }>

class Supervisor implements EnginePort {
  private readonly listeners = new EventListeners()
  private readonly runs = new Map<number, SupervisedRun>()
  /** Runs that are shown as stopped, while the engine still works on them. */
  private readonly stopped = new Map<number, SupervisedRun>()
  private readonly questions = new Map<number, Request>()
  private readonly settings = new Map<Setting['type'], Setting>()
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>()
  private watchdog: Watchdog | undefined
  private unlisten = () => {}
  private failures = 0
  private failedAt = -Infinity
  /** Consecutive hangs; each doubles the bound, in case a long iteration was mistaken for one. */
  private hangs = 0
  /** True once this engine, or any one before it, has sent an event. */
  private isLoaded = false
  private wasLoaded = false
  /** True while the engine has a backend. */
  private isReady = false
  /** The last backend. */
  private backend: BackendName | undefined
  private isBroken = false

  constructor(
    private port: EnginePort,
    private readonly options: SupervisorOptions,
  ) {
    this.follow()
  }

  listen(onEvent: (event: Event) => void): () => void {
    return this.listeners.add(onEvent)
  }

  close() {
    this.leave()
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.port.close()
  }

  post(request: Request) {
    if (this.isBroken) return
    this.note(request)
    this.port.post(request)
    this.watch()
  }

  /** Keeps what another engine would need. */
  private note(request: Request) {
    const { type } = request
    const question = questionId(request)
    if (question !== undefined) this.questions.set(question, request)
    if (type === 'backend') this.isReady = false
    if (type === 'backend') this.settings.set(type, this.withKnownPaths(request))
    if (type === 'keepLast' || type === 'visible' || type === 'saveEvery')
      this.settings.set(type, request)
    if (type === 'run') this.runs.set(request.run, superviseRun(request, performance.now()))
    const run = 'run' in request ? this.runs.get(request.run) : undefined
    if (run) applyCommand(run, request)
    if (run && type === 'stop' && !request.patient) this.awaitStop(request.run)
  }

  /** A change of backend omits the paths of the first request. */
  private withKnownPaths(request: Setting & { type: 'backend' }): Setting {
    const { measure: _once, ...rest } = { ...this.settings.get('backend'), ...request }
    return rest
  }

  // ---- events

  private follow() {
    this.unlisten = this.port.listen((event) => this.onEvent(event))
    this.isLoaded = this.isReady = false
    if (!this.options.reopen) return
    const bound = (this.options.hungAfter ?? HUNG_AFTER) * 2 ** this.hangs
    this.watchdog = new Watchdog({
      bound,
      ping: () => this.port.post({ type: 'ping' }),
      onHung: (seconds) => this.onFailure({ cause: 'hung', message: String(seconds) }),
    })
  }

  private leave() {
    this.watchdog?.watch(false)
    this.unlisten()
  }

  /** Watches the engine while an answer is expected. A script that loads slowly has not hung. */
  private watch() {
    const isWorking = this.runs.size + this.stopped.size + this.questions.size > 0
    this.watchdog?.watch(isWorking && this.isLoaded)
  }

  private onEvent(event: Event) {
    if (event.type === 'failed') return this.onFailure(event.failure)
    this.isLoaded = this.wasLoaded = true
    this.watchdog?.hear()
    if (event.type === 'ready') {
      this.isReady = true
      this.backend = event.backend.name
    }
    if (event.type === 'broken') this.isBroken = true
    const answered = answeredId(event)
    if (answered !== undefined) this.onAnswer(answered)
    if ('run' in event) this.onRunEvent(event)
    else if (event.type !== 'alive' && event.type !== 'locked') this.listeners.emit(event)
    this.watch()
  }

  private onAnswer(id: number) {
    this.questions.delete(id)
    if (this.runs.size === 0) this.failures = this.hangs = 0
  }

  private onRunEvent(event: RunEvent) {
    const late = this.stopped.get(event.run)
    if (late) return this.onLateEvent(event, late)
    const run = this.runs.get(event.run)
    if (!run) return
    const isFurther = followRun(run, event)
    if (isFurther || event.type === 'finished') this.failures = this.hangs = 0
    if (event.type === 'finished') this.forget(event.run)
    this.listeners.emit(event)
  }

  private forget(run: number) {
    this.runs.delete(run)
    clearTimeout(this.timers.get(run))
    this.timers.delete(run)
  }

  // ---- stop

  private awaitStop(run: number) {
    if (!this.timers.has(run))
      this.timers.set(
        run,
        setTimeout(() => this.showStopped(run), SHOW_STOPPED),
      )
  }

  private showStopped(run: number) {
    const stopped = this.runs.get(run)
    if (!stopped) return
    this.forget(run)
    this.stopped.set(run, stopped)
    this.timers.set(
      run,
      setTimeout(() => this.replaceIfSafe(run), REPLACE - SHOW_STOPPED),
    )
    const seconds = (performance.now() - stopped.began) / 1000
    this.listeners.emit({ type: 'finished', run, seconds, stopped: true })
  }

  /** Follows a run that is shown as stopped. */
  private onLateEvent(event: RunEvent, run: SupervisedRun) {
    followRun(run, event)
    if (event.type === 'finished') {
      this.stopped.delete(event.run)
      clearTimeout(this.timers.get(event.run))
      this.timers.delete(event.run)
    } else if (!this.timers.has(event.run)) this.replaceIfSafe(event.run)
  }

  /** Replaces an engine that does not stop, unless a completed iteration is not stored yet. */
  private replaceIfSafe(run: number) {
    this.timers.delete(run)
    const stopped = this.stopped.get(run)
    // A backend that is starting would have to start again.
    if (!stopped || !this.options.reopen || !this.isReady || !isStored(stopped)) return
    this.restart()
  }

  // ---- failures

  private onFailure(failure: EngineFailure) {
    if (this.isBroken) return
    for (const [run, { isStopping }] of this.runs) if (isStopping) this.showStopped(run)
    const isLost = !this.options.reopen && !['memory', 'device'].includes(failure.cause)
    const hasWork = this.runs.size + this.questions.size > 0
    if (!hasWork && performance.now() - this.failedAt > FORGET_FAILURES) this.failures = 0
    this.failedAt = performance.now()
    this.failures++
    if (failure.cause === 'hung') this.hangs++
    const isFinal = this.failures >= MAX_FAILURES
    if (!this.wasLoaded || isLost || (isFinal && !hasWork)) return this.break(failure)
    if (isFinal) this.giveUp(failure)
    else
      this.listeners.emit({
        type: 'restarting',
        runs: [...this.runs.keys()],
        ...textFields({ message: restartMessage(failure, this.runs.size > 0) }),
      })
    this.restart()
  }

  /** Ends all runs and questions. The engine is restarted without them. */
  private giveUp(failure: EngineFailure) {
    for (const [run, { node = '', began }] of this.runs) {
      const faults = [failureFault({ node, ...failure }, MAX_FAILURES, this.backend)]
      this.forget(run)
      this.listeners.emit({ type: 'faults', run, faults })
      const seconds = (performance.now() - began) / 1000
      this.listeners.emit({ type: 'finished', run, seconds, stopped: true })
    }
    for (const id of this.questions.keys()) {
      this.questions.delete(id)
      this.listeners.emit({
        type: 'unanswered',
        id,
        ...textFields({ message: brokenMessage(failure) }),
      })
    }
    this.failures = this.hangs = 0
  }

  private break(failure: EngineFailure) {
    this.isBroken = true
    this.watchdog?.watch(false)
    this.listeners.emit({ type: 'broken', ...textFields({ message: brokenMessage(failure) }) })
  }

  /** Replaces the engine, or restarts its backend, and posts all requests again. */
  private restart() {
    for (const run of this.stopped.keys()) clearTimeout(this.timers.get(run))
    this.stopped.clear()
    if (this.options.reopen) {
      this.leave()
      this.port.close()
      this.port = this.options.reopen()
      this.follow()
    }
    for (const run of this.runs.values()) delete run.unsaved
    const requests = [
      ...Array.from(this.settings.values(), (request) =>
        request.type === 'backend' && this.backend ? { ...request, last: this.backend } : request,
      ),
      ...Array.from(this.runs.values(), ({ request }) => request),
      ...this.questions.values(),
    ]
    for (const request of requests) this.port.post(request)
    this.watch()
  }
}
