// Runs of the client. Each run has a handle to control it and a listener for its events.
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { EnginePort } from '../../engine/protocol.ts'
import type { ClientRun, Finished, RunEvent, RunOptions } from './clientTypes.ts'

/** A run that has not finished. */
interface ActiveRun {
  faults: Fault[]
  onEvent?: ((event: RunEvent) => void) | undefined
  resolve(result: Finished): void
  reject(error: Error): void
}

export interface ClientRuns {
  start(graph: Graph, options?: RunOptions): ClientRun
  onEvent(event: RunEvent): void
  /** Rejects every run that has not finished, and every later one. */
  abandon(error: Error): void
}

export function createClientRuns(post: EnginePort['post'], nextId: () => number): ClientRuns {
  const active = new Map<number, ActiveRun>()
  let ended: Error | undefined
  return {
    start(graph, { workflow, targets, paused, asks, perSecond, measure, onEvent } = {}) {
      const run = nextId()
      const finished = new Promise<Finished>((resolve, reject) => {
        if (ended) reject(ended)
        else active.set(run, { faults: [], onEvent, resolve, reject })
      })
      finished.catch(() => {}) // Callers may ignore the promise.
      post({
        type: 'run',
        run,
        graph,
        ...(workflow !== undefined && { workflow }),
        ...(targets && { targets }),
        ...(paused && { paused }),
        ...(asks && { asks }),
        ...(perSecond !== undefined && { perSecond }),
        ...(measure && { measure }),
      })
      return createHandle(run, finished, post)
    },
    onEvent(event) {
      const run = active.get(event.run)
      if (!run) return
      run.onEvent?.(event)
      if (event.type === 'faults') run.faults.push(...event.faults)
      if (event.type !== 'finished') return
      active.delete(event.run)
      run.resolve({ seconds: event.seconds, stopped: event.stopped, faults: run.faults })
    },
    abandon(error) {
      ended ??= error
      for (const { reject } of active.values()) reject(error)
      active.clear()
    },
  }
}

const createHandle = (
  run: number,
  finished: Promise<Finished>,
  post: EnginePort['post'],
): ClientRun => ({
  id: run,
  finished,
  pause: () => post({ type: 'pause', run }),
  resume: () => post({ type: 'resume', run }),
  step: () => post({ type: 'step', run }),
  stop: ({ patient } = {}) => post({ type: 'stop', run, ...(patient && { patient }) }),
  answer: (answer) => post({ type: 'answer', run, answer }),
  monitor: (watching) => post({ type: 'monitor', run, ...watching }),
})
