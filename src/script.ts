// For scripts in Node that were written from a graph, or by hand: nodes by their types. Importing it starts nothing.
export { start } from './nodes/script/start.ts'
export type { Loop, Script, ScriptOptions } from './nodes/script/start.ts'
export { NodeError } from './engine/plan/fault.ts'
export { tf } from './engine/tf.ts'
