// Node for the engine, which also runs in browsers and must not import modules of Node.

/** Returns Node's process; undefined in browsers. */
export const nodeProcess = (): NodeJS.Process | undefined =>
  typeof globalThis.process?.getBuiltinModule === 'function' ? globalThis.process : undefined

/** Returns a built-in module of Node; undefined in browsers. */
export const nodeModule = <Name extends 'node:os' | 'node:worker_threads'>(name: Name) =>
  nodeProcess()?.getBuiltinModule(name)
