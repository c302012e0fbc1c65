// What is inside a step, however deep.
import type { NodeStep, Step } from './compile.ts'

/** The nodes that run, in bodies and emissions too. */
export const nodeStepsOf = (step: Step): NodeStep[] =>
  step.kind === 'loop' ? [...step.body, ...step.emission].flatMap(nodeStepsOf) : step.kind === 'run' ? [step] : []

/** Observers of the bodies, without emissions. */
export const observersIn = (step: Step): NodeStep[] =>
  step.kind === 'loop' ? step.body.flatMap(observersIn) : step.kind === 'observe' ? [step] : []

/** Observers, in bodies and emissions. */
export const allObservers = (step: Step): NodeStep[] =>
  step.kind === 'loop' ? [...step.body, ...step.emission].flatMap(allObservers) : step.kind === 'observe' ? [step] : []

/** Ids in the order of the plan. */
export const idsOf = (step: Step): string[] =>
  step.kind === 'loop' ? [step.id, ...step.body.flatMap(idsOf), step.end] : [step.id]
