// The index of all samplers' steps: one line each.
export { ddimStep } from './ddimStep.ts'
export { ddpmStep } from './ddpmStep.ts'
export { dpmSolverStep } from './dpmSolverStep.ts'
export { eulerStep } from './eulerStep.ts'
export { heunStep } from './heunStep.ts'
export { repaintStep } from './repaintStep.ts'
