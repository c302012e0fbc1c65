// Digests of what the ready workflows compute with their test settings: `npm run digests`. They
// must not change in a refactoring. Digests depend on the versions of Node and tfjs.
//   --json FILE      writes the digests
//   --against FILE   compares with digests written earlier; exits with 1 if any differ
//   --backend cpu    runs on one backend, not on both cpu and wasm
//   --only a,b       runs these workflows
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startUntested, stopBackend } from '../src/engine/backends/backends.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { evaluate } from '../test/nodes/evaluate.ts'
import {
  datasets,
  declarations,
  readWorkflow,
  testGraph,
  workflowNames,
} from '../test/readyWorkflows.ts'

const BACKENDS = ['cpu', 'wasm'] as const

/** SHA-256 by workflow, backend and kind: `points cpu weights`. */
type Digests = Record<string, string>

/**
 * SHA-256 of all float32 numbers inside `values`, little endian. The fields of an object, such as
 * the weights of a model, are visited in the order of their names.
 */
function sha256(values: readonly unknown[]): string {
  const hash = createHash('sha256')
  const add = (value: unknown): void => {
    if (value instanceof Float32Array)
      hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    else if (Array.isArray(value)) value.forEach(add)
    else if (typeof value === 'object' && value !== null) {
      for (const [, field] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) add(field)
    }
  }
  add(values)
  return hash.digest('hex')
}

/** Lists the outputs to digest, as `node.slot`, in the order of the graph. */
function outputsToDigest({ nodes }: Graph): Record<'weights' | 'shown', string[]> {
  const observers = new Set(
    declarations.flatMap(({ role, type }) => (role === 'observer' ? type : [])),
  )
  return {
    weights: nodes.flatMap(({ op, id }) =>
      op === 'diffusion/TrainingEnd' ? [`${id}.model`, `${id}.ema`] : [],
    ),
    shown: nodes.flatMap(({ op, inputs }) =>
      observers.has(op) ? Object.values(inputs).map(({ node, slot }) => `${node}.${slot}`) : [],
    ),
  }
}

/**
 * Runs a workflow on the active backend. Returns one digest of the weights of all trained models,
 * raw and averaged, and one of the outputs that observers show.
 */
async function digestWorkflow(name: string): Promise<Digests> {
  const graph = testGraph(readWorkflow(name))
  const outputs = outputsToDigest(graph)
  const wanted = [...new Set(Object.values(outputs).flat())]
  const indices = Object.fromEntries(wanted.map((output, i) => [i, output]))
  const values = await evaluate(graph.nodes, indices, { datasets })
  const missing = wanted.filter((_, i) => values[i] === undefined)
  if (missing.length > 0) throw new Error(`${name} has no value for ${missing.join(', ')}.`)
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([kind, all]) =>
      all.length > 0 ? [[kind, sha256(all.map((output) => values[wanted.indexOf(output)]))]] : [],
    ),
  )
}

/** Prints the digests that differ or exist on one side only. Returns true if there are none. */
function compare(digests: Digests, expected: Digests): boolean {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(digests)])]
  const different = names.filter((name) => digests[name] !== expected[name])
  for (const name of different) {
    const [before, after] = [expected, digests].map((side) => side[name] ?? 'absent')
    console.log(`differs: ${name}, was ${before}, is ${after}`)
  }
  console.log(`${names.length - different.length} of ${names.length} digests are equal.`)
  return different.length === 0
}

/** Returns the names in a comma-separated list, or all without a list. */
function select<T extends string>(list: string | undefined, all: readonly T[]): readonly T[] {
  const names = list?.split(',') ?? all
  const unknown = names.filter((name) => !all.some((each) => each === name))
  if (unknown.length > 0) throw new Error(`Expected some of ${all.join()}, got ${unknown.join()}.`)
  return all.filter((name) => names.includes(name))
}

export async function main(args: readonly string[]) {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      backend: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      against: { type: 'string' },
    },
  })
  const backends = select(flags.backend, BACKENDS)
  const workflows = select(flags.only, workflowNames)
  const digests: Digests = {}
  for (const backend of backends) {
    await startUntested(backend)
    for (const workflow of workflows) {
      for (const [kind, digest] of Object.entries(await digestWorkflow(workflow))) {
        const name = `${workflow} ${backend} ${kind}`
        digests[name] = digest
        console.log(`${name.padEnd(36)} ${digest}`)
      }
    }
    await stopBackend()
  }
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify(digests, undefined, 2)}\n`)
  if (flags.against === undefined) return
  const recorded = JSON.parse(readFileSync(flags.against, 'utf8')) as Digests
  const expected = Object.entries(recorded).filter(([name]) => {
    const [workflow, backend] = name.split(' ')
    return (
      (!flags.only || workflows.includes(workflow)) && backends.some((each) => each === backend)
    )
  })
  process.exitCode = compare(digests, Object.fromEntries(expected)) ? 0 : 1
}
