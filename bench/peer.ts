// A timed peer in its own process: `node scripts/run.mjs bench/peer.ts ours|stock|tuned|jax|ort
// backend folder`. Prints a line of JSON when ready, and one per turn: a line on stdin with its duration in
// seconds.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BackendName } from '../src/engine/protocol.ts'
import { provideWebGPU } from '../src/hosts/node/nodeWebgpu.ts'
import type { ProblemData, Problem } from '../src/hosts/bench/problem.ts'
import { computeCheck, turn } from '../src/hosts/bench/turns.ts'
import type { Opened, TfjsWho } from './tfjs.ts'

export async function main([who, backend, folder]: [string, BackendName, string]): Promise<void> {
  const say = (told: object) => console.log(JSON.stringify(told))
  try {
    const given = await givenIn(folder)
    const opened = await open(who, backend, given)
    say({ device: opened.device, check: await computeCheck(opened.step, given.problem.task) })
    for await (const line of createInterface({ input: process.stdin }))
      say({ took: await turn(opened.step, Number(line)) })
  } catch (error) {
    say({ error: (error as Error).message })
  }
  process.exit(0) // Dawn would keep the process alive
}

async function open(who: string, backend: BackendName, given: ProblemData): Promise<Opened> {
  if (backend === 'webgpu') {
    // Before the imports, which look for it once.
    const reason = await provideWebGPU()
    if (reason) throw new Error(reason)
  }
  if (who === 'ort') return (await import('./ort.ts')).openOrt(backend, given)
  if (who !== 'jax') return (await import('./tfjs.ts')).openTfjs(who as TfjsWho, backend, given)
  // jax-js reads the browser's name.
  if (globalThis.navigator && !navigator.userAgent)
    Object.defineProperty(navigator, 'userAgent', { value: 'Node.js' })
  return (await import('./jax.mjs')).openJax(backend, given)
}

async function givenIn(folder: string): Promise<ProblemData> {
  const problem = JSON.parse(await readFile(join(folder, 'problem.json'), 'utf8')) as Problem
  const bytes = await readFile(join(folder, 'numbers.bin'))
  return {
    problem,
    numbers: new Float32Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    ),
  }
}
