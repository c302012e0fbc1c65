// Observers: they read values after a step, asynchronously, at most one reading in flight each, at most once a frame,
// only while visible. What a value comes to does not depend on whether anybody looks.
import { inARow } from '../flat.ts'
import type { Scalar, Tensor } from '../tf.ts'
import type { Value } from '../values.ts'
import type { ObservedAt } from './host.ts'
import { atNode } from './run.ts'
import type { NodeStep } from './compile.ts'
import type { NodeError } from './fault.ts'
import { ItemLog } from './item-log.ts'
import { tidied, type Memory } from './memory.ts'
import type { Inputs, ObserverContext, ObserverOp, Ops, Series } from './op.ts'
import { splitMany } from './slots.ts'
import type { View } from './view.ts'

/** Between two readings of one observer, in milliseconds: a frame. */
const FRAME = 16
/** Collected scalars are read in bunches of at most this many. */
const BUNCH = 64
/** Lines of this many earlier runs are kept. */
const EARLIER = 8

export interface ObserversOptions {
  ops: Ops
  memory: Memory
  now: () => number
  onView: (node: string, view: View) => void
  onError: (error: NodeError) => void
}

interface Look {
  step: NodeStep
  inputs: Inputs
  at: ObservedAt
}

/** What is known of one observer; lives longer than a run, so that lines of earlier runs stay. */
interface Watcher {
  reading: Promise<void> | undefined
  waiting: Look | undefined
  lastAt: number
  /** Which computation the lines belong to; another one begins new lines. */
  key: string
  lines: Map<string, { x: number[]; y: number[] }>
  /** Lines that the observer read as a whole, as they were last. */
  whole: Map<string, Series>
  pending: { slot: string; x: number | Tensor; y: Tensor }[]
  earlier: Series[][]
  items: ItemLog
}

export class Observers {
  private readonly watchers = new Map<string, Watcher>()
  private visible: ReadonlySet<string> | undefined

  constructor(private readonly options: ObserversOptions) {}

  setVisible(nodes: readonly string[] | undefined) {
    this.visible = nodes && new Set(nodes)
  }

  /** Whether a value would be read now; one that collects always looks. */
  looking(id: string, op: ObserverOp, screenId: string): boolean {
    if (op.collects) return true
    const watcher = this.watchers.get(id)
    if (this.visible && !this.visible.has(screenId)) return false
    return !watcher || (!watcher.reading && this.options.now() - watcher.lastAt >= FRAME)
  }

  /** `key` names the computation that is observed: with another one, lines begin anew. */
  observe(step: NodeStep, inputs: Inputs, at: ObservedAt, key: string) {
    const watcher = this.watcherOf(step.id, key)
    const op = this.options.ops.get(step.op) as ObserverOp
    this.options.memory.retain(inputs)
    if (op.collects) this.collect(watcher, op.collects, inputs, at)
    const look = { step, inputs, at }
    if (watcher.reading) {
      if (watcher.waiting) this.options.memory.release(watcher.waiting.inputs)
      watcher.waiting = look
    } else this.read(watcher, look)
  }

  /** When every reading is done and every last value shown. */
  async settle() {
    for (const watcher of this.watchers.values()) while (watcher.reading) await watcher.reading
  }

  private watcherOf(id: string, key: string): Watcher {
    const known = this.watchers.get(id)
    if (known?.key === key) return known
    const watcher: Watcher = known ?? {
      reading: undefined,
      waiting: undefined,
      lastAt: -Infinity,
      key,
      lines: new Map(),
      whole: new Map(),
      pending: [],
      earlier: [],
      items: new ItemLog(this.options.memory),
    }
    if (known) {
      const lines = [...seriesOf(known), ...known.whole.values()]
      if (lines.length) known.earlier = [lines, ...known.earlier].slice(0, EARLIER)
      known.lines = new Map()
      known.whole = new Map()
      known.items.clear()
      known.key = key
    }
    this.watchers.set(id, watcher)
    return watcher
  }

