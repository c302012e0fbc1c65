// Counts one task in its own process, so that replaced kernels do not affect stock tfjs and memory
// is that of one task: `node scripts/run.mjs bench/counted.ts ours|opened|rewired|stock
// train|sample|sample16
// [features]`, for ours also with `--activations float16`. Prints a line of JSON.
import { parseArgs } from 'node:util'
import { startUntested } from '../src/engine/backends/backends.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { ActivationStorage } from '../src/engine/base/values.ts'
import { nodes } from '../src/nodes/table.ts'
import type { OpenForm } from './forms.ts'
import { openNet } from './forms.ts'
import type { Counter, Counts, Use } from './counting.ts'
import { difference, provideCountingGPU } from './counting.ts'
import {
  config,
  ops,
  samplingGraph,
  stockSampling,
  stockTraining,
  trainingGraph,
} from './reference.ts'

export type Task = 'train' | 'sample' | 'sample16'
export type CountedSide = 'ours' | OpenForm | 'stock'

/** Counts of one step, and totals. */
export interface Counted extends Omit<Counts, 'pipelines'> {
  /** Peak of device memory over all steps, in bytes. */
  deviceBytes: number
  /** Total number of compiled pipelines. */
  pipelines: number
  /**
   * Median processor time per step in ms, garbage collection included: of steps after the 20th, for
   * stock of the counted ones.
   */
  jsMs: number
  /** Counts by program, in order of decreasing bytes. */
  kernels: Kernel[]
}

export interface Kernel extends Use {
  name: string
}

/** Warm-up steps, which compile and fill the buffer pool. */
const WARM_UP = 3
const MEASURED = 5
const STEPS = WARM_UP + MEASURED
/**
 * Steps whose time in JavaScript counts, of ours: later ones, when its functions are compiled. Stock
 * takes seconds per step, so its measured steps have to do.
 */
const TIMED_FROM = 20
const TIMED = 31

/** Counter values at the start of a step. */
interface Mark {
  /** Processor time so far in ms. Unlike wall time, it excludes other processes. */
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
    marks.push({
      cpu: (user + system) / 1000,
      counts: { ...counter.counts },

      uses,
    })
  }
  await runs[who as CountedSide](task as Task, mark, values.activations as ActivationStorage)
  console.log(JSON.stringify(summarizeMarks(marks, counter)))
  process.exit(0)
}

type Run = (task: Task, mark: () => void, activations: ActivationStorage) => Promise<void>

const runs: { [W in CountedSide]: Run } = {
  ours: runNodes((graph) => graph),
  opened: runNodes((graph) => openNet(graph, config, 'opened')),
  rewired: runNodes((graph) => openNet(graph, config, 'rewired')),
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

function runNodes(change: (graph: Graph) => Graph): Run {
  return async (task, mark, activations) => {
    await startUntested('webgpu')
    const faults: string[] = []
    const session = createSession({
      ops: opTable([...nodes, ...ops(mark)]),
      onEvent: (event) =>
        event.type === 'faults' &&
        faults.push(...event.faults.map(({ node, message }) => `${node}: ${message}`)),
    })
    const graph = change(graphs[task](TIMED_FROM + TIMED + 1, activations))
    await session.run({ type: 'run', run: 1, graph })
    if (faults.length) throw new Error(faults.join('\n'))
  }
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

/**
 * Computes the counts from the marks between steps, without the copies and buffers for reading the
 * losses of several steps, which not every step does. Throws Error if the measured steps differ.
 */
function summarizeMarks(marks: readonly Mark[], counter: Counter): Counted {
  const steps = marks
    .slice(WARM_UP, STEPS)
    .map((mark, i) => ({ mark, next: marks[WARM_UP + i + 1] }))
  const counts = steps.map(({ mark, next }) => difference(mark.counts, next.counts))
  const last = counts.at(-1)!
  const odd = counts.find(
    ({ dispatches, bytesTouched }) =>
      dispatches !== last.dispatches || bytesTouched !== last.bytesTouched,
  )
  if (odd) throw new Error(`Steps differ: ${JSON.stringify(odd)} and ${JSON.stringify(last)}.`)
  const leastOf = (name: keyof Counts) => Math.min(...counts.map((each) => each[name]))
  const { mark, next } = steps.at(-1)!
  return {
    ...last,
    copies: leastOf('copies'),
    buffers: leastOf('buffers'),
    bufferBytes: leastOf('bufferBytes'),
    pipelines: counter.counts.pipelines,
    deviceBytes: counter.peakBytes,
    jsMs: medianTime(marks.length > STEPS + 1 ? marks.slice(TIMED_FROM) : marks.slice(WARM_UP)),
    kernels: countKernels(mark.uses, next.uses),
  }
}

/** Median processor time between two marks, in ms. */
function medianTime(marks: readonly Mark[]): number {
  const times = marks.slice(1).map(({ cpu }, i) => cpu - marks[i].cpu)
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]
}

function countKernels(before: Mark['uses'], after: Mark['uses']): Kernel[] {
  const names = tfjsNames()
  const kernels = new Map<string, Kernel>()
  for (const [pipeline, { dispatches, bytesTouched }] of after) {
    const name = names.get(pipeline) ?? pipeline.label
    const kernel = kernels.get(name) ?? { name, dispatches: 0, bytesTouched: 0 }
    kernel.dispatches += dispatches - (before.get(pipeline)?.dispatches ?? 0)
    kernel.bytesTouched += bytesTouched - (before.get(pipeline)?.bytesTouched ?? 0)
    kernels.set(name, kernel)
  }
  return [...kernels.values()]
    .filter((kernel) => kernel.dispatches)
    .sort((a, b) => b.bytesTouched - a.bytesTouched)
}

/** Name of a tfjs program: the start of its cache key, with operations by name. */
function tfjsNames(): Map<GPUComputePipeline, string> {
  const { pipelineCache } = tf.backend() as unknown as {
    pipelineCache: Record<string, GPUComputePipeline>
  }
  return new Map(
    Object.entries(pipelineCache).map(([key, pipeline]) => [pipeline, programName(key)]),
  )
}

function programName(key: string): string {
  const [program, operation] = key.split('_') as [string, string]
  if (program === 'reduce') return `${program} ${operation}`
  const operations = elementwise[program]
  return operations ? `${program} ${operations[Number(operation)] ?? operation}` : program
}

/** Elementwise operations of a UNet by their numbers in cache keys. */
const elementwise: Record<string, Record<number, string>> = {
  binary: {
    0: 'add',
    4: 'div',
    14: 'maximum',
    15: 'minimum',
    17: 'mul',
    21: 'squaredDifference',
    22: 'sub',
  },
  unary: {
    8: 'cos',
    12: 'exp',
    22: 'neg',
    26: 'reciprocal',
    28: 'rsqrt',
    30: 'sigmoid',
    32: 'sin',
    35: 'sqrt',
    36: 'square',
  },
}
