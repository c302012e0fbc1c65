// State and controls of one run.
import type { Event, RunRequest, Monitoring, TrainingStep } from '../protocol.ts'
import type { Iteration } from './host.ts'
import type { LoopStep } from './steps.ts'
import type { LossReader } from './lossReader.ts'
import { outerId } from '../base/ids.ts'
import { Measures } from './measures.ts'
import { Pace } from './pace.ts'
import { SaveSchedule } from './saveSchedule.ts'
import { SlowMotion } from './slowMotion.ts'

/** Minimum time between two reports of measures, in milliseconds. */
const MEASURES_INTERVAL = 500

export class CurrentRun {
  readonly id: number
  readonly saving = new Set<Promise<void>>()
  readonly saves = new SaveSchedule()
  /** Node types of the plan's observers, by id. */
  readonly observers = new Map<string, string>()
  /** All nodes of the plan, in order. */
  ids: string[] = []
  /** Nodes that did not run because their results were cached. */
  readonly cached = new Set<string>()
  readonly slowMotion: SlowMotion
  /** Measures of nodes, if they were requested. */
  measures: Measures | undefined
  private measuresSentAt = -Infinity
  private restedAt: string | undefined
  stopped = false
  stopping = false
  progressSentAt = -Infinity
  /** The last training, at its present step or its last one. */
  training: TrainingStep | undefined
  stepwise: boolean
  /** Resolves when the run receives a stop command. */
  readonly untilStopping: Promise<void>
  private stopNow!: () => void
  private readonly sent = new Set<string>()
  private wake: (() => void) | undefined
  private answered: ((answer: 'restart' | 'continue' | 'cancel') => void) | undefined
  private readonly paces = new Map<string, Pace>()

  constructor(
    request: RunRequest,
    readonly send: (event: Event) => void,
    readonly losses: LossReader,
  ) {
    this.id = request.run
    this.stepwise = request.paused ?? false
    this.slowMotion = new SlowMotion(request.perSecond)
    if (request.measure) this.measures = new Measures()
    this.untilStopping = new Promise((resolve) => (this.stopNow = resolve))
  }

  /** Sends an event unless an equal one was sent before. A failing observer fails at every read. */
  sendOnce(event: Event) {
    const words = JSON.stringify(event)
    if (!this.sent.has(words)) this.send(event)
    this.sent.add(words)
  }

  control(command: 'pause' | 'resume' | 'step' | 'stop') {
    if (command === 'stop') {
      this.stopping = true
      this.stopNow()
      this.slowMotion.wake()
    }
    if (command === 'stop' || command === 'resume') this.stepwise = false
    else this.stepwise = true
    if (command === 'stop') this.answered?.('cancel')
    if (command === 'pause') return
    if (command === 'resume' && this.wake) this.send({ type: 'resumed', run: this.id })
    this.wake?.()
  }

  monitor({ perSecond, measure }: Monitoring) {
    this.slowMotion.set(perSecond)
    if (measure) this.measures ??= new Measures()
    else this.endMeasures()
    if (perSecond === undefined && this.restedAt !== undefined)
      this.send({ type: 'at', run: this.id })
    if (perSecond === undefined) this.restedAt = undefined
  }

  endMeasures() {
    this.measures?.close()
    this.measures = undefined
  }

  /** Shows a node before it runs, in slow motion. */
  async showNode({ id, share }: { id: string; share: number }) {
    if (this.stopping || !this.slowMotion.isOn) return
    const node = outerId(id)
    // Start resting before the event is sent, because a stop may follow immediately.
    const rested = this.slowMotion.rest(share)
    if (node !== this.restedAt) this.send({ type: 'at', run: this.id, node })
    this.restedAt = node
    await rested
  }

  /** Sends measures. With `now`, only if a report is due. */
  sendMeasures(now = Infinity) {
    if (!this.measures || now - this.measuresSentAt < MEASURES_INTERVAL) return
    this.measuresSentAt = now
    this.send({
      type: 'measured',
      run: this.id,
      nodes: this.measures.list(),
      timing: this.measures.timing,
    })
  }

  /**
   * Splits the top-level nodes into computed and cached ones. A closed node counts as computed if
   * one of its inner nodes does.
   */
  computedAndCached(): { computed: string[]; cached: string[] } {
    const computed = new Set(this.ids.filter((id) => !this.cached.has(id)).map(outerId))
    const all = new Set(this.ids.map(outerId))
    return { computed: [...computed], cached: [...all].filter((id) => !computed.has(id)) }
  }

  /** Waits after an iteration while the run is paused. */
  async waitWhilePaused() {
    if (!this.stepwise || this.stopping) return
    // Create the promise before the event is sent, because the answer may follow immediately.
    const woken = new Promise<void>((resolve) => (this.wake = resolve))
    this.send({ type: 'paused', run: this.id })
    await woken
    this.wake = undefined
  }

  /** Resolves when no state is being saved, or at a stop. */
  async untilSaved(): Promise<void> {
    if (this.saving.size) await Promise.race([Promise.allSettled(this.saving), this.untilStopping])
  }

  async ask(
    question: { node: string; seconds: number } | { node: string; iterations: number },
  ): Promise<'restart' | 'continue' | 'cancel'> {
    if (this.stopping) return 'cancel'
    const answered = new Promise<'restart' | 'continue' | 'cancel'>(
      (resolve) => (this.answered = resolve),
    )
    this.send({ type: 'question', run: this.id, ...question })
    return answered
  }

  answer(answer: 'restart' | 'continue' | 'cancel') {
    this.answered?.(answer)
  }

  begin(step: LoopStep, index: number, seconds: number, now: number) {
    this.paces.set(step.id, new Pace(index, seconds, now))
  }

  private pace(step: LoopStep, now: number, index = 0): Pace {
    const known = this.paces.get(step.id)
    if (known) return known
    const pace = new Pace(index, 0, now)
    this.paces.set(step.id, pace)
    return pace
  }

  iterationRate = ({ step, index, began }: Iteration, now: number) =>
    this.pace(step, now, index - 1).rate(index, now, began)

  elapsedSeconds = (step: LoopStep, now: number) => this.pace(step, now).seconds(now)
}
