// Lines of earlier runs, shown behind those of the current run. They last as long as the page.
import { signal, type Signal } from '@preact/signals'
import { continuesLine } from '../../engine/plan/lineLog.ts'
import type { ChartView, View } from '../../engine/base/view.ts'

type Lines = ChartView['lines']

/** Lines that a chart showed in a finished run. */
export interface EarlierRun {
  /** Counts the runs of this page, from 1. */
  number: number
  /** Start time. */
  at: number
  lines: Lines
  /** Pinned runs are never dropped to make room. */
  pinned: boolean
}

interface CurrentRun {
  run: Omit<EarlierRun, 'lines' | 'pinned'>
  lines: Lines
}

/** Unpinned runs stored per chart. */
const MAX_UNPINNED = 6

export interface ChartRuns {
  /** Starts a run. The lines of automatic runs, one for each edit, are not stored. */
  beginRun(automatic: boolean, at?: number): void
  /** Reports the view that a node shows. */
  showView(node: string, view: View): void
  /** Returns the earlier runs of a node's chart, the latest first. */
  earlier(node: string): readonly EarlierRun[]
  pin(node: string, number: number, pinned: boolean): void
  drop(node: string, number: number): void
  /** Increases when a run is stored, pinned or dropped. */
  readonly version: Signal<number>
}

export function createChartRuns(): ChartRuns {
  const version = signal(0)
  const current = new Map<string, CurrentRun>()
  const stored = new Map<string, EarlierRun[]>()
  let [count, startedAt, replacing] = [0, 0, false]
  const earlier = (node: string) => stored.get(node) ?? []
  const store = (node: string, runs: EarlierRun[]) => {
    stored.set(node, limitUnpinned(runs))
    version.value++
  }
  return {
    beginRun(automatic, at = Date.now()) {
      replacing = automatic
      if (!automatic) count++
      startedAt = at
    },
    showView(node, view) {
      if (view.kind !== 'chart') return
      const lines = view.lines.filter((line) => !line.kept)
      const before = current.get(node)
      const number = Math.max(1, count)
      if (before && before.run.number !== number && !replacing)
        store(node, [{ ...before.run, lines: before.lines, pinned: false }, ...earlier(node)])
      const run = before?.run.number === number ? before.run : { number, at: startedAt }
      current.set(node, { run, lines })
      // Drops a run that this one repeats or continues.
      const remaining = earlier(node).filter((run) => run.pinned || !continuesRun(run.lines, lines))
      if (remaining.length < earlier(node).length) store(node, remaining)
    },
    earlier,
    pin: (node, number, pinned) =>
      store(
        node,
        earlier(node).map((run) => (run.number === number ? { ...run, pinned } : run)),
      ),
    drop: (node, number) =>
      store(
        node,
        earlier(node).filter((run) => run.number !== number),
      ),
    version,
  }
}

function limitUnpinned(runs: readonly EarlierRun[]): EarlierRun[] {
  let room = MAX_UNPINNED
  return runs.filter(({ pinned }) => pinned || room-- > 0)
}

/** True if `lines` equal the earlier ones, possibly with more values appended. */
const continuesRun = (before: Lines, lines: Lines): boolean =>
  before.every((line) => {
    const same = lines.find(({ name }) => name === line.name)
    return same !== undefined && continuesLine(line, same)
  })
