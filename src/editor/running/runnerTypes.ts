// Interface of the runner, and its dependencies on other parts of the editor.
import type { Graph } from '../../engine/plan/graph.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { ShownStep } from './frames.ts'
import type { Queue, QueuedRun } from './queue.ts'
import type { EnqueueOptions, RunTarget } from './runSource.ts'
import type { RunSpeed } from './state.ts'
import type { StoredViews } from './storedViews.ts'
import type { WireInspection } from './wireInspection.ts'

export interface Runner extends Pick<WireInspection, 'inspect'> {
  readonly queue: Queue
  /** Runs the graph on the canvas, or the part of it up to a node. */
  run(options?: { to?: LGraphNode; paused?: boolean }): void
  /** Continues the training that ran when the browser discarded this tab to free memory, if any. */
  continueDiscarded(): void
  /** Adds a copy of a graph to the queue. Returns the id of the item. */
  enqueue(graph: Graph, options: EnqueueOptions): number
  /** Adds the graph on the canvas to the queue. */
  /** Adds a copy of the open graph to the queue, at its end or before all others. */
  enqueueCurrent(options?: { first?: boolean }): void
  /** Opens the graph of a past run, with the views of that run. */
  openPast(id: number): void
  /** Stops the run in progress. The next one in the queue starts. */
  stop(): void
  /** Stops the run in progress and clears the queue. */
  stopAll(): void
  /** Pauses or resumes. */
  pause(): void
  /** Runs one iteration. Without a run in progress, starts one that pauses after its first. */
  step(): void
  /** Sets the speed of runs. Step by step pauses a run; any other speed resumes a paused one. */
  setSpeed(speed: RunSpeed): void
  /** Stops the run of a closed tab. The engine stores its progress, and the queue continues. */
  onTabClosed(tab: number): void
  onTabShown(): void
  /** Shows the stored views of the workflow on the canvas, which had this id before a reload. */
  onTabRestored(id: string): Promise<void>
  /** Shows all views of the shown tab as of a step of its training; undefined: the latest. */
  showTrainingStep(step: ShownStep | undefined): void
  /** Sets the observers that are on screen. */
  setVisible(nodes: string[]): void
  /** Text of the workflow as of the tab's last run, or its current text. Image files contain it. */
  workflowText(): string
}

/** A run that has just started. */
export interface StartedRun {
  /** The `run` of its events. */
  id: number
  item: QueuedRun
  isLive: boolean
  target: RunTarget | undefined
}

type RunnerStage = Pick<
  Stage,
  | 'graph'
  | 'subgraph'
  | 'load'
  | 'fullId'
  | 'nodeTitles'
  | 'showEvent'
  | 'showView'
  | 'forgetRun'
  | 'setFaults'
>

export interface RunnerOptions {
  client: Pick<
    Client,
    | 'start'
    | 'listen'
    | 'check'
    | 'inspect'
    | 'setVisible'
    | 'keepLast'
    | 'findTrainings'
    | 'estimateTrainings'
  >
  stage: RunnerStage
  workspace: Pick<
    Workspace,
    'amend' | 'capture' | 'whenOpened' | 'openText' | 'present' | 'subscribe'
  >
  /** Views that a reload shows again. */
  storedViews: StoredViews
  /** Called before the first event of a run. */
  onStart: (run: StartedRun) => void
}
