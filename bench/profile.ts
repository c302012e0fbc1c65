// Profile of a training step on wasm by kernel: `npm run bench:profile`. `-- --model=digits`
// selects the UNet for digits, `--steps=30` the number of steps, `--batch=8` another batch,
// `--calls=20` lists the slowest calls. Steps make identical calls, so the minimum time of each call
// is its time on an idle machine. `--backend webgpu` profiles a device instead (deviceProfile.ts).
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends/backends.ts'
import { tf } from '../src/engine/base/tf.ts'
import type {
  KernelCall,
  TensorHandle,
  KernelFunction,
} from '../src/engine/backends/wasm/kernelCall.ts'
import type { Job } from '../src/engine/backends/wasm/jobs.ts'
import { decodeInThreadMemory, decodeRepeat } from '../src/engine/backends/wasm/jobs.ts'
import type { WasmFunctions } from '../src/engine/backends/wasm/wasmFunctions.ts'
import { activeWasm } from '../src/engine/backends/wasm/wasmFunctions.ts'
import { createProblem } from '../src/hosts/bench/problem.ts'
import { ourStep } from '../src/hosts/bench/steps.ts'
import { timeLeast } from '../src/hosts/bench/turns.ts'
import type { ModelName } from '../src/hosts/bench/unets.ts'

interface Timed {
  kernel: string
  shapes: string
  /** Minimum exclusive time in ms. */
  own: number
}

let calls: Timed[] = []
let at = 0
/** Time of nested kernels, by depth. */
const inner: number[] = []

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: 'small' },
      steps: { type: 'string', default: '30' },
      calls: { type: 'string', default: '0' },
      batch: { type: 'string' },
      backend: { type: 'string', default: 'wasm' },
    },
  })
  const model = values.model as ModelName
  const items = values.batch === undefined ? undefined : Number(values.batch)
  const [steps, listed] = [Number(values.steps), Number(values.calls)]
  if (values.backend === 'webgpu') {
    const { profileDevice } = await import('./deviceProfile.ts')
    return profileDevice({ model, items, steps, programs: listed })
  }
  const report = await startBackend({ prefer: 'wasm', threads: 1 })
  const step = ourStep(await createProblem('train', model, items))
  await step()
  console.log(
    `${model}: ${report.device}; a training step takes ${(await timeLeast(step, steps)).toFixed(1)} ms`,
  )
  for (const { kernelName, kernelFunc, ...rest } of tf.getKernelsForBackend('wasm')) {
    tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({
      ...rest,
      kernelName,
      kernelFunc: timeKernel(kernelName, kernelFunc as never) as never,
    })
  }
  const own = activeWasm()
  if (own) {
    const make = own.startJobs.bind(own)
    own.startPhases = (_, addresses, build) => {
      for (const { jobs: strands, multiplications } of build(addresses))
        own.startJobs(strands, multiplications)
    }
    own.startJobs = (strands) => {
      for (const one of unrollJob(own, strands.flat()))
        timedOwn(own.names[one[0]], () => make([[one]], 0))
    }
  }
  await step()
  calls = []
  const total = await timeLeast(() => {
    at = 0
    return step()
  }, steps)
  print(total, listed)
}

function timeKernel(kernelName: string, kernel: KernelFunction): KernelFunction {
  return (call) => {
    const index = at++
    inner.push(0)
    const began = performance.now()
    const out = kernel(call)
    const took = performance.now() - began
    const own = took - inner.pop()!
    if (inner.length > 0) inner[inner.length - 1] += took
    const known = calls[index]
    if (known) known.own = Math.min(known.own, own)
    else calls[index] = { kernel: kernelName, shapes: formatShapes(call, out), own }
    return out
  }
}

/** Expands repeated calls, and those in the memory of our thread. */
const unrollJob = (own: WasmFunctions, job: Job): Job =>
  job.flatMap((one) => {
    const [index, numbers] = one
    const name = own.names[index]
    if (name === 'repeat') return unrollJob(own, decodeRepeat(numbers))
    return name === 'inThreadMemory'
      ? unrollJob(own, decodeInThreadMemory(numbers, own.threadMemoryAddress))
      : [one]
  })

/** One of our functions, which calls no other kernel. */
function timedOwn(name: string, run: () => void) {
  const index = at++
  const began = performance.now()
  run()
  const own = performance.now() - began
  if (inner.length > 0) inner[inner.length - 1] += own
  const known = calls[index]
  if (known) known.own = Math.min(known.own, own)
  else calls[index] = { kernel: `own ${name}`, shapes: '', own }
}

const formatShapes = ({ inputs }: KernelCall, out: TensorHandle | TensorHandle[]) => {
  const of = (infos: unknown[]) =>
    infos
      .filter((info) => info)
      .slice(0, 3)
      .map((info) => `[${(info as TensorHandle).shape}]`)
      .join(' ')
  return `${of(Object.values(inputs))} -> ${of([out].flat())}`
}

function print(total: number, most: number) {
  const byKernel = new Map<string, { calls: number; own: number }>()
  for (const { kernel, own } of calls) {
    const row = byKernel.get(kernel) ?? { calls: 0, own: 0 }
    byKernel.set(kernel, { calls: row.calls + 1, own: row.own + own })
  }
  const inKernels = calls.reduce((sum, { own }) => sum + own, 0)
  console.log(`\n${'kernel'.padEnd(28)}calls       ms`)
  for (const [kernel, { calls, own }] of [...byKernel].sort(([, a], [, b]) => b.own - a.own)) {
    console.log(`${kernel.padEnd(28)}${String(calls).padStart(5)}${own.toFixed(2).padStart(9)}`)
  }
  console.log(
    `${'all'.padEnd(28)}${String(calls.length).padStart(5)}${inKernels.toFixed(2).padStart(9)}   of ${total.toFixed(1)} ms per step`,
  )
  for (const { kernel, shapes, own } of calls.toSorted((a, b) => b.own - a.own).slice(0, most)) {
    console.log(`${own.toFixed(3).padStart(8)} ${kernel} ${shapes}`)
  }
}
