// One run: what was asked of it, and how far it is.
import type { Event, RunRequest, Watching } from '../protocol.ts'
import type { LoopStep } from './compile.ts'
import type { LossReader } from './loss-reader.ts'
import { outerId } from './graph.ts'
import { Measures } from './measures.ts'
import { Pace } from './pace.ts'
import { Slowly } from './slowly.ts'

/** What is measured is told at most this often, in milliseconds. */
const TELL_MEASURES_EVERY = 500

export class CurrentRun {
  readonly id: number
  readonly saving = new Set<Promise<void>>()
  /** Types of the observers in the plan, by id. */
  readonly observers = new Map<string, string>()
  /** All that runs, in the order of the plan. */
  ids: string[] = []
  /** What did not run, because its results were kept. */
  readonly kept = new Set<string>()
  readonly slowly: Slowly
  /** What nodes take, while that is wanted. */
  measures: Measures | undefined
  private measuresTold = -Infinity
  private restedAt: string | undefined
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
    this.slowly = new Slowly(request.perSecond)
    if (request.measure) this.measures = new Measures()
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
      this.slowly.wake()
    }
    if (command === 'stop' || command === 'resume') this.stepwise = false
    else this.stepwise = true
    if (command === 'stop') this.answered?.('cancel')
    if (command === 'pause') return
    if (command === 'resume' && this.wake) this.tell({ type: 'resumed', run: this.id })
    this.wake?.()
  }

  watch({ perSecond, measure }: Watching) {
    this.slowly.set(perSecond)
    if (!measure) this.measures = undefined
    else this.measures ??= new Measures()
    if (perSecond === undefined && this.restedAt !== undefined) this.tell({ type: 'at', run: this.id })
    if (perSecond === undefined) this.restedAt = undefined
  }

  /** In slow motion: a node is shown before it runs. */
  async restAt({ id, share }: { id: string; share: number }) {
    if (this.stopping || !this.slowly.on) return
    const node = outerId(id)
    // Ready to be woken before anybody hears of it: a stop may come at once.
    const rested = this.slowly.rest(share)
    if (node !== this.restedAt) this.tell({ type: 'at', run: this.id, node })
    this.restedAt = node
    await rested
  }

  /** `now`: only if it is time to. */
  tellMeasures(now = Infinity) {
    if (!this.measures || now - this.measuresTold < TELL_MEASURES_EVERY) return
    this.measuresTold = now
    this.tell({ type: 'measured', run: this.id, nodes: this.measures.list(), timing: this.measures.timing })
  }

  /** By nodes of the screen: a closed one has run if one of its nodes has. */
  ranAndKept(): { ran: string[]; kept: string[] } {
    const ran = new Set(this.ids.filter((id) => !this.kept.has(id)).map(outerId))
    return { ran: [...ran], kept: [...new Set(this.ids.map(outerId))].filter((id) => !ran.has(id)) }
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
