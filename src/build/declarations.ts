// Vite plugin: `virtual:declarations` provides the declarations of all nodes as data, so that the
// page loads neither their `run` functions nor tfjs. `virtual:bare-declarations` are the same
// without descriptions, which `virtual:descriptions` provides: the editor loads them later.
import { resolve } from 'node:path'
import type { EnvironmentModuleNode, Plugin } from 'vite'
import { runnerImport } from 'vite'
import type { Declaration, Op } from '../engine/plan/op.ts'
import { describe, withoutDescription } from '../editor/texts/descriptions.ts'

/** Content of each module. */
const MODULES: Readonly<Record<string, (declarations: readonly Declaration[]) => unknown>> = {
  'virtual:declarations': (declarations) => declarations,
  'virtual:bare-declarations': (declarations) => declarations.map(withoutDescription),
  'virtual:descriptions': (declarations) =>
    Object.fromEntries(declarations.map((each) => [each.type, describe(each)])),
}
const resolved = (name: string) => `\0${name}`

export interface Loaded {
  declarations: Declaration[]
  /** Absolute paths of the source files. */
  files: string[]
}

/** Imports the node table in this process and returns its declarations. */
export async function loadDeclarations(
  root = process.cwd(),
  table = 'src/nodes/table.ts',
): Promise<Loaded> {
  const options = { root, configFile: false, logLevel: 'error' } as const
  const nodes = await runnerImport<{ nodes: Op[] }>(resolve(root, table), options)
  const { module } = await runnerImport<typeof import('../engine/plan/op.ts')>(
    resolve(root, 'src/engine/plan/op.ts'),
    options,
  )
  return {
    declarations: nodes.module.nodes.map(module.toDeclaration),
    files: [
      resolve(root, table),
      ...nodes.dependencies.map((file) => resolve(root, file.replace(/^\/(?=src\/)/, ''))),
    ],
  }
}

export function declarations({ table }: { table?: string } = {}): Plugin {
  let root = process.cwd()
  let loading: Promise<Loaded> | undefined
  const load = () => (loading ??= loadDeclarations(root, table))
  return {
    name: 'declarations',
    configResolved(config) {
      root = config.root
    },
    resolveId: (id) => (Object.hasOwn(MODULES, id) ? resolved(id) : undefined),
    async load(id) {
      const name = Object.keys(MODULES).find((each) => resolved(each) === id)
      if (name === undefined) return undefined
      const { declarations: list, files } = await load()
      for (const file of files) this.addWatchFile(file)
      const content = JSON.stringify(MODULES[name](list))
      return `export default JSON.parse(${JSON.stringify(content)})`
    },
    buildStart() {
      loading = undefined
    },
    async hotUpdate({ file, modules }): Promise<EnvironmentModuleNode[] | undefined> {
      // A new node's file is not in the list yet; a broken node leaves no list at all.
      const known = await loading?.then(({ files }) => files).catch(() => [] as string[])
      if (!known?.includes(resolve(file)) && !resolve(file).startsWith(resolve(root, 'src/nodes')))
        return undefined
      loading = undefined
      const virtual = Object.keys(MODULES).flatMap(
        (name) => this.environment.moduleGraph.getModuleById(resolved(name)) ?? [],
      )
      return virtual.length > 0 ? [...modules, ...virtual] : undefined
    },
  }
}
