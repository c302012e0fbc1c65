// A timed peer in a page; peer.ts is the equivalent in Node.
import type { ProblemData, Problem } from '../src/hosts/bench/problem.ts'
import type { Step } from '../src/hosts/bench/steps.ts'
import { computeCheck, turn as turnOf } from '../src/hosts/bench/turns.ts'
import type { TfjsWho } from './tfjs.ts'

let step: Step

async function open(who: TfjsWho | 'jax', problem: Problem) {
  const response = await fetch('/numbers.bin')
  const given: ProblemData = { problem, numbers: new Float32Array(await response.arrayBuffer()) }
  const opened =
    who === 'jax'
      ? await (await import('./jax.mjs')).openJax('webgpu', given)
      : await (await import('./tfjs.ts')).openTfjs(who, 'webgpu', given)
  step = opened.step
  return { device: opened.device, check: await computeCheck(step, problem.task) }
}

const turn = (seconds: number) => turnOf(step, seconds)

const inPage = { open, turn }
export type InPage = typeof inPage
Object.assign(globalThis, { bench: inPage })
