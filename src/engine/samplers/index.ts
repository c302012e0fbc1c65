// The samplers: each a function from one level of noise to the next.
export * from './ddim.ts'
export * from './ddpm.ts'
export * from './dpmSolver.ts'
export * from './euler.ts'
export * from './heun.ts'
export * from './history.ts'
export * from './hold.ts'
export * from './repaint.ts'
