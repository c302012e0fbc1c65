// Runs of a figure, one at a time. Nodes whose results are cached do not run again: their views come
// from an earlier run of the same graph.
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { Client, ClientRun, Finished, RunEvent, ViewEvent } from '../worker/clientTypes.ts'
import { createViewCache } from '../worker/viewCache.ts'
import { graphKey } from '../../workflow/graphKey.ts'

export interface RunProgress {
  index: number
  count: number
  label?: string
  loss?: number
  /** Infinity as long as it is unknown. */
  secondsLeft: number
}

/** Receives what happens in the run that was started last. */
export interface RunListener {
  onStarted?(): void
  onViews(views: readonly ViewEvent[]): void
  onProgress(progress: RunProgress): void
  /** All faults so far. */
  onFaults?(faults: readonly Fault[]): void
  onFile?(file: OutputFile): void
  onFinished?(end: Finished): void
}

interface FigureRun {
  handle: ClientRun
  key: string
  /** The last view of each node. */
  views: Map<string, ViewEvent>
  faults: Fault[]
}

/** The runs of one workflow. `workflow` identifies it, if figures share the engine. */
export class FigureRuns {
  private readonly cache = createViewCache()
  private current: FigureRun | undefined

  constructor(
    private readonly client: Pick<Client, 'start'>,
    private readonly listener: RunListener,
    private readonly workflow?: string,
  ) {}

  get isRunning(): boolean {
    return this.current !== undefined
  }

  /** Starts a run. Events of an earlier one are ignored from now on. */
  start(graph: Graph, targets: readonly string[] = []): ClientRun {
    const { workflow } = this
    const key = graphKey(graph)
    this.showCached(key)
    const views = new Map<string, ViewEvent>()
    const handle = this.client.start(graph, {
      ...(workflow !== undefined && { workflow }),
      ...(targets.length > 0 && { targets: [...targets] }),
      onEvent: (event) => {
        if (this.current?.views === views) this.receive(event, this.current)
      },
    })
    this.current = { handle, key, views, faults: [] }
    return handle
  }

  stop(options?: { patient?: boolean }) {
    this.current?.handle.stop(options)
  }

  /** Ignores all further events of the present run. */
  leave() {
    this.current = undefined
  }

  private receive(event: RunEvent, run: FigureRun) {
    const { listener } = this
    switch (event.type) {
      case 'started':
        listener.onStarted?.()
        break
      case 'view':
        run.views.set(event.node, event)
        listener.onViews([event])
        break
      case 'progress':
        if (!event.emission) listener.onProgress(toProgress(event))
        break
      case 'file':
        listener.onFile?.(event.file)
        break
      case 'faults':
        run.faults.push(...event.faults)
        listener.onFaults?.([...run.faults])
        break
      case 'question':
        // A figure has nothing to lose: its settings count.
        run.handle.answer('restart')
        break
      case 'finished':
        this.finish(event, run)
        break
      default:
    }
  }

  private finish({ seconds, stopped }: RunEvent & { type: 'finished' }, run: FigureRun) {
    if (!stopped) this.cache.put(run.key, this.workflow ?? '', [...run.views.values()])
    this.leave()
    this.listener.onFinished?.({ seconds, stopped, faults: run.faults })
  }

  private showCached(key: string) {
    const views = this.cache.get(key, this.workflow ?? '')
    if (views.length > 0) this.listener.onViews(views)
  }
}

/** Returns the progress alone, as it is sent to other pages. */
export function toProgress(event: RunProgress): RunProgress {
  const { index, count, label, loss, secondsLeft } = event
  return {
    index,
    count,
    secondsLeft,
    ...(label !== undefined && { label }),
    ...(loss !== undefined && { loss }),
  }
}
