// Interruption of synchronous work between two kernels. An iteration may take seconds, in which the
// thread handles no message, so a stop has to reach it by other means (plan/stopFlags.ts). The
// iteration is then discarded: states are values, so the one before it is still complete.
import { tfEngine } from './tfEngine.ts'

/** Thrown between two kernels of a run that is to stop. Never a fault: nothing may replace it. */
export class Interrupted extends Error {
  constructor() {
    super('The run was stopped during an iteration.')
    this.name = 'Interrupted'
  }
}

/** True once the work in progress should end. Undefined while nothing may be interrupted. */
let isStopRequested: (() => boolean) | undefined

function runWith<T>(requested: typeof isStopRequested, work: () => T): T {
  const around = isStopRequested
  isStopRequested = requested
  try {
    return work()
  } finally {
    isStopRequested = around
  }
}

/**
 * Runs synchronous work. Throws Interrupted from a kernel of it once `requested` returns true. Work
 * that catches this continues only to its next kernel.
 */
export const interruptible = <T>(requested: (() => boolean) | undefined, work: () => T): T =>
  runWith(requested, work)

/** Runs work inside {@link interruptible} to its end, such as storing a state. */
export const uninterrupted = <T>(work: () => T): T => runWith(undefined, work)

/** Depth of the operations of tfjs that are running. */
interface KernelState {
  state: { kernelDepth: number }
}

/**
 * Called before each kernel. Throws Interrupted if the work in progress is to end, but not inside an
 * operation: what it has saved for the backward pass has no owner before it is complete.
 */
export function throwIfInterrupted(): void {
  if (!isStopRequested?.()) return
  const { kernelDepth } = tfEngine<KernelState>().state
  if (kernelDepth === 0) throw new Interrupted()
}

/**
 * Returns {@link throwIfInterrupted} for the asynchronous part of the work in progress, which is to
 * call it between its kernels.
 */
export function interruptionCheck(): () => void {
  const requested = isStopRequested
  return () => runWith(requested, throwIfInterrupted)
}
