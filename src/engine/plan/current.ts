// One run: what was asked of it, and how far it is.
import type { Event, RunRequest } from '../protocol.ts'
import type { LoopStep } from './compile.ts'
import type { LossReader } from './loss-reader.ts'
import { Pace } from './pace.ts'

export class CurrentRun {
  readonly id: number
  readonly saving = new Set<Promise<void>>()
  /** Types of the observers in the plan, by id. */
  readonly observers = new Map<string, string>()
  stopped = false
  stopping = false
  savedAt = -Infinity
  toldAt = -Infinity
  stepwise: boolean
  /** Resolves when it is to stop. */
  readonly untilStopping: Promise<void>
  private stopNow!: () => void
  private readonly told = new Set<string>()
  private wake: (() => void) | undefined
  private answered: ((answer: 'anew' | 'continue' | 'cancel') => void) | undefined
  private readonly paces = new Map<string, Pace>()

  constructor(
    request: RunRequest,
    readonly tell: (event: Event) => void,
    readonly losses: LossReader,
  ) {
    this.id = request.run
    this.stepwise = request.paused ?? false
    this.untilStopping = new Promise((resolve) => (this.stopNow = resolve))
  }

  /** An observer that fails does so at every look. */
  tellOnce(event: Event) {
    const words = JSON.stringify(event)
    if (!this.told.has(words)) this.tell(event)
    this.told.add(words)
  }

  control(command: 'pause' | 'resume' | 'step' | 'stop') {
    if (command === 'stop') {
      this.stopping = true
      this.stopNow()
    }
    if (command === 'stop' || command === 'resume') this.stepwise = false
    else this.stepwise = true
    if (command === 'stop') this.answered?.('cancel')
    if (command === 'pause') return
    if (command === 'resume' && this.wake) this.tell({ type: 'resumed', run: this.id })
    this.wake?.()
  }

  /** After an iteration: goes on at once, or when it is told to. */
  async hold() {
    if (!this.stepwise || this.stopping) return
    // Ready to be woken before anybody hears of the pause: the answer may come at once.
    const woken = new Promise<void>((resolve) => (this.wake = resolve))
    this.tell({ type: 'paused', run: this.id })
    await woken
    this.wake = undefined
  }

  async ask(node: string, seconds: number): Promise<'anew' | 'continue' | 'cancel'> {
    if (this.stopping) return 'cancel'
    const answered = new Promise<'anew' | 'continue' | 'cancel'>((resolve) => (this.answered = resolve))
    this.tell({ type: 'question', run: this.id, node, seconds })
    return answered
  }

  answer(answer: 'anew' | 'continue' | 'cancel') {
    this.answered?.(answer)
  }

  begin(step: LoopStep, index: number, seconds: number, now: number) {
    this.paces.set(step.id, new Pace(index, seconds, now))
  }

  private paceOf(step: LoopStep, now: number, index = 0): Pace {
    const known = this.paces.get(step.id)
    if (known) return known
    const pace = new Pace(index, 0, now)
    this.paces.set(step.id, pace)
    return pace
  }

  rateOf = (step: LoopStep, index: number, now: number) => this.paceOf(step, now, index - 1).rate(index, now)

  secondsOf = (step: LoopStep, now: number) => this.paceOf(step, now).seconds(now)
}
