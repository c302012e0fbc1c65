// Live: once a graph that does not train was run, every change runs it again, so that a slider answers at once.
import type { Graph } from '../engine/plan/graph.ts'
import { whenStill } from './still.ts'

/** A pause this long after a change, in milliseconds: a wire that is rewired is two changes. */
const PAUSE = 60

export interface Live {
  /** A run has begun with this graph. */
  began(graph: Graph): void
  ended(): void
  /** Something was changed, or may have been. */
  touched(): void
}

interface LiveOptions {
  on: () => boolean
  /** What the graph belongs to: another workflow has to be run by hand first. */
  workflow: () => string
  graph: () => Graph
  trains: (graph: Graph) => boolean
  idle: () => boolean
  run: () => void
  stop: () => void
}

export function createLive({ on, workflow, graph, trains, idle, run, stop }: LiveOptions): Live {
  let last: { workflow: string; meaning: string } | undefined
  let again = false

  /** Whether what the last run showed is no longer what the graph means. */
  function stale(): boolean {
    if (!on() || last?.workflow !== workflow()) return false
    const now = graph()
    return meaningOf(now) !== last.meaning && !trains(now)
  }

  function look() {
    if (!stale()) return
    if (idle()) run()
    else {
      again = true
      stop()
    }
  }

  const change = whenStill(PAUSE, look)

  return {
    began(started) {
      again = false
      last = { workflow: workflow(), meaning: meaningOf(started) }
    },
    ended() {
      if (again && stale()) run()
      again = false
    },
    touched: () => change.ask(),
  }
}

/** Equal for graphs that run the same. Their order is no part of it: a node that is clicked comes to the front. */
export const meaningOf = ({ nodes }: Graph) =>
  JSON.stringify(
    nodes.map(({ id, op, params, inputs }) => [id, op, params, inputs] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
