// Node for the engine, which also runs in browsers and must not import modules of Node.

/** Returns Node's process; undefined in browsers. */
export const nodeProcess = (): NodeJS.Process | undefined =>
  typeof globalThis.process?.getBuiltinModule === 'function' ? globalThis.process : undefined

interface Modules {
  'node:os': typeof import('node:os')
  'node:worker_threads': typeof import('node:worker_threads')
}

/** Returns a built-in module of Node; undefined in browsers. */
export const nodeModule = <Name extends keyof Modules>(name: Name): Modules[Name] | undefined =>
  nodeProcess()?.getBuiltinModule(name)
