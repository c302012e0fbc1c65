// The lines of earlier runs, for as long as the page is open: what a chart showed stays, to be compared with what it shows now.
import { signal, type Signal } from '@preact/signals'
import type { ChartView, View } from '../../engine/plan/view.ts'

type Lines = ChartView['lines']

/** What a chart showed in a run that is over. */
export interface KeptRun {
  /** Counts the runs of this page, from 1. */
  number: number
  /** When it began. */
  at: number
  lines: Lines
  /** It stays, however many come after it. */
  pinned: boolean
}

interface Shown {
  run: Omit<KeptRun, 'lines' | 'pinned'>
  lines: Lines
}

/** Of each chart, so many runs stay that are not pinned. */
const MOST = 6

export interface ChartRuns {
  /** A run begins. Those that begin by themselves, with every change, leave no lines behind. */
  began(byItself: boolean, at?: number): void
  /** A node shows something. */
  shown(node: string, view: View): void
  /** Earlier runs of a node's chart, the latest first. */
  of(node: string): readonly KeptRun[]
  pin(node: string, number: number, pinned: boolean): void
  drop(node: string, number: number): void
  /** Rises when a run is kept, pinned or dropped. */
  readonly changed: Signal<number>
}

export function createChartRuns(): ChartRuns {
  const changed = signal(0)
  const now = new Map<string, Shown>()
  const kept = new Map<string, KeptRun[]>()
  let [count, began, replacing] = [0, 0, false]
  const of = (node: string) => kept.get(node) ?? []
  const put = (node: string, runs: KeptRun[]) => {
    let room = MOST
    kept.set(
      node,
      runs.filter(({ pinned }) => pinned || room-- > 0),
    )
    changed.value++
  }
  return {
    began(byItself, at = Date.now()) {
      replacing = byItself
      if (!byItself) count++
      began = at
    },
    shown(node, view) {
      if (view.kind !== 'chart') return
      const lines = view.lines.filter((line) => !line.kept)
      const before = now.get(node)
      const number = Math.max(1, count)
      if (before && before.run.number !== number && !replacing) {
        put(node, [{ ...before.run, lines: before.lines, pinned: false }, ...of(node)])
      }
      now.set(node, { run: before?.run.number === number ? before.run : { number, at: began }, lines })
      // The same run again, or one that went on from where it was.
      const anew = of(node).filter((run) => run.pinned || !goesOn(run.lines, lines))
      if (anew.length < of(node).length) put(node, anew)
    },
    of,
    pin: (node, number, pinned) =>
      put(
        node,
        of(node).map((run) => (run.number === number ? { ...run, pinned } : run)),
      ),
    drop: (node, number) =>
      put(
        node,
        of(node).filter((run) => run.number !== number),
      ),
    changed,
  }
}

/** Whether the lines of a run are those of an earlier one, or the earlier ones with more behind. */
const goesOn = (before: Lines, lines: Lines): boolean =>
  before.every((line) => {
    const same = lines.find(({ name }) => name === line.name)
    return same !== undefined && same.y.length >= line.y.length && line.y.every((y, i) => Object.is(y, same.y[i]))
  })
