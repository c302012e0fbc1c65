// Reads the loss of every training step asynchronously, and finds the first that is not finite.
import { concatenate } from '../training/flatWeights.ts'
import type { Tensor } from '../base/tf.ts'
import type { LoopStep } from './steps.ts'
import { NodeError } from '../base/fault.ts'
import type { Iteration } from './host.ts'
import { runTidied, type Memory } from '../base/memory.ts'
import { planMessages } from '../messages/plan.ts'

export class LossReader {
  latest: number | undefined
  failure: unknown
  private readonly reading: Promise<void>[] = []

  constructor(private readonly memory: Memory) {}

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
        if (!Number.isFinite(value)) this.failure ??= notANumber(step, index, value)
      })
      .catch((error: unknown) => void (this.failure ??= error))
      .finally(() => {
        this.memory.release(loss)
        this.reading.splice(this.reading.indexOf(reading), 1)
      })
    this.reading.push(reading)
  }

  /** Resolves when every loss so far has been read. */
  async settle() {
    await Promise.all(this.reading)
  }

  /** @throws the fault of the first loss that is not finite, after all have been read */
  async assertFinite() {
    await this.settle()
    if (this.failure) throw this.failure
  }
}

const notANumber = (step: Pick<LoopStep, 'end'>, index: number, value: number) =>
  new NodeError({
    node: step.end,
    slot: 'loss',
    message: planMessages.lossNotFinite({ value, step: index }),
    cure: planMessages.lowerRate(),
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
