// Figure without an editor: a workflow file, the values of its form, and its runs in an engine.
import { newId } from '../workspace/library.ts'
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { outerId } from '../../engine/base/ids.ts'
import type { Fault } from '../../engine/base/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { View } from '../../engine/plan/view.ts'
import type { Event } from '../../engine/protocol.ts'
import type { Client, ClientRun, RunEvent, ViewEvent } from '../../nodes/host/clientTypes.ts'
import { withAdvancedSeeds } from '../../nodes/litegraph/seeds.ts'
import { toGraph } from '../../nodes/workflow.ts'
import type { WorkflowFile } from '../../nodes/workflow/file.ts'
import type { Json } from '../../nodes/workflow/json.ts'
import { ownTypes } from '../graph/declarations.ts'
import { graphKey } from '../../nodes/workflow/graphKey.ts'
import { hasTraining } from '../graph/hasTraining.ts'
import { withValue } from '../graph/nodePaths.ts'
import { createViewCache, type ViewCache } from '../../nodes/host/viewCache.ts'
import { debounce } from '../ui/debounce.ts'
import { findItems, type FigureItems } from './choices.ts'
import type { Figure, FigureEnd, FigurePhase, FigureProgress } from './figureTypes.ts'

/** Delay of a run after a change of a value, in milliseconds. */
const DELAY = 200

/** Id of no subgraph: seeds of all levels advance. */
const NO_LEVEL = ''

export type ReaderClient = Pick<Client, 'start' | 'listen'>

export interface ReaderOptions {
  client: ReaderClient
  file: WorkflowFile
  /** Shows this loop alone. */
  zone?: string | undefined
}

export interface Reader extends Figure {
  /** Shows another workflow. Stops the run of the present one. */
  open(file: WorkflowFile): void
}

/** Creates a figure of a file. After its first run, a graph without training follows changes. */
export const createReader = (options: ReaderOptions): Reader => new WorkflowReader(options)

interface ReaderRun {
  handle: ClientRun
  key: string
  /** The last view of each node. */
  views: Map<string, ViewEvent>
  faults: Fault[]
}

class WorkflowReader implements Reader {
  readonly file: Signal<WorkflowFile>
  readonly views = signal<ReadonlyMap<string, View>>(new Map())
  readonly phase = signal<FigurePhase>('idle')
  readonly progress = signal<FigureProgress | undefined>(undefined)
  readonly faults = signal<readonly Fault[]>([])
  readonly engineError = signal('')
  readonly ended = signal<FigureEnd | undefined>(undefined)
  readonly items: ReadonlySignal<FigureItems>
  private readonly client: ReaderClient
  private current: ReaderRun | undefined
  /** True if a change runs the graph again. */
  private isLive = false
  private shouldRepeat = false
  private cache: ViewCache = createViewCache()
  /** Charts show earlier runs of this workflow only: figures of a page share an engine. */
  private workflow = newId()
  private readonly rerun = debounce(DELAY, () => this.repeat())

  constructor({ client, file, zone }: ReaderOptions) {
    this.client = client
    this.file = signal(file)
    this.items = computed(() => findItems(this.file.value, zone))
    client.listen((event) => this.onEngineEvent(event))
  }

  open(file: WorkflowFile) {
    this.rerun.cancel()
    this.forget()
    batch(() => {
      this.file.value = file
      this.views.value = new Map()
      this.progress.value = this.ended.value = undefined
      this.faults.value = []
      this.phase.value = 'idle'
    })
    this.isLive = this.shouldRepeat = false
    this.cache = createViewCache()
    this.workflow = newId()
  }

  set(node: string, name: string, value: Json) {
    this.file.value = withValue(this.file.value, node, name, value)
    if (this.isLive) this.rerun.call()
  }

  run() {
    this.rerun.cancel()
    if (this.current || this.engineError.value) return
    const advanced = withAdvancedSeeds(this.file.value, ownTypes, NO_LEVEL)
    if (advanced) this.file.value = advanced
    this.start()
  }

