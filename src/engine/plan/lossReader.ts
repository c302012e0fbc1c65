// Reads the loss of every training step asynchronously, and finds the first that is not finite or
// has exploded.
import { concatenate } from '../training/flatWeights.ts'
import type { Tensor } from '../base/tf.ts'
import type { LoopStep } from './steps.ts'
import { NodeError } from '../base/fault.ts'
import type { Iteration } from './host.ts'
import { runTidied, type Memory } from '../base/memory.ts'
import { planMessages } from '../messages/plan.ts'
import { GoodStates, type GoodState } from './goodStates.ts'
import { LossWatch, type BadLoss } from './lossWatch.ts'

export class LossReader {
  latest: number | undefined
  failure: unknown
  /** Last good states of the trainings of a run, by the id of their End. */
  private readonly good = new Map<string, GoodStates>()
  private readonly watches = new Map<string, LossWatch>()
  private readonly reading: Promise<void>[] = []

  constructor(private readonly memory: Memory) {}

  private watch(end: string): LossWatch {
    const watch = this.watches.get(end) ?? new LossWatch()
    this.watches.set(end, watch)
    return watch
  }

  get inFlight() {
    return this.reading.length
  }

  get oldest() {
    return this.reading[0]
  }

  read({ loss, index, step }: Pick<Iteration, 'loss' | 'index'> & { step: Pick<LoopStep, 'end'> }) {
    if (loss?.type !== 'loss' && loss?.type !== 'number') return
    this.memory.retain(loss)
    const reading = loss.tensor
      .data()
      .then(([value]) => {
        this.latest = value
        if (this.failure) return
        const watch = this.watch(step.end)
        const problem = watch.judge(index, value)
        const good = this.lastGood(step.end)?.index
        if (problem) this.failure = badLoss(problem, { step, index, value, good }, watch.limit)
      })
      .catch((error: unknown) => void (this.failure ??= error))
      .finally(() => {
        this.memory.release(loss)
        this.reading.splice(this.reading.indexOf(reading), 1)
      })
    this.reading.push(reading)
  }

  /** Follows the states of a training, to retain the last good one. */
  follow(step: Pick<LoopStep, 'end'>, next: GoodState) {
    const good = this.good.get(step.end) ?? new GoodStates(this.memory)
    this.good.set(step.end, good)
    good.follow(next, this.watch(step.end).soundUntil)
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
    await Promise.all(this.reading)
  }

  /** @throws the fault of the first loss that is not sound, after all have been read */
  async assertSound() {
    await this.settle()
    if (this.failure) throw this.failure
  }
}

interface Divergence {
  step: Pick<LoopStep, 'end'>
  index: number
  value: number
  /** Iterations of the last good state. */
  good: number | undefined
}

const badLoss = (problem: BadLoss, { step, index, value, good }: Divergence, limit: number) =>
  divergenceFault(
    step,
    problem === 'notFinite'
      ? planMessages.lossNotFinite({ value, step: index })
      : planMessages.lossExploded({
          value: value.toPrecision(3),
          step: index,
          limit: limit.toPrecision(2),
        }),
    good,
  )

/** Fault of a training whose loss or weights have diverged. */
export const divergenceFault = (
  step: Pick<LoopStep, 'end'>,
  message: string,
  good: number | undefined,
) =>
  new NodeError({
    node: step.end,
    slot: 'loss',
    message,
    cure: [
      planMessages.lowerRate(),
      ...(good === undefined ? [] : [planMessages.goodWeights({ step: good })]),
    ].join(' '),
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
