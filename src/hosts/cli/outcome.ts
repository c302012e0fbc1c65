// Everything that a run computes, to compare two runs bit by bit: the values on the wires into
// nodes that show or save something, losses, files and training states.
import { collectTensors, mapTensors } from '../../engine/base/values.ts'
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { ObserverOp } from '../../engine/plan/op.ts'
import { readState } from '../../engine/plan/storedStates.ts'
import { memoryStore, type StateStore } from '../../engine/plan/store.ts'
import type { Event } from '../../engine/protocol.ts'
import { cliMessages } from '../../messages/cli.ts'
import { defineNode, param, slot } from '../../nodes/define.ts'

/** Plain data by the name of the output. */
export type Outcome = ReadonlyMap<string, unknown>

const PROBE = 'cli/Probe'

export class OutcomeRecorder {
  /** Keeps the training states of the run. */
  readonly store: StateStore = memoryStore()
  /** The graph with a probe on each wire to record. */
  readonly graph: Graph
  readonly probes: string[]
  /** Reads the value of a wire, at the end of the run the last one. */
  readonly op: ObserverOp
  private readonly found = new Map<string, unknown>()

  /** Records the last values of the outputs in `values`, by name. */
  constructor(
    graph: Graph,
    private readonly title: (id: string) => string,
    private readonly values: ReadonlyMap<string, Wire>,
  ) {
    const added = [...values].map(([output, value], i): GraphNode => ({
      id: `probe-${i}`,
      op: PROBE,
      params: { output },
      inputs: { value },
    }))
    this.graph = { nodes: [...graph.nodes, ...added] }
    this.probes = added.map(({ id }) => id)
    this.op = defineNode({
      type: PROBE,
      category: 'view',
      summary: 'Records a value.',
      inputs: { value: slot.any() },
      outputs: {},
      params: { output: param.text('', 'Name of the value') },
      view: async ({ value }, { output }) => {
        this.found.set(output, await readValueTensors(value))
        return { kind: 'rows', rows: [] }
      },
    })
  }

  take(event: Event) {
    if (event.type === 'losses') {
      const [title, count] = [this.title(event.node), event.losses.length]
      this.found.set(cliMessages.lossesOutput({ title, count }), event.losses)
    }
    if (event.type === 'file')
      this.found.set(cliMessages.fileOutput({ name: event.file.name }), event.file.bytes)
  }

  /** The outcome of the run, once the session is disposed. */
  async outcome(): Promise<Outcome> {
    const found = new Map<string, unknown>()
    // Values arrive in any order.
    for (const output of this.values.keys()) found.set(output, this.found.get(output))
    for (const [output, value] of this.found) found.set(output, value)
    for (const [i, [index, state]] of (await this.lastStates()).entries())
      found.set(cliMessages.stateOutput({ number: i + 1, step: index }), state)
    return found
  }

  /** The last stored state of each training. */
  private async lastStates(): Promise<[step: number, state: unknown][]> {
    const last = new Map<string, number>()
    for (const { key } of await this.store.list('state/')) {
      const [, training, step] = /^(.*)@(\d+)$/.exec(key) ?? []
      if (training !== undefined)
        last.set(training, Math.max(Number(step), last.get(training) ?? 0))
    }
    const states: [number, unknown][] = []
    for (const [training, step] of [...last].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const name = `${training}@${step}`
      const bytes = await this.store.get(name)
      if (!bytes) continue
      // The duration of the training is stored too, but differs.
      const { state } = readState(name, bytes)
      states.push([step, await readValueTensors(state)])
      collectTensors(state).forEach((tensor) => tensor.dispose())
    }
    return states
  }
}

/** Reads all tensors of a value as their shape and numbers. */
async function readValueTensors(value: unknown): Promise<unknown> {
  const found = new Map<unknown, unknown>()
  for (const tensor of collectTensors(value))
    if (!found.has(tensor)) found.set(tensor, { shape: tensor.shape, data: await tensor.data() })
  return mapTensors(value, (tensor) => found.get(tensor))
}

export interface Difference {
  /** Path inside the value: `tensor.data[7]`; '' for the entire value. */
  path: string
  first: unknown
  second: unknown
}

type NumberArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** Finds the first difference of two values of plain data and typed arrays, bit by bit. */
export function firstDifference(a: unknown, b: unknown, path = ''): Difference | undefined {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b))
    return arrayDifference(a as NumberArray, b as NumberArray, path)
  const [keysA, keysB] = [objectKeys(a), objectKeys(b)]
  if (!keysA || !keysB) return Object.is(a, b) ? undefined : { path, first: a, second: b }
  for (const key of new Set([...keysA, ...keysB])) {
    const inner = Array.isArray(a) ? `${path}[${key}]` : `${path && `${path}.`}${key}`
    const [own, other] = [a, b].map((each) => (each as Record<string, unknown>)[key])
    const found = firstDifference(own, other, inner)
    if (found) return found
  }
  return undefined
}

const objectKeys = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value) : undefined

function arrayDifference(a: NumberArray, b: NumberArray, path: string): Difference | undefined {
  if (a.length !== b.length) return { path: `${path}.length`, first: a.length, second: b.length }
  const [left, right] = [a, b].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  const byte = left.findIndex((value, i) => value !== right[i])
  if (byte < 0) return undefined
  const index = Math.floor(byte / a.BYTES_PER_ELEMENT)
  return { path: `${path}[${index}]`, first: a[index], second: b[index] }
}
