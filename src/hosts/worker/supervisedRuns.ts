// Runs that an engine works on, with what is needed to start them again in another engine.
import type { Event, Request, RunRequest } from '../../engine/protocol.ts'
import type { RunEvent } from './clientTypes.ts'

export interface SupervisedRun {
  /** Starts the run again as it is now: paused or not, in slow motion or not. */
  request: RunRequest
  /** Time of its start, in milliseconds. */
  began: number
  /** Node that ran last. */
  node?: string
  /** The furthest iteration of each node so far. */
  furthest: Map<string, number>
  /** The last iteration of this engine whose state is not stored. */
  unsaved?: { node: string; index: number; trains: boolean }
  /** True from the command to stop. */
  isStopping?: true
}

export const superviseRun = (request: RunRequest, began: number): SupervisedRun => ({
  request,
  began,
  furthest: new Map(),
})

/** Applies a command to the request, for a later restart. */
export function applyCommand(run: SupervisedRun, request: Request) {
  if (request.type === 'pause' || request.type === 'step') run.request.paused = true
  else if (request.type === 'resume') delete run.request.paused
  else if (request.type === 'stop') run.isStopping = true
  else if (request.type === 'monitor') {
    const { perSecond, measure } = request
    const { perSecond: _speed, measure: _measure, ...rest } = run.request
    run.request = {
      ...rest,
      ...(perSecond !== undefined && { perSecond }),
      ...(measure && { measure }),
    }
  }
}

/**
 * Follows an event of the run. Returns true if the run has got further than ever before, which is
 * false while a restarted run repeats iterations.
 */
export function followRun(run: SupervisedRun, event: RunEvent): boolean {
  switch (event.type) {
    case 'busy':
      run.node = event.node
      // Only trainings are worth the wait; other loops are computed again.
      if (!run.unsaved?.trains) delete run.unsaved
      return advanceRun(run, event.node, 0)
    case 'progress': {
      if (event.emission) return false
      const { node, index, loss } = event
      run.node = node
      run.unsaved = { node, index, trains: loss !== undefined || (run.unsaved?.trains ?? false) }
      return advanceRun(run, node, index)
    }
    case 'saved':
      if (event.node === run.unsaved?.node && event.index >= run.unsaved.index) delete run.unsaved
      return false
    default:
      return false
  }
}

function advanceRun({ furthest }: SupervisedRun, node: string, index: number): boolean {
  const isFurther = index > (furthest.get(node) ?? -1)
  if (isFurther) furthest.set(node, index)
  return isFurther
}

/** Requests that an event answers, by their id. Undefined if the request has no answer. */
export const questionId = (request: Request): number | undefined =>
  'id' in request && request.type !== 'cancelImport' ? request.id : undefined

/** The id of the request that an event answers completely. */
export const answeredId = (event: Event): number | undefined =>
  'id' in event && event.type !== 'importing' ? event.id : undefined

/** Returns true if replacing the engine would lose no completed iteration of the run. */
export const isStored = ({ unsaved }: SupervisedRun): boolean => unsaved === undefined
