// Reads the loss of every training step asynchronously, and finds the first that is not finite or
// has exploded. Losses on a GPU are read in batches, without waiting for their steps.
import { joinSentences } from '../messages/faults.ts'
import type { MessageText } from '../base/catalogue.ts'
import { activeBackend } from '../base/backend.ts'
import type { Loss, NumberValue } from '../base/values.ts'
import { concatenate } from '../training/flatWeights.ts'
import type { Tensor } from '../base/tf.ts'
import { findBrokenLayer } from './brokenLayer.ts'
import type { LoopStep } from './steps.ts'
import { NodeError } from '../messages/fault.ts'
import type { Iteration, Rerun } from './host.ts'
import { runTidied, type Memory } from '../base/memory.ts'
import { planMessages } from '../messages/plan.ts'
import { GoodStates, type GoodState } from './goodStates.ts'
import { LossWatch, type BadLoss } from './lossWatch.ts'

/**
 * Losses on a GPU are read together: those of this many steps, or of this time in milliseconds if
 * steps take longer.
 */
const MAX_BATCH = 16
const MAX_BATCH_MS = 80
/**
 * Losses that are not known yet, at most: one batch on its way from the device and another that
 * fills. A loss that is not sound is found at most this many steps later.
 */
export const MAX_UNKNOWN = 2 * MAX_BATCH - 1
/** Reads on their way from the device. Those of slow steps have one loss each. */
const MAX_READS = 3

interface UnreadLoss {
  loss: Loss | NumberValue
  index: number
  step: Pick<LoopStep, 'end'>
}

export class LossReader {
  failure: unknown
  /** Losses whose values have not been requested from the device yet. */
  private unread: UnreadLoss[] = []
  private requestedAt = -Infinity
  /** The last step of each training whose loss has been requested, by the id of its End. */
  private readonly requested = new Map<string, number>()
  /** Losses in {@link reading}. */
  private requestedLosses = 0
  /** The last loss that was read of each training, by the id of its End. */
  private readonly lastRead = new Map<string, number>()
  /** Last good states of the trainings of a run, by the id of their End. */
  private readonly good = new Map<string, GoodStates>()
  private readonly watches = new Map<string, LossWatch>()
  private readonly reading: Promise<void>[] = []
  /** The running trainings, by the id of their End. */
  private readonly reruns = new Map<string, Rerun>()
  /** The first loss that is not sound. */
  private divergence:
    | { step: Pick<LoopStep, 'end'>; problem: BadLoss; message: MessageText }
    | undefined
  private explaining: Promise<unknown> | undefined

  constructor(
    private readonly memory: Memory,
    private readonly now: () => number = () => performance.now(),
  ) {}

  private watch(end: string): LossWatch {
    const watch = this.watches.get(end) ?? new LossWatch()
    this.watches.set(end, watch)
    return watch
  }

  /** Returns the last loss of a training that was read; undefined before the first. */
  latest = ({ end }: Pick<LoopStep, 'end'>): number | undefined => this.lastRead.get(end)

  /** Waits until few enough losses are unknown. */
  async limitBacklog() {
    const isOver = () =>
      this.reading.length > MAX_READS || this.requestedLosses + this.unread.length >= MAX_UNKNOWN
    while (this.reading.length > 0 && isOver()) await this.reading[0]
  }

  /**
   * Reads the loss of a step, together with those of other steps where that is faster. `isAwaited`:
   * requests it now.
   */
  read(
    { loss, index, step }: Pick<Iteration, 'loss' | 'index'> & { step: Pick<LoopStep, 'end'> },
    isAwaited = false,
  ) {
    if (loss?.type !== 'loss' && loss?.type !== 'number') return
    this.memory.retain(loss)
    this.unread.push({ loss, index, step })
    const now = this.now()
    const isDue = this.unread.length >= MAX_BATCH || now - this.requestedAt >= MAX_BATCH_MS
    if (isAwaited || isDue || !activeBackend().readScalars) this.requestUnread()
  }

