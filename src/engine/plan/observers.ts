// Observers, which read values after a step, asynchronously: each observer reads one value at a
// time, at most 30 times per second, and only while visible. They do not affect the values.
import { concatenate } from '../training/flatWeights.ts'
import type { Scalar, Tensor } from '../base/tf.ts'
import type { Value } from './slotValues.ts'
import type { ObservedAt } from './host.ts'
import { atNode } from './nodeErrors.ts'
import type { NodeStep } from './steps.ts'
import type { NodeError } from '../messages/fault.ts'
import { ItemLog } from './itemLog.ts'
import { continuesLine, LineLog } from './lineLog.ts'
import { Rounds } from './rounds.ts'
import { runTidied, type Memory } from '../base/memory.ts'
import type { Inputs, ObserverContext, ObserverOp, Ops, Series } from './op.ts'
import { splitMany } from '../base/ids.ts'
import type { View } from '../base/view.ts'

/**
 * Minimum time between two reads of one observer, in milliseconds: two frames. With each read the
 * page has a view to store, chart and paint.
 */
const READ_INTERVAL = 33
/** Maximum number of collected scalars per read. */
const MAX_SCALARS = 64
/** Number of earlier runs whose lines are stored. */
const MAX_EARLIER_RUNS = 8
/** Number of workflows whose lines are stored. */
const MAX_WORKFLOWS = 16

export interface ObserversOptions {
  ops: Ops
  memory: Memory
  now: () => number
  onView: (node: string, view: View, at: ObservedAt) => void
  /** Reports an error. Observers are settled once the result, if it is a promise, resolves. */
  onError: (error: NodeError) => unknown
}

interface Observation {
  step: NodeStep
  inputs: Inputs
  at: ObservedAt
}

/** State of one observer. It outlives a run, because lines of earlier runs stay. */
interface ObserverState {
  reading: Promise<void> | undefined
  waiting: Observation | undefined
  lastAt: number
  /** Identifies the computation that the lines belong to. Another computation starts new lines. */
  key: string
  lines: Map<string, LineLog>
  /** The latest lines that the observer set with `keepLine`. */
  completeLines: Map<string, Series>
  pending: { slot: string; x: number | Tensor; y: Tensor }[]
  earlier: Series[][]
  items: ItemLog
  rounds: Rounds
}

export class Observers {
  /** States by node. */
  private states = new Map<string, ObserverState>()
  /** States by workflow, the latest last: node ids of different workflows are equal. */
  private readonly workflows = new Map<string, Map<string, ObserverState>>()
  private visible: ReadonlySet<string> | undefined

  constructor(private readonly options: ObserversOptions) {}

  /** Selects the workflow of the next run. Nothing of the last run may be waiting to be read. */
  setWorkflow(id = '') {
    this.states = this.workflows.get(id) ?? new Map()
    this.workflows.delete(id)
    this.workflows.set(id, this.states)
    const [oldest] = this.workflows.keys()
    if (this.workflows.size > MAX_WORKFLOWS) this.workflows.delete(oldest)
  }

  setVisible(nodes: readonly string[] | undefined) {
    this.visible = nodes && new Set(nodes)
  }

  /** Returns true if the observer would read a value now. One that collects always does. */
  wouldRead(id: string, op: ObserverOp, screenId: string): boolean {
    if (op.collects) return true
    const state = this.states.get(id)
    if (this.visible && !this.visible.has(screenId)) return false
    return !state || (!state.reading && this.options.now() - state.lastAt >= READ_INTERVAL)
  }

  /**
   * Passes inputs to an observer. `key` identifies the observed computation; another one starts new
   * lines.
   */
  observe(step: NodeStep, inputs: Inputs, at: ObservedAt, key: string) {
    const state = this.getState(step.id, key)
    const op = this.options.ops.get(step.op) as ObserverOp
    this.options.memory.retain(inputs)
    if (op.collects) this.collect(state, op.collects, inputs, at)
    const look = { step, inputs, at }
    if (state.reading) {
      if (state.waiting) this.options.memory.release(state.waiting.inputs)
      state.waiting = look
    } else this.read(state, look)
  }

  /** Resolves when all reads are done and every last value is shown. */
  async settle() {
    for (const state of this.states.values()) while (state.reading) await state.reading
  }

