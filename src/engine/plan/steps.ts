// Steps of a plan as plain data, and traversals of them.
import { valueId, type ValueId } from '../base/ids.ts'
import type { Fault, InnerNode } from '../messages/fault.ts'
import { wire, type Wire } from './graph.ts'
import type { Params } from './op.ts'

export interface NodeStep {
  kind: 'run' | 'observe' | 'files'
  id: string
  op: string
  params: Params
  inputs: Record<string, ValueId>
  /** Output slots that something is wired to. */
  outputs: string[]
  /** Values to free after this step. */
  free: ValueId[]
  /**
   * Observers that need this step, if nothing else in its loop does. It runs when one of them reads
   * values.
   */
  soleObservers?: string[]
}

export interface LoopStep {
  kind: 'loop'
  /** Id of the Start. */
  id: string
  end: string
  op: string
  endOp: string
  params: { start: Params; end: Params }
  /** Start inputs. */
  inputs: Record<string, ValueId>
  /** Each outputs that something in the body is wired to. */
  each: string[]
  body: Step[]
  /** Next inputs, which End reads after each iteration. */
  next: Record<string, ValueId>
  /** Values of the body that are freed after End has read the next inputs. */
  freeNext: ValueId[]
  /** Done outputs that something is wired to. */
  outputs: string[]
  /** Steps from the done outputs to observers, run on a snapshot at intervals. */
  emission: Step[]
  /** Files of body values, written after iterations. */
  files?: PeriodicFile[]
  /** Files of the done outputs of a snapshot, written after iterations, with the steps to them. */
  snapshots?: (PeriodicFile & { steps: Step[] })[]
  free: ValueId[]
  soleObservers?: string[]
}

/** A file that is written after every so many iterations. */
export interface PeriodicFile {
  every: number
  file: NodeStep
}

export type Step = NodeStep | LoopStep

/** Work that is known before a run. */
export interface PlannedWork {
  /** All iterations. A loop whose number is known only during the run counts as one. */
  iterations: number
  /** Start of the loop that has most of them; '' without loops. */
  loop: string
}

export interface Plan {
  steps: Step[]
  /** Requested values, which are not freed. */
  results: ValueId[]
  notices: Fault[]
  /** Iterations that a run of the plan has, as far as they are known. */
  work: PlannedWork
  /** Maps inner nodes to their closed nodes, for faults during a run. */
  insides: ReadonlyMap<string, InnerNode>
  /** Sources of the outputs of closed nodes, by node id. */
  closed: ReadonlyMap<string, Record<string, Wire>>
}

/** Returns the values that a step computes for its neighbours. */
export const stepOutputs = (step: Step): ValueId[] =>
  step.outputs.map((slot) => valueId(wire(step.kind === 'loop' ? step.end : step.id, slot)))

/** Returns the values that a step reads, including its body and emission. */
export function stepInputs(step: Step): ValueId[] {
  if (step.kind !== 'loop') return Object.values(step.inputs)
  const { files = [], snapshots = [] } = step
  const inside = [
    ...step.body,
    ...step.emission,
    ...[...files, ...snapshots].map(({ file }) => file),
    ...snapshots.flatMap(({ steps }) => steps),
  ].flatMap(stepInputs)
  return [...Object.values(step.inputs), ...inside, ...Object.values(step.next)]
}

/** Returns the nodes that run, including bodies and emissions. */
export const nodeSteps = (step: Step): NodeStep[] =>
  step.kind === 'loop'
    ? [...step.body, ...step.emission].flatMap(nodeSteps)
    : step.kind === 'run'
      ? [step]
      : []

/** Returns the observers of the bodies, without emissions. */
export const bodyObservers = (step: Step): NodeStep[] =>
  step.kind === 'loop' ? step.body.flatMap(bodyObservers) : step.kind === 'observe' ? [step] : []

/** Returns the observers, including bodies and emissions. */
export const allObservers = (step: Step): NodeStep[] =>
  step.kind === 'loop'
    ? [...step.body, ...step.emission].flatMap(allObservers)
    : step.kind === 'observe'
      ? [step]
      : []

/** Returns the ids in the order of the plan, without emissions. */
export const stepIds = (step: Step): string[] =>
  step.kind === 'loop' ? [step.id, ...step.body.flatMap(stepIds), step.end] : [step.id]
