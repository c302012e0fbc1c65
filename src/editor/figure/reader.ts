// Figure without an editor: a workflow file, the values of its form, and its runs in an engine.
import { getText, type MessageText } from '../../engine/base/catalogue.ts'
import { newId } from '../workspace/library.ts'
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { outerId } from '../../engine/base/ids.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { View } from '../../engine/base/view.ts'
import type { Event } from '../../engine/protocol.ts'
import { FigureRuns, type RunListener, type RunProgress } from '../../hosts/figure/runs.ts'
import type { Client, Finished, ViewEvent } from '../../hosts/worker/clientTypes.ts'
import { withAdvancedSeeds } from '../../litegraph/seeds.ts'
import { toGraph } from '../../workflow/index.ts'
import type { WorkflowFile } from '../../workflow/file.ts'
import type { Json } from '../../workflow/json.ts'
import { ownTypes } from '../graph/declarations.ts'
import { hasTraining } from '../graph/hasTraining.ts'
import { withValue } from '../graph/nodePaths.ts'
import { debounce } from '../ui/debounce.ts'
import { findItems, type FigureItems } from './choices.ts'
import type { FigureModel, FigurePhase } from './figureTypes.ts'

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

export interface Reader extends FigureModel {
  /** Shows another workflow. Stops the run of the present one. */
  open(file: WorkflowFile): void
}

/** Creates a figure of a file. After its first run, a graph without training follows changes. */
export const createReader = (options: ReaderOptions): Reader => new WorkflowReader(options)

class WorkflowReader implements Reader, RunListener {
  readonly file: Signal<WorkflowFile>
  readonly views = signal<ReadonlyMap<string, View>>(new Map())
  readonly phase = signal<FigurePhase>('idle')
  readonly progress = signal<RunProgress | undefined>(undefined)
  readonly faults = signal<readonly Fault[]>([])
  readonly engineError = signal<MessageText>('')
  readonly ended = signal<Finished | undefined>(undefined)
  readonly items: ReadonlySignal<FigureItems>
  private readonly client: ReaderClient
  private runs: FigureRuns
  /** True if a change runs the graph again. */
  private isLive = false
  private shouldRepeat = false
  private readonly rerun = debounce(DELAY, () => this.repeat())

  constructor({ client, file, zone }: ReaderOptions) {
    this.client = client
    this.runs = this.openRuns()
    this.file = signal(file)
    this.items = computed(() => findItems(this.file.value, zone))
    client.listen((event) => this.onEngineEvent(event))
  }

  open(file: WorkflowFile) {
    this.rerun.cancel()
    this.stopCurrent()
    this.runs.leave()
    batch(() => {
      this.file.value = file
      this.views.value = new Map()
      this.progress.value = this.ended.value = undefined
      this.faults.value = []
      this.phase.value = 'idle'
    })
    this.isLive = this.shouldRepeat = false
    this.runs = this.openRuns()
  }

  set(node: string, name: string, value: Json) {
    this.file.value = withValue(this.file.value, node, name, value)
    if (this.isLive) this.rerun.call()
  }

  run() {
    this.rerun.cancel()
    if (this.runs.isRunning || this.engineError.value) return
    const advanced = withAdvancedSeeds(this.file.value, ownTypes, NO_LEVEL)
    if (advanced) this.file.value = advanced
    this.start()
  }

  stop() {
    this.rerun.cancel()
    this.shouldRepeat = false
    if (!this.runs.isRunning) return
    this.phase.value = 'stopping'
    this.stopCurrent()
  }

  // ---- runs

  /** Charts show earlier runs of this workflow only: figures of a page share an engine. */
  private openRuns(): FigureRuns {
    return new FigureRuns(this.client, this, newId())
  }

  private start() {
    const graph = toGraph(this.file.value, ownTypes)
    batch(() => {
      this.phase.value = 'waiting'
      this.progress.value = this.ended.value = undefined
      this.faults.value = []
      this.runs.start(graph, this.targets(graph))
    })
    this.isLive = !hasTraining(graph)
  }

  /** Only what the figure shows is computed. Nodes that do not run are no targets. */
  private targets({ nodes }: Graph): string[] {
    const running = new Set(nodes.map(({ id }) => id))
    return this.items.value.views.map(({ id }) => id).filter((id) => running.has(id))
  }

  /** Repeats the run with the present values; if one is in progress, after its end. */
  private repeat() {
    if (!this.runs.isRunning) return this.run()
    this.shouldRepeat = true
    this.stopCurrent()
  }

  /** Replacing the engine would end the runs of other figures, and lose its memory. */
  private stopCurrent() {
    this.runs.stop({ patient: true })
  }

  // ---- events

  private onEngineEvent(event: Event) {
    if (event.type !== 'broken') return
    batch(() => {
      this.engineError.value = getText(event, 'message')
      this.phase.value = 'idle'
      this.progress.value = undefined
    })
    this.runs.leave()
  }

  onStarted() {
    if (this.phase.value === 'waiting') this.phase.value = 'running'
  }

  onProgress(progress: RunProgress) {
    this.progress.value = progress
  }

  onFaults(faults: readonly Fault[]) {
    this.faults.value = faults
  }

  onFinished(end: Finished) {
    const repeats = this.shouldRepeat
    this.shouldRepeat = false
    batch(() => {
      this.phase.value = 'idle'
      this.progress.value = undefined
      if (!repeats) this.ended.value = end
    })
    if (repeats) this.run()
  }

  onViews(events: readonly ViewEvent[]) {
    const views = new Map(this.views.value)
    for (const { node, view } of events) views.set(outerId(node), view)
    this.views.value = views
  }
}