  private collect(watcher: Watcher, collects: string, inputs: Inputs, at: ObservedAt) {
    const x = inputs.x
    for (const [slot, value] of Object.entries(inputs)) {
      if (splitMany(slot)[0] !== collects) continue
      if (value?.type === 'losses') watcher.items.add(slot, at.index ?? 0, value)
      if (!isNumber(value)) continue
      this.options.memory.retain(value.tensor)
      const position = x?.type === 'timestep' ? x.t[0]! : isNumber(x) ? this.options.memory.retain(x.tensor) : (at.index ?? 0)
      watcher.pending.push({ slot, x: position, y: value.tensor })
    }
  }

  private read(watcher: Watcher, look: Look) {
    watcher.lastAt = this.options.now()
    watcher.reading = this.show(watcher, look)
      .catch((error: unknown) => this.options.onError(atNode(error, look.step.id)))
      .finally(() => {
        this.options.memory.release(look.inputs)
        watcher.reading = undefined
        const next = watcher.waiting
        watcher.waiting = undefined
        if (next) this.read(watcher, next)
      })
  }

  private async show(watcher: Watcher, { step, inputs, at }: Look) {
    await this.readPending(watcher)
    await watcher.items.read()
    const op = this.options.ops.get(step.op) as ObserverOp
    const { whole, items } = watcher
    const context: ObserverContext = {
      ...at,
      series: seriesOf(watcher),
      get earlier() {
        return watcher.earlier
      },
      keep(line) {
        whole.set(line.slot, line)
        // A training that went on is not two.
        watcher.earlier = watcher.earlier.filter((run) => !run.some((old) => begins(old, line)))
      },
      items: items.items(),
    }
    const view = await op.view(inputs as never, step.params as never, context)
    this.options.onView(step.id, view)
  }

  private async readPending(watcher: Watcher) {
    while (watcher.pending.length) {
      const bunch = watcher.pending.splice(0, BUNCH)
      const tensors = bunch.map(({ x }) => x).filter((x): x is Tensor => typeof x !== 'number')
      try {
        const ys = await readScalars(bunch.map(({ y }) => y))
        const xs = tensors.length ? await readScalars(tensors) : []
        for (const [i, { slot, x }] of bunch.entries()) {
          append(watcher, slot, typeof x === 'number' ? x : xs[tensors.indexOf(x)]!, ys[i]!)
        }
      } finally {
        this.options.memory.release([...bunch.map(({ y }) => y), ...tensors])
      }
    }
  }
}

/** Whether a line is how another one begins. */
const begins = (old: Series, line: Series) =>
  old.slot === line.slot && old.y.length <= line.y.length && old.y.every((y, i) => y === line.y[i] && old.x[i] === line.x[i])

const isNumber = (value: Value | undefined): value is Extract<Value, { tensor: Scalar }> =>
  value?.type === 'loss' || value?.type === 'number'

/** A line runs one way; a value at a place it has passed replaces what came after: the loop began again, or went on from earlier. */
function append({ lines }: Watcher, slot: string, x: number, y: number) {
  const line = lines.get(slot) ?? { x: [], y: [] }
  lines.set(slot, line)
  const passed = (at: number) => (line.x.length < 2 ? at === x : line.x[0]! < line.x[1]! ? at >= x : at <= x)
  while (line.x.length && passed(line.x.at(-1)!)) {
    line.x.pop()
    line.y.pop()
  }
  line.x.push(x)
  line.y.push(y)
}

const seriesOf = ({ lines }: Watcher): Series[] =>
  [...lines].map(([slot, { x, y }]) => ({ slot, x: Float64Array.from(x), y: Float64Array.from(y) }))

async function readScalars(tensors: readonly Tensor[]): Promise<ArrayLike<number>> {
  const all = tidied(() => inARow(tensors))
  return all.data().finally(() => all.dispose())
}
