// Node for the engine, which also runs in browsers and must not import modules of Node.

/** Returns Node's process; undefined in browsers. */
export const nodeProcess = (): NodeJS.Process | undefined =>
  typeof globalThis.process?.getBuiltinModule === 'function' ? globalThis.process : undefined

/** A thread of Node, without what is not used of it. */
export interface NodeWorker {
  once(event: 'message', listener: () => void): void
  on(event: 'error' | 'exit', listener: (reason: unknown) => void): void
  terminate(): Promise<number>
  unref(): void
}

interface WorkerOptions {
  eval: boolean
  workerData: unknown
  execArgv: string[]
}

interface Modules {
  'node:os': { availableParallelism(): number }
  'node:worker_threads': { Worker: new (code: string, options: WorkerOptions) => NodeWorker }
}

/** Returns a built-in module of Node; undefined in browsers. */
export const nodeModule = <Name extends keyof Modules>(name: Name): Modules[Name] | undefined =>
  nodeProcess()?.getBuiltinModule(name) as Modules[Name] | undefined
