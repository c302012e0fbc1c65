// Times steps of our engine with a number of threads, in Node or in a worker of an isolated page.
import { startBackend, stopBackend } from '../src/engine/backends/backends.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { WasmPaths } from '../src/engine/protocol.ts'
import type { ModelName } from '../src/hosts/bench/unets.ts'
import type { Task } from '../src/hosts/bench/problem.ts'
import { createProblem } from '../src/hosts/bench/problem.ts'
import { ourStep } from '../src/hosts/bench/steps.ts'

export interface TimingRequest {
  threads: number
  task: Task
  model: ModelName
  /** Default: the model's batch. */
  batch: number | undefined
  steps: number
}

export interface StepTimes {
  device: string
  /** In ms, of each step. */
  times: number[]
}

/** Starts wasm, runs steps, and stops it. */
export async function timeSteps(
  { threads, task, model, batch, steps }: TimingRequest,
  wasm?: WasmPaths,
): Promise<StepTimes> {
  const { device } = await startBackend({ prefer: 'wasm', only: true, threads, wasm })
  tf.engine().startScope()
  const step = ourStep(await createProblem(task, model, batch))
  await step() // warms up plans
  const times: number[] = []
  for (let i = 0; i < steps; i++) {
    const began = performance.now()
    await step()
    times.push(performance.now() - began)
  }
  tf.engine().endScope()
  await stopBackend()
  return { device, times }
}
