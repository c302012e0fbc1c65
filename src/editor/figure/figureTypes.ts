// Interface of a figure: what its page shows and does, whoever runs the workflow.
import type { MessageText } from '../../engine/base/catalogue.ts'
import type { ReadonlySignal } from '@preact/signals'
import type { Fault } from '../../engine/messages/fault.ts'
import type { View } from '../../engine/base/view.ts'
import type { RunProgress } from '../../hosts/figure/runs.ts'
import type { Finished } from '../../hosts/worker/clientTypes.ts'
import type { Json } from '../../workflow/json.ts'
import type { WorkflowFile } from '../../workflow/file.ts'
import type { FigureItems } from './choices.ts'

/** `waiting`: for the engine, or for the run of another figure. */
export type FigurePhase = 'idle' | 'waiting' | 'running' | 'stopping'

export interface FigureModel {
  readonly file: ReadonlySignal<WorkflowFile>
  readonly items: ReadonlySignal<FigureItems>
  /** Latest views by the full ids of their nodes. */
  readonly views: ReadonlySignal<ReadonlyMap<string, View>>
  readonly phase: ReadonlySignal<FigurePhase>
  readonly progress: ReadonlySignal<RunProgress | undefined>
  readonly faults: ReadonlySignal<readonly Fault[]>
  /** Problem of the engine; '' without one. */
  readonly engineError: ReadonlySignal<MessageText>
  /** End of the last run; undefined before the first one, and during a run. */
  readonly ended: ReadonlySignal<Finished | undefined>
  /** Sets a param, by the full id of its node. */
  set(node: string, name: string, value: Json): void
  run(): void
  stop(): void
}
