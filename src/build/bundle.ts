// Bundles of one script that needs no other file, for builds inside a build.
import { isAbsolute } from 'node:path'
import type { Plugin, Rolldown } from 'vite'
import { build } from 'vite'
import { declarations } from './declarations.ts'
import { slimTfjs } from './slimTfjs.ts'

export interface Bundle {
  code: string
  css: string
  /** Names that the script exports. */
  exports: readonly string[]
  /** Files that it was made of. */
  sources: readonly string[]
}

/** Bundles a module as a script that is no module, with its exports in the variable `name`. */
export async function bundle(
  root: string,
  entry: string,
  name: string,
  plugins: Plugin[],
): Promise<Bundle> {
  const sources = new Set<string>()
  const [{ output }] = (await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [...plugins, declarations(), slimTfjs(), collectSources(sources)],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      lib: { entry, formats: ['iife'], name },
      rolldownOptions: { output: { codeSplitting: false, minify: true } },
    },
  })) as Rolldown.RolldownOutput[]
  const chunks = output.filter((file) => file.type === 'chunk')
  if (chunks.length !== 1)
    throw new Error(`Expected one script for ${entry}, got ${chunks.length}.`)
  const styles = output.flatMap((file) =>
    file.type === 'asset' && file.fileName.endsWith('.css') ? [String(file.source)] : [],
  )
  const [{ code, exports }] = chunks
  return { code, exports, css: styles.join('\n'), sources: [...sources] }
}

/** Collects the files of all modules. */
const collectSources = (sources: Set<string>): Plugin => ({
  name: 'collect-sources',
  buildEnd() {
    for (const id of this.getModuleIds()) if (isAbsolute(id)) sources.add(id.replace(/\?.*$/, ''))
  },
})
