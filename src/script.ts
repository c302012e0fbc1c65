// Library entry for scripts in Node, generated from a graph or written by hand. Importing it has no
// side effects.
export { start } from './hosts/script/start.ts'
export type { Loop, Script, ScriptOptions } from './hosts/script/start.ts'
export { NodeError } from './engine/messages/fault.ts'
export { tf } from './engine/base/tf.ts'
