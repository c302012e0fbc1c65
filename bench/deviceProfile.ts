// Profile of a training step on webgpu in Node by program, with timestamps around each dispatch:
// `npm run bench:profile -- --backend webgpu`. The shortest of several steps counts.
import { startBackend } from '../src/engine/backends/backends.ts'
import type { PassTimer } from '../src/engine/backends/webgpu/passTimer.ts'
import type { WebGPUBackend } from '../src/engine/backends/webgpu/backend.ts'
import { tf } from '../src/engine/base/tf.ts'
import { createProblem } from '../src/hosts/bench/problem.ts'
import { ourStep } from '../src/hosts/bench/steps.ts'
import type { ModelName } from '../src/hosts/bench/unets.ts'
import { provideWebGPU } from '../src/hosts/node/nodeWebgpu.ts'

interface Options {
  model: ModelName
  /** Default: the batch of the model. */
  items: number | undefined
  steps: number
  /** Lists this many of the slowest programs with their sizes. */
  programs: number
}

/** Throws Error if there is no device, or if it has no timestamps. */
export async function profileDevice({ model, items, steps, programs }: Options): Promise<void> {
  const missing = await provideWebGPU()
  if (missing) throw new Error(missing)
  const report = await startBackend({ prefer: 'webgpu', only: true })
  const backend = tf.backend() as unknown as WebGPUBackend
  backend.replayEnabled = false
  const step = ourStep(await createProblem('train', model, items))
  await step()
  const found: ReadonlyMap<string, number>[] = []
  for (let i = 0; i < steps; i++) found.push(await timePrograms(backend, step))
  const least = new Map(
    [...found[0].keys()].map((name) => [
      name,
      Math.min(...found.map((each) => each.get(name) ?? Infinity)),
    ]),
  )
  console.log(`${model}: ${report.device}`)
  printTable(groupByKind(least))
  printTable([...least].sort(([, a], [, b]) => b - a).slice(0, programs))
}

/** Returns the seconds of a step by program. */
async function timePrograms(
  backend: WebGPUBackend,
  step: () => Promise<unknown>,
): Promise<ReadonlyMap<string, number>> {
  const timer = backend.startTimer()
  if (!timer) throw new Error('Expected a device with timestamp queries.')
  const names = new Set<string>()
  const unwrap = [
    wrapMethod(backend, 'dispatch', timer, ([program]) => named(names, program.key)),
    wrapMethod(backend, 'recordAndSubmit', timer, ([program]) =>
      named(names, `tfjs ${program.constructor.name}`),
    ),
  ]
  await step()
  await timer.settle()
  for (const undo of unwrap) undo()
  const seconds = new Map([...names].map((name) => [name, timer.seconds(name)]))
  timer.close()
  return seconds
}

const named = (names: Set<string>, name: string) => {
  names.add(name)
  return name
}

/** Times each call of a method. Returns a function that restores it. */
function wrapMethod<Name extends 'dispatch' | 'recordAndSubmit'>(
  backend: WebGPUBackend,
  method: Name,
  timer: PassTimer,
  nameCall: (call: Parameters<WebGPUBackend[Name]>) => string,
): () => void {
  const original = backend[method].bind(backend) as (...call: unknown[]) => unknown
  const timed = (...call: unknown[]) => {
    timer.enter(nameCall(call as never))
    try {
      return original(...call)
    } finally {
      timer.leave()
    }
  }
  Object.assign(backend, { [method]: timed })
  return () => void Reflect.deleteProperty(backend, method)
}

/** Sums by the words of a name before its sizes. */
function groupByKind(least: ReadonlyMap<string, number>): [string, number][] {
  const kinds = new Map<string, number>()
  for (const [name, seconds] of least) {
    const kind = name.split(/ (?=\d|of |by )/)[0]
    kinds.set(kind, (kinds.get(kind) ?? 0) + seconds)
  }
  return [...kinds].sort(([, a], [, b]) => b - a)
}

function printTable(rows: readonly (readonly [string, number])[]) {
  const total = rows.reduce((sum, [, seconds]) => sum + seconds, 0)
  for (const [name, seconds] of [...rows, ['all', total] as const])
    console.log(`${(1000 * seconds).toFixed(2).padStart(10)} ms  ${name}`)
  console.log()
}
