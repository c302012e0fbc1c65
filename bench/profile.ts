// Where the milliseconds of a training step on wasm go: `npm run bench:profile`, with `-- --model=digits` for the
// UNet for digits, `--steps=30`, `--calls=20` for the dearest calls one by one. Every step calls the same kernels in
// the same order, so the least time of each call is what it takes on a machine that has nothing else to do.
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends.ts'
import { tf } from '../src/engine/tf.ts'
import type { Call, Info, Kernel } from '../src/engine/wasm/call.ts'
import type { Strand } from '../src/engine/wasm/strands.ts'
import { repetitions } from '../src/engine/wasm/strands.ts'
import { ownFunctions } from '../src/engine/wasm/module.ts'
import type { ModelName } from './models.ts'
import { problemOf } from './problem.ts'
import { ourStep } from './tfjs.ts'
import { leastOf } from './turns.ts'

interface Timed {
  kernel: string
  shapes: string
  /** The least that it took without what it called, in milliseconds. */
  own: number
}

let calls: Timed[] = []
let at = 0
/** Time of the kernels that the one which runs has called, by depth. */
const inner: number[] = []

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: 'small' },
      steps: { type: 'string', default: '30' },
      calls: { type: 'string', default: '0' },
    },
  })
  const report = await startBackend({ prefer: 'wasm' })
  const model = values.model as ModelName
  const step = ourStep(await problemOf('train', model))
  await step()
  console.log(`${model}: ${report.device}; a training step takes ${(await leastOf(step, Number(values.steps))).toFixed(1)} ms`)
  for (const { kernelName, kernelFunc, ...rest } of tf.getKernelsForBackend('wasm')) {
    tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({ ...rest, kernelName, kernelFunc: timed(kernelName, kernelFunc as never) as never })
  }
  const own = ownFunctions()
  if (own) {
    const make = own.all.bind(own)
    own.phases = (_, addresses, build) => {
      for (const { strands, multiplications } of build(addresses)) own.all(strands, multiplications)
    }
    own.all = (strands) => {
      for (const one of unrolled(own.names, strands.flat())) timedOwn(own.names[one[0]]!, () => make([[one]], 0))
    }
  }
  await step()
  calls = []
  const total = await leastOf(() => {
    at = 0
    return step()
  }, Number(values.steps))
  print(total, Number(values.calls))
}

function timed(kernelName: string, kernel: Kernel): Kernel {
  return (call) => {
    const index = at++
    inner.push(0)
    const began = performance.now()
    const out = kernel(call)
    const took = performance.now() - began
    const own = took - inner.pop()!
    if (inner.length > 0) inner[inner.length - 1]! += took
    const known = calls[index]
    if (known) known.own = Math.min(known.own, own)
    else calls[index] = { kernel: kernelName, shapes: shapesOf(call, out), own }
    return out
  }
}

/** The calls with those that are repeated one by one. */
const unrolled = (names: string[], strand: Strand): Strand =>
  strand.flatMap((one) => (names[one[0]] === 'repeat' ? unrolled(names, repetitions(one[1])) : [one]))

/** A function of our own: it calls no other. */
function timedOwn(name: string, run: () => void) {
  const index = at++
  const began = performance.now()
  run()
  const own = performance.now() - began
  if (inner.length > 0) inner[inner.length - 1]! += own
  const known = calls[index]
  if (known) known.own = Math.min(known.own, own)
  else calls[index] = { kernel: `own ${name}`, shapes: '', own }
}

const shapesOf = ({ inputs }: Call, out: Info | Info[]) => {
  const of = (infos: unknown[]) =>
    infos
      .filter((info) => info)
      .slice(0, 3)
      .map((info) => `[${(info as Info).shape}]`)
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
    `${'all'.padEnd(28)}${String(calls.length).padStart(5)}${inKernels.toFixed(2).padStart(9)}   of ${total.toFixed(1)} ms a step`,
  )
  for (const { kernel, shapes, own } of calls.toSorted((a, b) => b.own - a.own).slice(0, most)) {
    console.log(`${own.toFixed(3).padStart(8)} ${kernel} ${shapes}`)
  }
}
