// Generates and checks single mutants. A mutant is addressed by the seed of the run, its kind and its
// number, so that each can be repeated alone.
import { allocatedBytes } from './allocations.ts'
import { getHeapStatistics } from 'node:v8'
import { createBinaryTargets, type BinaryTarget } from './binaryTargets.ts'
import { GlobalsSnapshot } from './globals.ts'
import { headerTargets } from './headerTargets.ts'
import { mutateJson, printMutant } from './jsonMutations.ts'
import { pickSeed, readJsonSeeds } from './jsonSeeds.ts'
import { JsonTarget, type Timed } from './jsonTarget.ts'
import { bounds, type Failure, type Kind, type Task } from './protocol.ts'
import { mutantSeed, Rng } from './random.ts'
import { checkError, Violation } from './violation.ts'

/** A generated input. */
export interface Mutant {
  target: string
  bytes: Uint8Array
  check(timed: Timed): Promise<unknown>
}

/** Headers are many and small: they are checked in groups. */
export const HEADERS_TOGETHER = 1000

/** The complete comparison of prototypes and globals takes a millisecond, so it is made in turn. */
const GLOBALS_EVERY = 50

type JsonRoot = Parameters<typeof mutateJson>[0]

type FuzzerOptions = Pick<Task, 'seed' | 'selfTest'>

export class Fuzzer {
  private readonly seeds = readJsonSeeds()
  private readonly editor = new JsonTarget()
  private globals = new GlobalsSnapshot()
  private checked = 0

  private constructor(
    private readonly options: FuzzerOptions,
    private readonly binaryTargets: readonly BinaryTarget[],
  ) {}

  static async create(options: FuzzerOptions): Promise<Fuzzer> {
    return new Fuzzer(options, await createBinaryTargets())
  }

  mutant(kind: Kind, number: number): Mutant {
    const rng = new Rng(mutantSeed(this.options.seed, kind, number))
    switch (kind) {
      case 'json':
        return this.jsonMutant(this.mutateText(rng))
      case 'binary': {
        const target = this.binaryTargets[number % this.binaryTargets.length]
        return binaryMutant(target, target.mutate(rng.pick(target.seeds), rng))
      }
      case 'headers': {
        const target = headerTargets[number % headerTargets.length]
        const bytes = target.mutate(rng.pick(target.seeds), rng)
        return { target: target.name, bytes, check: async () => target.check(bytes) }
      }
      default:
        return kind satisfies never
    }
  }

  /** The same check of other bytes, to minimise a mutant. */
  withBytes(kind: Kind, number: number, bytes: Uint8Array): Mutant {
    if (kind === 'json') return this.jsonMutant(new TextDecoder().decode(bytes))
    if (kind === 'binary')
      return binaryMutant(this.binaryTargets[number % this.binaryTargets.length], bytes)
    const target = headerTargets[number % headerTargets.length]
    return { target: target.name, bytes, check: async () => target.check(bytes) }
  }

  private jsonMutant(text: string): Mutant {
    return {
      target: 'workflow',
      bytes: new TextEncoder().encode(text),
      check: async (timed) => {
        const result = await this.editor.check(text, timed)
        if (this.options.selfTest && result === 'accepted')
          throw new Violation('self-test', 'This file was accepted')
      },
    }
  }

  private mutateText(rng: Rng): string {
    const parse = () => JSON.parse(pickSeed(this.seeds, rng)) as JsonRoot
    const root = parse()
    mutateJson(root, rng, parse)
    return printMutant(root, rng)
  }

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
      await mutant.check(measureCall)
      this.checkGlobals(this.checked++ % GLOBALS_EVERY === 0)
      checkAllocations(allocatedBytes() - before, getHeapStatistics().used_heap_size - heap)
      return undefined
    } catch (error) {
      return toViolation(error)
    }
  }

  /** Checks headers `from`, `from + step`, ... Returns the number of the first failure, or -1. */
  checkHeaders(from: number, step: number, count: number): number {
    const before = allocatedBytes()
    // Stacks take longer than the checks. A failure is checked again with its stack.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    const failed = this.findFailedHeader(from, step, count)
    Error.stackTraceLimit = stackTraceLimit
    if (failed >= 0) return failed
    this.checkGlobals(true)
    checkAllocations((allocatedBytes() - before) / count, 0)
    return -1
  }

  private findFailedHeader(from: number, step: number, count: number): number {
    for (let i = 0; i < count; i++) {
      const number = from + i * step
      const rng = new Rng(mutantSeed(this.options.seed, 'headers', number))
      const target = headerTargets[number % headerTargets.length]
      try {
        target.check(target.mutate(rng.pick(target.seeds), rng))
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

const binaryMutant = (target: BinaryTarget, bytes: Uint8Array): Mutant => ({
  target: target.name,
  bytes,
  check: (timed) => target.check(bytes, timed),
})

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
  kind: Kind,
  number: number,
  { target, bytes }: Mutant,
  { property, message, cause, stack }: Violation,
): Failure {
  const trace = cause instanceof Error ? cause.stack : stack
  return { kind, number, target, property, message, stack: trace ?? '', bytes }
}