  stop() {
    this.rerun.cancel()
    this.shouldRepeat = false
    if (!this.current) return
    this.phase.value = 'stopping'
    this.stopCurrent()
  }

  // ---- runs

  private start() {
    const graph = toGraph(this.file.value, ownTypes)
    const key = graphKey(graph)
    batch(() => {
      this.phase.value = 'waiting'
      this.progress.value = this.ended.value = undefined
      this.faults.value = []
      this.showCached(key)
    })
    this.isLive = !hasTraining(graph)
    const targets = this.targets(graph)
    const views = new Map<string, ViewEvent>()
    const handle = this.client.start(graph, {
      workflow: this.workflow,
      ...(targets.length > 0 && { targets }),
      onEvent: (event) => {
        // Events of a run that was left are ignored.
        if (this.current?.views === views) this.onRunEvent(event, this.current)
      },
    })
    this.current = { handle, key, views, faults: [] }
  }

  /** Only what the figure shows is computed. Nodes that do not run are no targets. */
  private targets({ nodes }: Graph): string[] {
    const running = new Set(nodes.map(({ id }) => id))
    return this.items.value.views.map(({ id }) => id).filter((id) => running.has(id))
  }

  /** Repeats the run with the present values; if one is in progress, after its end. */
  private repeat() {
    if (!this.current) return this.run()
    this.shouldRepeat = true
    this.stopCurrent()
  }

  /** Replacing the engine would end the runs of other figures, and lose its memory. */
  private stopCurrent() {
    this.current?.handle.stop({ patient: true })
  }

  /** Ends the present run without showing its events. */
  private forget() {
    const { current } = this
    this.current = undefined
    current?.handle.stop({ patient: true })
  }

  // ---- events

  private onEngineEvent(event: Event) {
    if (event.type !== 'broken') return
    batch(() => {
      this.engineError.value = event.message
      this.phase.value = 'idle'
      this.progress.value = undefined
    })
    this.current = undefined
  }

  private onRunEvent(event: RunEvent, run: ReaderRun) {
    switch (event.type) {
      case 'started':
        if (this.phase.value === 'waiting') this.phase.value = 'running'
        break
      case 'view':
        run.views.set(event.node, event)
        this.showViews([event])
        break
      case 'progress':
        if (!event.emission) this.progress.value = toProgress(event)
        break
      case 'faults':
        run.faults.push(...event.faults)
        this.faults.value = [...run.faults]
        break
      case 'question':
        // A reader has nothing to lose: the values of the form count.
        run.handle.answer('restart')
        break
      case 'finished':
        this.finish(event, run)
        break
      default:
    }
  }

  private finish({ seconds, stopped }: RunEvent & { type: 'finished' }, run: ReaderRun) {
    if (!stopped) this.cache.put(run.key, this.workflow, [...run.views.values()])
    this.current = undefined
    const repeats = this.shouldRepeat
    this.shouldRepeat = false
    batch(() => {
      this.phase.value = 'idle'
      this.progress.value = undefined
      if (!repeats) this.ended.value = { seconds, stopped, faults: run.faults }
    })
    if (repeats) this.run()
  }

  /** Nodes whose results are cached do not run again, so their views come from an earlier run. */
  private showCached(key: string) {
    this.showViews(this.cache.get(key, this.workflow))
  }

  private showViews(events: readonly ViewEvent[]) {
    if (events.length === 0) return
    const views = new Map(this.views.value)
    for (const { node, view } of events) views.set(outerId(node), view)
    this.views.value = views
  }
}

function toProgress(event: RunEvent & { type: 'progress' }): FigureProgress {
  const { index, count, label, loss, secondsLeft } = event
  return {
    index,
    count,
    secondsLeft,
    ...(label !== undefined && { label }),
    ...(loss !== undefined && { loss }),
  }
}
