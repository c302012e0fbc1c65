// Views of a training over its steps, within bounded memory, so that every step can be shown again.
import type { ChartView, View } from '../../engine/base/view.ts'
import type { TrainingStep } from '../../engine/protocol.ts'
import { viewBytes } from '../../hosts/worker/viewCache.ts'

/** Limit of the stored views in bytes. Beyond it, every second frame is merged into the next. */
const MAX_BYTES = 64e6
const MAX_FRAMES = 160

/**
 * A chart that grows with the training is stored once: each frame only has the ends of its lines.
 */
type StoredView =
  | { view: View; bytes: number }
  | { chart: GrowingChart; /** Last x of each line. */ ends: readonly (number | undefined)[] }

interface GrowingChart {
  /** The latest view, which contains the points of the earlier ones. */
  view: ChartView
}

/** A frame: the views that changed since the frame before. */
interface Frame extends ShownStep {
  /** Step at which the frame began. `index` moves on until the next frame begins. */
  from: number
  views: Map<string, StoredView>
}

/** A step that can be shown. */
export interface ShownStep extends TrainingStep {
  /** Rises with time, also if a loop trains again from the first step. */
  readonly serial: number
}

export interface Frames {
  /** Adds a view of a node. */
  add(step: TrainingStep, node: string, view: View): void
  /** Begins another run of the same graph. It replaces the frames after the step that it is at. */
  restart(): void
  /** Steps that can be shown, in order. */
  steps(): readonly ShownStep[]
  /** Position of the last frame that is not after a step. */
  find(step: ShownStep): number
  /** Views as of a frame, by node. */
  viewsAt(position: number): ReadonlyMap<string, View>
  /** Nodes that have a view in any frame. */
  nodes(): ReadonlySet<string>
  clear(): void
  /** Approximate size of the stored views. */
  bytes(): number
}

export const createFrames = (maxBytes = MAX_BYTES, maxFrames = MAX_FRAMES): Frames =>
  new BoundedFrames(maxBytes, maxFrames)

class BoundedFrames implements Frames {
  #frames: Frame[] = []
  readonly #charts = new Map<string, GrowingChart>()
  #bytes = 0
  #serial = 0
  /** Minimum distance of frames in steps. Grows whenever frames are merged. */
  #spacing = 0
  #restarted = false
  readonly #maxBytes: number
  readonly #maxFrames: number

  constructor(maxBytes: number, maxFrames: number) {
    this.#maxBytes = maxBytes
    this.#maxFrames = maxFrames
  }

