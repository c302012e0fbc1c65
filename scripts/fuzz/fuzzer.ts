// Generates and checks single mutants. A mutant is addressed by the seed of the run, its target and
// its number, so that each can be repeated alone.
import { allocatedBytes } from './allocations.ts'
import { getHeapStatistics } from 'node:v8'
import { GlobalsSnapshot } from './globals.ts'
import { bounds, type Failure, type TargetName, type Task } from './protocol.ts'
import { mutantSeed, Rng } from './random.ts'
import type { FuzzTarget, QuickTarget } from './target.ts'
import { createTarget } from './targets/index.ts'
import { checkError, Violation } from './violation.ts'

/** Inputs of quick targets that are checked together. */
export const QUICK_GROUP = 1000

/** The complete comparison of prototypes and globals takes a millisecond, so it is made in turn. */
const GLOBALS_EVERY = 50

/** A generated input of a target. */
export interface Mutant {
  name: TargetName
  target: FuzzTarget
  number: number
  bytes: Uint8Array
}

export class Fuzzer {
  private globals = new GlobalsSnapshot()
  private checked = 0

  constructor(private readonly options: Pick<Task, 'seed' | 'selfTest'>) {}

  async mutant(name: TargetName, number: number): Promise<Mutant> {
    const target = await createTarget(name)
    // Creating a target may define globals, which its inputs did not change.
    if (!this.known.has(name)) this.globals = new GlobalsSnapshot()
    this.known.add(name)
    return { name, target, number, bytes: target.generate(this.rng(name, number)) }
  }

  private readonly known = new Set<TargetName>()

  private rng = (name: TargetName, number: number) =>
    new Rng(mutantSeed(this.options.seed, name, number))

  /** Checks a mutant. Returns the first broken property. */
  async check(mutant: Mutant): Promise<Violation | undefined> {
    const first = await this.checkOnce(mutant)
    if (first?.property !== 'time') return first
    // Other processes and garbage collection take time as well.
    const again = await this.checkOnce(mutant)
    return again?.property === 'time' ? this.checkOnce(mutant) : again
  }

  private async checkOnce(mutant: Mutant): Promise<Violation | undefined> {
    const before = allocatedBytes()
    const heap = getHeapStatistics().used_heap_size
    try {
      const result = await mutant.target.check(mutant.bytes, measureCall)
      if (this.options.selfTest && result === 'accepted')
        throw new Violation('self-test', 'This input was accepted')
      this.checkGlobals(this.checked++ % GLOBALS_EVERY === 0)
      checkAllocations(allocatedBytes() - before, getHeapStatistics().used_heap_size - heap)
      return undefined
    } catch (error) {
      return toViolation(error)
    }
  }

  /**
   * Checks inputs `from`, `from + step`, ... of a quick target. Returns the number of the first
   * failure, or -1.
   */
  checkGroup(name: TargetName, target: QuickTarget, from: number, step: number, count: number) {
    const before = allocatedBytes()
    // Stacks take longer than the checks. A failure is checked again with its stack.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    const failed = this.findFailed(name, target, from, step, count)
    Error.stackTraceLimit = stackTraceLimit
    if (failed >= 0) return failed
    this.checkGlobals(true)
    checkAllocations((allocatedBytes() - before) / count, 0)
    return -1
  }

  private findFailed(
    name: TargetName,
    target: QuickTarget,
    from: number,
    step: number,
    count: number,
  ): number {
    for (let i = 0; i < count; i++) {
      const number = from + i * step
      try {
        target.check(target.generate(this.rng(name, number)))
      } catch {
        return number
      }
    }
    return -1
  }

  /** Compares all objects, or only the prototypes of everything. */
  private checkGlobals(complete: boolean) {
    try {
      this.globals.check(complete)
    } catch (error) {
      // Otherwise, all later mutants would fail as well.
      this.globals = new GlobalsSnapshot()
      throw error
    }
  }
}

/** Milliseconds of a fixed calculation. */
function timeCalculation(): number {
  const start = performance.now()
  let sum = 0
  for (let i = 0; i < 2e6; i++) sum = Math.imul(sum ^ i, 16777619)
  return performance.now() - start + (sum & 1) * 1e-9
}

const idleTime = Math.min(...Array.from({ length: 5 }, timeCalculation))

/** How much slower than at the start everything is now, because of other processes. */
const slowness = () =>
  Math.max(1, Array.from({ length: 20 }, timeCalculation).reduce((a, b) => a + b) / 20 / idleTime)

function measureCall<T>(name: string, call: () => T): T {
  const start = performance.now()
  const finish = () => {
    const time = performance.now() - start
    if (time > bounds.callTime && time > bounds.callTime * slowness())
      throw new Violation('time', `${name} took ${(time / 1000).toFixed(1)} s`)
  }
  const result = call()
  if (!(result instanceof Promise)) {
    finish()
    return result
  }
  return result.then((value: unknown) => {
    finish()
    return value
  }) as T
}

function checkAllocations(bytes: number, heap: number) {
  const most = (value: number) => `${Math.round(value / 2 ** 20)} MiB`
  if (bytes > bounds.allocation)
    throw new Violation('allocation', `${most(bytes)} of arrays were allocated`)
  if (heap > bounds.heap) throw new Violation('allocation', `The heap grew by ${most(heap)}`)
}

function toViolation(error: unknown): Violation {
  if (error instanceof Violation) return error
  try {
    checkError(error, [], '')
  } catch (violation) {
    if (violation instanceof Violation) return violation
  }
  return new Violation('errors', String(error), error)
}

export function describeFailure(
  { name, number, bytes }: Mutant,
  { property, message, cause, stack }: Violation,
): Failure {
  const trace = cause instanceof Error ? cause.stack : stack
  return { target: name, number, property, message, stack: trace ?? '', bytes }
}