  /** Requests the losses that have not been read yet. */
  private requestUnread() {
    const batch = this.unread
    if (batch.length === 0) return
    this.unread = []
    this.requestedAt = this.now()
    this.requestedLosses += batch.length
    for (const { step, index } of batch) this.requested.set(step.end, index)
    const reading = readScalars(batch.map(({ loss }) => loss.tensor))
      .then((values) => batch.forEach((unread, i) => this.judge(unread, values[i])))
      .catch((error: unknown) => void (this.failure ??= error))
      .finally(() => {
        for (const { loss } of batch) this.memory.release(loss)
        this.requestedLosses -= batch.length
        this.reading.splice(this.reading.indexOf(reading), 1)
      })
    this.reading.push(reading)
  }

  private judge({ index, step }: UnreadLoss, value: number) {
    this.lastRead.set(step.end, value)
    if (this.failure) return
    const watch = this.watch(step.end)
    const problem = watch.judge(index, value)
    if (problem) this.fail(problem, step, badLossMessage(problem, index, value, watch.limit))
  }

  private fail(problem: BadLoss, step: Pick<LoopStep, 'end'>, message: MessageText) {
    this.divergence = { step, problem, message }
    this.failure = divergenceFault(step, message, this.lastGood(step.end)?.index)
  }

  /** Sets the function that runs iterations of a training again; undefined once it has ended. */
  setRerun({ end }: Pick<LoopStep, 'end'>, rerun: Rerun | undefined) {
    if (rerun) this.reruns.set(end, rerun)
    else this.reruns.delete(end)
  }

  /**
   * Returns the fault of a training with numbers that are not finite, with the first layer that gave
   * one, if it is known.
   */
  async explain(step: Pick<LoopStep, 'end'>, message: MessageText): Promise<NodeError> {
    const good = this.lastGood(step.end)
    const rerun = () => this.reruns.get(step.end)
    const broken = await findBrokenLayer(good, rerun, this.memory).catch(() => undefined)
    const first =
      broken &&
      (broken.pass === 'forward'
        ? planMessages.forwardNotFinite(broken)
        : planMessages.backwardNotFinite(broken))
    return divergenceFault(step, first ? joinSentences(message, first) : message, good?.index)
  }

  /** Follows the states of a training, to retain the last good one. */
  follow(step: Pick<LoopStep, 'end'>, next: GoodState) {
    const good = this.good.get(step.end) ?? new GoodStates(this.memory)
    this.good.set(step.end, good)
    good.follow(next, this.watch(step.end).soundUntil, this.requested.get(step.end) ?? 0)
  }

  /** Returns the last good state of a training with this End, if one is retained. */
  lastGood = (end: string): GoodState | undefined =>
    this.good.get(end)?.last(this.watch(end).soundUntil)

  /** Releases all states. */
  release() {
    for (const good of this.good.values()) good.release()
  }

  /** Resolves when every loss so far has been read. */
  async settle() {
    this.requestUnread()
    await Promise.all(this.reading)
  }

  /** @throws the fault of the first loss that is not sound, after all have been read */
  async assertSound() {
    await this.settle()
    if (!this.failure) return
    const { divergence: found } = this
    if (found?.problem === 'notFinite')
      throw await (this.explaining ??= this.explain(found.step, found.message))
    throw this.failure
  }
}

/** Reads scalars: in one download if the backend can. */
const readScalars = async (scalars: readonly Tensor[]): Promise<ArrayLike<number>> =>
  activeBackend().readScalars?.(scalars) ??
  Promise.all(scalars.map(async (scalar) => (await scalar.data())[0]))

const badLossMessage = (problem: BadLoss, index: number, value: number, limit: number) =>
  problem === 'notFinite'
    ? planMessages.lossNotFinite({ value, step: index })
    : planMessages.lossExploded({
        value: value.toPrecision(3),
        step: index,
        limit: limit.toPrecision(2),
      })

/** Fault of a training whose loss or weights have diverged. */
const divergenceFault = (
  step: Pick<LoopStep, 'end'>,
  message: MessageText,
  good: number | undefined,
) =>
  new NodeError({
    node: step.end,
    slot: 'loss',
    message,
    cure: joinSentences(
      planMessages.lowerRate(),
      ...(good === undefined ? [] : [planMessages.goodWeights({ step: good })]),
    ),
  })

/** Reads all losses of a training from its pieces, in one read. */
export async function readLosses(pieces: readonly Tensor[]): Promise<Float32Array> {
  const row = runTidied(() => concatenate(pieces))
  try {
    return (await row.data()) as Float32Array
  } finally {
    row.dispose()
  }
}