  private getState(id: string, key: string): ObserverState {
    const known = this.states.get(id)
    if (known?.key === key) return known
    const state: ObserverState = known ?? {
      reading: undefined,
      waiting: undefined,
      lastAt: -Infinity,
      key,
      lines: new Map(),
      completeLines: new Map(),
      pending: [],
      earlier: [],
      items: new ItemLog(this.options.memory),
      rounds: new Rounds(this.options.memory),
    }
    if (known) {
      const lines = [...toSeries(known), ...known.completeLines.values()]
      if (lines.length) known.earlier = [lines, ...known.earlier].slice(0, MAX_EARLIER_RUNS)
      known.lines = new Map()
      known.completeLines = new Map()
      known.items.clear()
      known.rounds = new Rounds(this.options.memory)
      known.key = key
    }
    this.states.set(id, state)
    return state
  }

  private collect(state: ObserverState, collects: string, inputs: Inputs, at: ObservedAt) {
    const x = inputs.x
    const iteration = state.rounds.position(at)
    for (const [slot, value] of Object.entries(inputs)) {
      if (splitMany(slot)[0] !== collects) continue
      if (value?.type === 'losses') state.items.add(slot, iteration, value)
      if (value?.type === 'history') state.rounds.add(slot, value, at)
      if (!isScalarValue(value)) continue
      this.options.memory.retain(value.tensor)
      const position =
        x?.type === 'timestep'
          ? x.t[0]
          : isScalarValue(x)
            ? this.options.memory.retain(x.tensor)
            : iteration
      state.pending.push({ slot, x: position, y: value.tensor })
    }
  }

  private read(state: ObserverState, look: Observation) {
    state.lastAt = this.options.now()
    state.reading = this.show(state, look)
      .catch(async (error: unknown) => {
        await this.options.onError(atNode(error, look.step.id))
      })
      .finally(() => {
        this.options.memory.release(look.inputs)
        state.reading = undefined
        const next = state.waiting
        state.waiting = undefined
        if (next) this.read(state, next)
      })
  }

  private async show(state: ObserverState, { step, inputs, at }: Observation) {
    // Inside a training step, the scope of the step would dispose what is read, and its tape would
    // record it.
    await Promise.resolve()
    await this.readPending(state)
    await state.items.read()
    await state.rounds.read()
    const op = this.options.ops.get(step.op) as ObserverOp
    const { completeLines: whole, items, rounds } = state
    const context: ObserverContext = {
      index: at.index,
      label: at.label,
      series: toSeries(state),
      get earlier() {
        return state.earlier
      },
      keepLine(line) {
        whole.set(line.slot, line)
        // A continued training is one run, not two.
        state.earlier = state.earlier.filter(
          (run) => !run.some((old) => old.slot === line.slot && continuesLine(old, line)),
        )
      },
      items: items.items(),
      allRounds: (slot) => rounds.losses(slot),
    }
    const view = await op.view(inputs as never, step.params as never, context)
    this.options.onView(step.id, view, at)
  }

  private async readPending(state: ObserverState) {
    while (state.pending.length) {
      const bunch = state.pending.splice(0, MAX_SCALARS)
      const tensors = bunch.map(({ x }) => x).filter((x): x is Tensor => typeof x !== 'number')
      try {
        const ys = await readScalarValues(bunch.map(({ y }) => y))
        const xs = tensors.length ? await readScalarValues(tensors) : []
        for (const [i, { slot, x }] of bunch.entries()) {
          const line = state.lines.get(slot) ?? new LineLog()
          state.lines.set(slot, line)
          line.append(typeof x === 'number' ? x : xs[tensors.indexOf(x)], ys[i])
        }
      } finally {
        this.options.memory.release([...bunch.map(({ y }) => y), ...tensors])
      }
    }
  }
}

const isScalarValue = (value: Value | undefined): value is Extract<Value, { tensor: Scalar }> =>
  value?.type === 'loss' || value?.type === 'number'

const toSeries = ({ lines }: ObserverState): Series[] =>
  [...lines].map(([slot, line]) => ({ slot, ...line.series() }))

async function readScalarValues(tensors: readonly Tensor[]): Promise<ArrayLike<number>> {
  const all = runTidied(() => concatenate(tensors))
  return all.data().finally(() => all.dispose())
}
