// Reads the loss of every training step without waiting for it, and finds the first that is no number.
import { inARow } from '../flat.ts'
import type { Tensor } from '../tf.ts'
import type { LoopStep } from './compile.ts'
import { NodeError } from './fault.ts'
import type { Iteration } from './host.ts'
import { tidied, type Memory } from './memory.ts'

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
        if (!Number.isFinite(value)) this.failure ??= notANumber(step, index, value!)
      })
      .catch((error: unknown) => void (this.failure ??= error))
      .finally(() => {
        this.memory.release(loss)
        this.reading.splice(this.reading.indexOf(reading), 1)
      })
    this.reading.push(reading)
  }

  /** When every loss so far has been read. */
  async settle() {
    await Promise.all(this.reading)
  }

  /** @throws the first loss that is no number, once all have been read */
  async sound() {
    await this.settle()
    if (this.failure) throw this.failure
  }
}

const notANumber = (step: Pick<LoopStep, 'end'>, index: number, value: number) =>
  new NodeError({
    node: step.end,
    slot: 'loss',
    message: `The loss became ${value} at step ${index}.`,
    cure: 'Lower the learning rate, clip the gradients (clip_norm of Optimizer) or check the data; the weights saved before are kept.',
  })

/** All losses of a training, from the pieces they are kept in, in one reading. */
export async function readLosses(pieces: readonly Tensor[]): Promise<Float32Array> {
  const row = tidied(() => inARow(pieces))
  try {
    return (await row.data()) as Float32Array
  } finally {
    row.dispose()
  }
}
