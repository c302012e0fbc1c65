// Counts one thing in a process of its own, so that what is replaced in tfjs here is not there for stock tfjs, and memory is
// that of one thing: `node scripts/run.mjs bench/counted.ts ours|stock train|sample|sample16 [features]`, of ours with
// `--activations float16` as well. Prints a line of JSON.
import { parseArgs } from 'node:util'
import { startUntested } from '../src/engine/backends.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { tf } from '../src/engine/tf.ts'
import type { ActivationStorage } from '../src/engine/values.ts'
import { nodes } from '../src/nodes/table.ts'
import type { Counter, Counts, Use } from './counting.ts'
import { difference, provideCountingGPU } from './counting.ts'
import { ops, samplingGraph, stockSampling, stockTraining, trainingGraph } from './reference.ts'

export type Task = 'train' | 'sample' | 'sample16'
export type Who = 'ours' | 'stock'

/** One step, and what there is after all. */
export interface Counted extends Omit<Counts, 'pipelines'> {
  /** The most bytes that were on the device at once, in all steps. */
  deviceBytes: number
  /** Pipelines compiled in all. */
  pipelines: number
  /** Milliseconds of processor time that a step takes in JavaScript, garbage collection included: the median. */
  jsMs: number
  /** By programs, those with the most bytes first. */
  kernels: Kernel[]
}

export interface Kernel extends Use {
  name: string
}

/** Steps before those that count: they compile, and fill the pools of buffers. */
const WARM_UP = 3
const MEASURED = 5
const STEPS = WARM_UP + MEASURED

/** What has been counted when a step begins. */
interface Mark {
  /** Processor time so far, in milliseconds: unlike a clock, it does not run while other processes do. */
  cpu: number
  counts: Counts
  uses: Map<GPUComputePipeline, Use>
}

export async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { activations: { type: 'string', default: 'float32' } },
  })
  const [who, task, features] = positionals
  const counter = provideCountingGPU(features ? (features.split(',') as GPUFeatureName[]) : [])
  const marks: Mark[] = []
  const mark = () => {
    const uses = new Map([...counter.uses].map(([pipeline, use]) => [pipeline, { ...use }]))
    const { user, system } = process.cpuUsage()
    marks.push({ cpu: (user + system) / 1000, counts: { ...counter.counts }, uses })
  }
  await runs[who as Who](task as Task, mark, values.activations as ActivationStorage)
  console.log(JSON.stringify(countedOf(marks, counter)))
  process.exit(0)
}

const runs: { [W in Who]: (task: Task, mark: () => void, activations: ActivationStorage) => Promise<void> } = {
  async ours(task, mark, activations) {
    await startUntested('webgpu')
    const faults: string[] = []
    const session = createSession({
      ops: opTable([...nodes, ...ops(mark)]),
      onEvent: (event) =>
        event.type === 'faults' && faults.push(...event.faults.map(({ node, message }) => `${node}: ${message}`)),
    })
    await session.run({ type: 'run', run: 1, graph: graphs[task](STEPS + 1, activations) })
    if (faults.length) throw new Error(faults.join('\n'))
  },
  async stock(task, mark) {
    tf.enableProdMode()
    await import('@tensorflow/tfjs-backend-webgpu')
    if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs could not initialise it')
    const step = stock[task]()
    for (let i = 0; i <= STEPS; i++) {
      mark()
      await step()
    }
  },
}

const graphs: { [K in Task]: (steps: number, activations: ActivationStorage) => Graph } = {
  train: trainingGraph,
  sample: (steps, activations) => samplingGraph(steps, 1, activations),
  sample16: (steps, activations) => samplingGraph(steps, 16, activations),
}

const stock: { [K in Task]: () => () => Promise<void> } = {
  train: stockTraining,
  sample: () => stockSampling(1),
  sample16: () => stockSampling(16),
}

/** From the marks of all steps and one more. Throws Error if the steps that count are not alike. */
function countedOf(marks: readonly Mark[], counter: Counter): Counted {
  const steps = marks.slice(WARM_UP, STEPS).map((mark, i) => ({ mark, next: marks[WARM_UP + i + 1]! }))
  const counts = steps.map(({ mark, next }) => difference(mark.counts, next.counts))
  const last = counts.at(-1)!
  const times = steps.map(({ mark, next }) => next.cpu - mark.cpu).sort((a, b) => a - b)
  const odd = counts.find(({ dispatches, bytesTouched }) => dispatches !== last.dispatches || bytesTouched !== last.bytesTouched)
  if (odd) throw new Error(`Steps differ: ${JSON.stringify(odd)} and ${JSON.stringify(last)}.`)
  const { mark, next } = steps.at(-1)!
  return {
    ...last,
    pipelines: counter.counts.pipelines,
    deviceBytes: counter.peakBytes,
    jsMs: times[(times.length - 1) / 2]!,
    kernels: kernelsOf(mark.uses, next.uses),
  }
}

function kernelsOf(before: Mark['uses'], after: Mark['uses']): Kernel[] {
  const names = tfjsNames()
  const kernels = new Map<string, Kernel>()
  for (const [pipeline, { dispatches, bytesTouched }] of after) {
    const name = names.get(pipeline) ?? pipeline.label
    const kernel = kernels.get(name) ?? { name, dispatches: 0, bytesTouched: 0 }
    kernel.dispatches += dispatches - (before.get(pipeline)?.dispatches ?? 0)
    kernel.bytesTouched += bytesTouched - (before.get(pipeline)?.bytesTouched ?? 0)
    kernels.set(name, kernel)
  }
  return [...kernels.values()].filter((kernel) => kernel.dispatches).sort((a, b) => b.bytesTouched - a.bytesTouched)
}

/** What tfjs calls its programs: the head of the key that it keeps them by, with operations by their names. */
function tfjsNames(): Map<GPUComputePipeline, string> {
  const { pipelineCache } = tf.backend() as unknown as { pipelineCache: Record<string, GPUComputePipeline> }
  return new Map(Object.entries(pipelineCache).map(([key, pipeline]) => [pipeline, programName(key)]))
}

function programName(key: string): string {
  const [program, operation] = key.split('_') as [string, string]
  if (program === 'reduce') return `${program} ${operation}`
  const operations = elementwise[program]
  return operations ? `${program} ${operations[Number(operation)] ?? operation}` : program
}

/** Operations that a UNet is made of, by the numbers that they have in keys. */
const elementwise: Record<string, Record<number, string>> = {
  binary: { 0: 'add', 4: 'div', 14: 'maximum', 15: 'minimum', 17: 'mul', 21: 'squaredDifference', 22: 'sub' },
  unary: { 8: 'cos', 12: 'exp', 22: 'neg', 26: 'reciprocal', 28: 'rsqrt', 30: 'sigmoid', 32: 'sin', 35: 'sqrt', 36: 'square' },
}
