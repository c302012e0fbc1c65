// Trains workflows/points.json and measures the distance of its samples to the data: `npm run
// eval:points`. `--json` prints one line of JSON, `--set Node.param=value` changes settings.
import { readFileSync } from 'node:fs'
import { startBackend } from '../src/engine/backends/backends.ts'
import { slicedWasserstein } from '../src/engine/metrics/distributions.ts'
import type { Fault } from '../src/engine/messages/fault.ts'
import { GraphError } from '../src/engine/messages/fault.ts'
import type { Graph, GraphNode } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import { toDeclaration, opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { Distribution, PointsConfig } from '../src/engine/datasets/points.ts'
import { pointSet } from '../src/engine/datasets/points.ts'
import { createRandom } from '../src/engine/base/random.ts'
import { applySettings } from '../src/workflow/settings.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'

const FILE = 'workflows/points.json'
/** Number of draws of data and initial noise. */
const DRAWS = 8
/**
 * First seed; far from the workflow's seeds, so that draws are independent of the training data.
 */
const FIRST_SEED = 1_000_000

interface Result {
  /** Mean sliced Wasserstein distance between two draws of data of the size of the samples. */
  floor: number
  /** Mean distance between samples and data, over several draws. */
  distance: number
  ratio: number
  /** Distance of the samples that the workflow shows. */
  shown: number
  /** Seconds for the first 1,000 training steps; undefined for shorter trainings. */
  thousand?: number
  /** Seconds of the complete run. */
  seconds: number
}

/** @throws GraphError, or Error for a workflow without the required nodes */
async function evaluate(graph: Graph): Promise<Result> {
  const clouds = new Map<string, Float32Array>()
  const faults: Fault[] = []
  let [thousand, seconds] = [undefined as number | undefined, 0]
  const began = performance.now()
  const session = createSession({
    ops: opTable(nodes),
    onEvent: (event) => {
      if (event.type === 'faults') faults.push(...event.faults)
      if (event.type === 'view' && event.view.kind === 'scatter')
        clouds.set(event.node, event.view.clouds.at(-1)!.points)
      if (event.type === 'progress' && !event.emission && event.index >= 1000)
        thousand ??= (performance.now() - began) / 1000
      if (event.type === 'finished') seconds ||= event.seconds
    },
  })
  await session.run({ type: 'run', run: 1, graph })
  // The training is cached; only the sampling runs again.
  const again = samplingAgain(graph)
  await session.run({ type: 'run', run: 2, graph: { nodes: [...graph.nodes, ...again] } })
  await session.dispose()
  if (faults.length) throw new GraphError(faults)

  const own = clouds.get(only(graph, 'Scatter').id)!
  const draws = drawPoints(only(graph, 'Points').params as unknown as DataParams, own.length / 2)
  const floor = mean(draws.flatMap((a, i) => draws.slice(0, i).map((b) => slicedWasserstein(a, b))))
  const meanDistance = (samples: Float32Array) =>
    mean(draws.map((draw) => slicedWasserstein(samples, draw)))
  const others = again.flatMap(({ id }) => clouds.get(id) ?? [])
  const distance = mean(others.map(meanDistance))
  return {
    floor,
    distance,
    ratio: distance / floor,
    shown: meanDistance(own) / floor,
    ...(thousand !== undefined && { thousand }),
    seconds,
  }
}

/** Repeats the workflow's sampling from other noise. */
function samplingAgain(graph: Graph): GraphNode[] {
  const [sampler, scatter] = [only(graph, 'Sampler'), only(graph, 'Scatter')]
  const noise = graph.nodes.find(({ id }) => id === sampler.inputs.x_T?.node)!
  return Array.from({ length: DRAWS }, (_, i): GraphNode[] => [
    { ...noise, id: `noise ${i}`, params: { ...noise.params, seed: FIRST_SEED + i } },
    {
      ...sampler,
      id: `sampler ${i}`,
      inputs: { ...sampler.inputs, x_T: wire(`noise ${i}`, 'noise') },
    },
    { ...scatter, id: `scatter ${i}`, inputs: { samples_1: wire(`sampler ${i}`, 'x_0') } },
  ]).flat()
}

function only(graph: Graph, name: string): GraphNode {
  const found = graph.nodes.filter(({ op }) => op === `diffusion/${name}`)
  if (found.length !== 1)
    throw new Error(`Expected one node of type ${name} in ${FILE}, got ${found.length}.`)
  return found[0]
}

type DataParams = PointsConfig & { distribution: Distribution }

const drawPoints = ({ distribution, ...config }: DataParams, count: number): Float32Array[] =>
  Array.from(
    { length: DRAWS },
    (_, i) => pointSet(distribution, { ...config, count }, createRandom(FIRST_SEED + i)).data,
  )

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

export async function main(args: readonly string[]) {
  const { reason } = await startBackend({ prefer: 'wasm' })
  const declarations = nodes.map(toDeclaration)
  const { workflow } = parseWorkflow(readFileSync(FILE, 'utf8'), declarations)
  const settings = args.flatMap((arg, i): [string, string][] => {
    if (arg !== '--set') return []
    const [key, value] = (args[i + 1] ?? '').split('=')
    return [[key, value ?? '']]
  })
  const result = await evaluate(
    applySettings(toGraph(workflow, declarations), Object.fromEntries(settings), declarations),
  )
  if (args.includes('--json')) {
    console.log(JSON.stringify(result))
    return
  }
  const { floor, distance, ratio, shown, thousand, seconds } = result
  console.log(`${FILE} on ${reason}`)
  console.log(
    `floor     ${floor.toFixed(4)}  sliced Wasserstein distance between two draws of the data`,
  )
  console.log(
    `distance  ${distance.toFixed(4)}  of samples to the data, from ${DRAWS} draws of noise`,
  )
  console.log(
    `ratio     ${ratio.toFixed(2)}  (${shown.toFixed(2)} for the samples that the workflow shows)`,
  )
  if (thousand !== undefined) console.log(`1,000 steps after ${thousand.toFixed(1)} s`)
  console.log(`${seconds.toFixed(1)} s in all`)
}
