// Library entry for your own worker with your own nodes: `serve([...nodes, mine])`. Importing it has
// no side effects.
export { nodes } from './nodes/table.ts'
export { serve } from './hosts/worker/serve.ts'
export type { Scope, ServeOptions } from './hosts/worker/serve.ts'
export * from './nodes/define.ts'
export * from './nodes/define/formerNames.ts'
export { tf } from './engine/base/tf.ts'
export { NodeError } from './engine/messages/fault.ts'
