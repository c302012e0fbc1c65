// How a step is timed, and what is looked at before: the same for everybody who is not written in another language.
import type { Task } from './problem.ts'
import type { Step } from './tfjs.ts'

/** Losses of so many training steps have to be those of the others: of the second on, gradients and Adam are in them. */
const LOSSES = 3

/** What the first steps come to, which compile. */
export async function checkOf(step: Step, task: Task): Promise<number[]> {
  if (task === 'sample') return Array.from(await step())
  const losses: number[] = []
  for (let i = 0; i < LOSSES; i++) losses.push((await step())[0]!)
  return losses
}

/** What a step takes. */
export interface Took {
  seconds: number
  /** Processor time of all threads, where there is a process of its own: it does not run while other processes do. */
  cpu?: number
}

/** Each step of a turn that may take so many seconds; of one at least. */
export async function turn(step: Step, seconds: number): Promise<Took[]> {
  const all: Took[] = []
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

/** The least time of so many steps, in milliseconds: near what one takes on a machine that has nothing else to do. */
export async function leastOf(step: Step, times: number): Promise<number> {
  let least = Infinity
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await step()
    least = Math.min(least, performance.now() - began)
  }
  return least
}
