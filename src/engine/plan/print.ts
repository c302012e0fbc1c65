// Prints a plan, one line per step, for tests and bug reports.
import type { Plan, Step } from './steps.ts'

export function printPlan({ steps, results }: Plan): string {
  return [...printSteps(steps), ...(results.length ? [`results ${results.join(' ')}`] : [])].join(
    '\n',
  )
}

const printSteps = (steps: readonly Step[]): string[] => steps.flatMap(printStep)

function printStep(step: Step): string[] {
  const tail = [
    step.soleObservers && `watched by ${step.soleObservers.join(' ')}`,
    step.free.length && `free ${step.free.join(' ')}`,
  ].filter(Boolean)
  if (step.kind !== 'loop')
    return [[step.kind === 'run' ? step.id : `${step.kind} ${step.id}`, ...tail].join(' | ')]
  return [
    [`loop ${step.id}`, ...tail].join(' | '),
    ...printSteps(step.body).map(indentLine),
    indentLine(
      [
        `next ${Object.entries(step.next)
          .map(([slot, value]) => `${slot} = ${value}`)
          .join(', ')}`,
        ...printFreed(step.freeNext),
      ].join(' | '),
    ),
    ...(step.emission.length
      ? [`emission of ${step.id}`, ...printSteps(step.emission).map(indentLine)]
      : []),
  ]
}

const printFreed = (values: readonly string[]) =>
  values.length ? [`free ${values.join(' ')}`] : []
const indentLine = (line: string) => `  ${line}`