  add(step: TrainingStep, node: string, view: View) {
    if (this.#restarted) this.#dropFrom(step)
    const frame = this.#frameOf(step)
    const before = frame.views.get(node)
    const stored = this.#store(node, view)
    frame.views.set(node, stored)
    this.#bytes += storedBytes(stored) - (before ? storedBytes(before) : 0)
    this.#limit()
  }

  restart() {
    this.#restarted = true
  }

  steps(): readonly ShownStep[] {
    return this.#frames
  }

  find({ serial }: ShownStep): number {
    return Math.max(
      0,
      this.#frames.findLastIndex((frame) => frame.serial <= serial),
    )
  }

  viewsAt(position: number): ReadonlyMap<string, View> {
    const latest = new Map<string, StoredView>()
    for (const { views } of this.#frames.slice(0, position + 1))
      for (const [node, stored] of views) latest.set(node, stored)
    return new Map([...latest].map(([node, stored]) => [node, restoreView(stored)]))
  }

  nodes(): ReadonlySet<string> {
    return new Set(this.#frames.flatMap(({ views }) => [...views.keys()]))
  }

  clear() {
    this.#frames = []
    this.#charts.clear()
    this.#bytes = this.#spacing = 0
    this.#restarted = false
  }

  bytes(): number {
    return this.#bytes
  }

  #store(node: string, view: View): StoredView {
    if (view.kind !== 'chart' || view.heat) return { view, bytes: viewBytes(view) }
    const known = this.#charts.get(node)
    const chart = known && growsTo(known.view, view) ? known : { view }
    this.#bytes += viewBytes(view) - (chart === known ? viewBytes(chart.view) : 0)
    chart.view = view
    this.#charts.set(node, chart)
    return { chart, ends: currentLines(view).map(({ x }) => x[x.length - 1]) }
  }

  /** Frame of a step: the last one, or a new one if the step is far enough from it. */
  #frameOf(step: TrainingStep): Frame {
    const last = this.#frames.at(-1)
    const isForward = last?.node === step.node && step.index >= last.index
    const isNear = last && (step.index === last.index || step.index - last.from < this.#spacing)
    if (isForward && isNear) return Object.assign(last, { index: step.index, count: step.count })
    if (last?.node !== step.node) this.#spacing = 0
    const frame: Frame = { ...step, serial: ++this.#serial, from: step.index, views: new Map() }
    this.#frames.push(frame)
    return frame
  }

  #limit() {
    if (this.#frames.length > this.#maxFrames) this.#thin()
    while (this.#bytes > this.#maxBytes && this.#frames.length > 1) {
      if (this.#frames.length > 2) this.#thin()
      else this.#frames.shift()
      this.#bytes = countBytes(this.#frames)
    }
  }

  #thin() {
    this.#frames = mergePairs(this.#frames)
    this.#bytes = countBytes(this.#frames)
    const last = this.#frames[this.#frames.length - 1]
    const same = this.#frames.filter(({ node }) => node === last.node)
    this.#spacing = Math.max(1, Math.ceil((last.index - same[0].index) / same.length))
  }

  #dropFrom(step: TrainingStep) {
    this.#restarted = false
    const first = this.#frames.findIndex(
      ({ node, index }) => node === step.node && index > step.index,
    )
    if (first < 0) return
    this.#frames = this.#frames.slice(0, first)
    this.#bytes = countBytes(this.#frames)
  }
}

/** Merges every second frame into the next. The first and the last one stay. */
function mergePairs(frames: readonly Frame[]): Frame[] {
  const merged = frames.slice(0, 1)
  for (let i = 1; i < frames.length; i += 2) {
    const [frame, next] = [frames[i], frames.at(i + 1)]
    merged.push(
      next ? { ...next, from: frame.from, views: new Map([...frame.views, ...next.views]) } : frame,
    )
  }
  return merged
}

/** Size of a view that is not shared with other frames. */
const storedBytes = (stored: StoredView) =>
  'view' in stored ? stored.bytes : 8 * stored.ends.length

function countBytes(frames: readonly Frame[]): number {
  const charts = new Set<GrowingChart>()
  let bytes = 0
  for (const { views } of frames)
    for (const stored of views.values()) {
      bytes += storedBytes(stored)
      if ('chart' in stored) charts.add(stored.chart)
    }
  for (const { view } of charts) bytes += viewBytes(view)
  return bytes
}

// ---- charts

/** Lines of the current run. */
const currentLines = ({ lines }: ChartView) => lines.filter(({ kept }) => !kept)

/** True if the lines of a chart continue those of an earlier one, towards larger x. */
function growsTo(before: ChartView, view: ChartView): boolean {
  const [earlier, lines] = [currentLines(before), currentLines(view)]
  return earlier.every((line, i) => {
    const next = lines.at(i)
    if (next?.name !== line.name) return false
    if (line.x.length === 0) return true
    const [end, last] = [line.x[line.x.length - 1], next.x[next.x.length - 1]]
    return (
      next.x[0] === line.x[0] && Object.is(next.y[0], line.y[0]) && last >= end && end >= line.x[0]
    )
  })
}

const restoreView = (stored: StoredView): View =>
  'view' in stored ? stored.view : cutChart(stored.chart.view, stored.ends)

/** Returns a chart whose lines end at some x. */
export function cutChart(view: ChartView, ends: readonly (number | undefined)[]): ChartView {
  const current = currentLines(view)
  const lines = view.lines.flatMap((line) => {
    if (line.kept) return [line]
    const end: number | undefined = ends[current.indexOf(line)]
    if (end === undefined) return []
    const count = line.x.findLastIndex((x) => x <= end) + 1
    return [{ ...line, x: line.x.subarray(0, count), y: line.y.subarray(0, count) }]
  })
  return { ...view, lines }
}
