// For workers of your own, with nodes of your own: `serve([...nodes, mine])`. Importing it starts nothing.
export { nodes } from './nodes/table.ts'
export { serve } from './nodes/serve.ts'
export type { Scope, ServeOptions } from './nodes/serve.ts'
export * from './nodes/define.ts'
export { tf } from './engine/tf.ts'
export { NodeError } from './engine/plan/fault.ts'
