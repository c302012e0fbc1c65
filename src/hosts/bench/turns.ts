// Timing of steps and the check of their results, shared by all peers in TypeScript.
import type { Task } from './problem.ts'
import type { Step } from './steps.ts'

/** Number of training losses to compare; from the second on they depend on gradients and Adam. */
const LOSSES = 3

/**
 * Results of the first steps, which also compile: a sample, or the losses of `count` training
 * steps.
 */
export async function computeCheck(step: Step, task: Task, count = LOSSES): Promise<number[]> {
  if (task === 'sample') return Array.from(await step())
  const losses: number[] = []
  for (let i = 0; i < count; i++) losses.push((await step())[0])
  return losses
}

/** Time of a step. */
export interface StepTime {
  seconds: number
  /** Processor time of all threads, for peers in their own process; excludes other processes. */
  cpu?: number
}

/** Times the steps of a turn of a number of seconds, at least one. */
export async function turn(step: Step, seconds: number): Promise<StepTime[]> {
  const all: StepTime[] = []
  for (let spent = 0; spent < seconds; spent += all.at(-1)!.seconds) {
    const [began, used] = [performance.now(), cpuSeconds()]
    await step()
    const took = { seconds: (performance.now() - began) / 1000 }
    all.push(used === undefined ? took : { ...took, cpu: cpuSeconds()! - used })
  }
  return all
}

function cpuSeconds(): number | undefined {
  if (typeof process === 'undefined') return undefined
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Minimum time over a number of steps in ms: close to that of an idle machine. */
export async function timeLeast(step: Step, times: number): Promise<number> {
  let least = Infinity
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await step()
    least = Math.min(least, performance.now() - began)
  }
  return least
}
