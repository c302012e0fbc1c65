// The engine as one script that is no module. It is the only copy of the engine and of tfjs for
// pages without a bundler, their workers, and pages in one file.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { ENGINE_GLOBAL, FILES_GLOBAL } from '../hosts/page/parts.ts'
import { buildOnce } from './buildOnce.ts'
import { bundle } from './bundle.ts'
import { tfjsNotice } from './licences.ts'
import { ENGINE_CORE } from '../hosts/page/fileNames.ts'

export interface EngineCore {
  code: string
  /** Names that the engine exports. */
  exports: readonly string[]
}

/** Builds the script, unless none of its sources changed. */
export async function getEngineCore(root: string): Promise<EngineCore> {
  const text = await buildOnce(join(root, 'node_modules/.vite/engine-core'), async () => {
    const { code, exports, sources } = await bundle(
      root,
      'src/standaloneEngine.ts',
      ENGINE_GLOBAL,
      [embeddedFiles()],
    )
    const script = `${tfjsNotice}\n${code.trimEnd()}\nglobalThis.${ENGINE_GLOBAL}=${ENGINE_GLOBAL};\n`
    return {
      text: JSON.stringify({ code: script, exports }),
      sources: [...sources, ...builders(root)],
    }
  })
  return JSON.parse(text) as EngineCore
}

/** Sources of the build itself, on which its results depend as well. */
export const builders = (root: string) =>
  [
    'package-lock.json',
    'LICENSES/Apache-2.0.txt',
    'src/build/bundle.ts',
    'src/build/declarations.ts',
    'src/build/engineCore.ts',
    'src/build/licences.ts',
    'src/hosts/page/fileNames.ts',
    'src/build/onePage.ts',
    'src/build/slimTfjs.ts',
    'src/editor/texts/descriptions.ts',
  ].map((file) => join(root, file))

/** Address of a neighbour. In one piece, the imports below would count as imports of this module. */
const beside = (file: string) => `'./${file}'`

/** Returns the modules beside the scripts of the engine and of script tags, by file name. */
export function engineModules(root: string, { exports }: EngineCore): Record<string, string> {
  const addresses = Object.entries(filePaths(root)).map(
    ([name, path]) => `  '${name}': at('./${path}'),\n`,
  )
  return {
    'files.js': `// Addresses of the files that the engine fetches, for ${ENGINE_CORE}.
const at = (path) => new URL(path, import.meta.url).href
globalThis.${FILES_GLOBAL} = {
${addresses.join('')}}
`,
    'engine.js': `// The engine for pages without a bundler.
import ${beside('files.js')}
import ${beside(ENGINE_CORE)}

export const {
${exports.map((name) => `  ${name},\n`).join('')}} = globalThis.${ENGINE_GLOBAL}
`,
    'worker.js': `// The worker of pages without a bundler.
import { serveNamed } from ${beside('engine.js')}

serveNamed()
`,
    'widget.js': `// Widget for anywidget, and a figure for notebooks and pages without a bundler.
import ${beside('litegraph-diffusion.js')}

const { createFigure, createWidget } = globalThis.LiteGraphDiffusion
const engine = new URL('./worker.js', import.meta.url).href

export const figure = (workflow, options) => createFigure(workflow, { engine, ...options })
export default createWidget(engine)
`,
  }
}

/** Paths of the shipped files in the folder of the script, by the names that the script uses. */
function filePaths(root: string): Record<string, string> {
  const wasm = ['-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`)
  const checkpoints = readdirSync(join(root, 'assets/checkpoints'))
  return {
    digits: 'assets/digits.safetensors.gz',
    ...Object.fromEntries(checkpoints.map((name) => [name, `assets/checkpoints/${name}`])),
    ...Object.fromEntries(wasm.map((name) => [name, `wasm/${name}`])),
    'tfjs-backend-wasm-threaded-simd.worker.js': 'wasm/threads.js',
  }
}

/** Takes the addresses of files from a global, which a page or a module sets first. */
function embeddedFiles(): Plugin {
  const prefix = '\0embedded:'
  return {
    name: 'embedded-files',
    enforce: 'pre',
    resolveId: (id) => (id.endsWith('?url') ? prefix + fileName(id) : undefined),
    load(id) {
      if (!id.startsWith(prefix)) return undefined
      const name = id.slice(prefix.length)
      const address = `globalThis.${FILES_GLOBAL}?.[${JSON.stringify(name)}]`
      // Pages in one file have only the one without threads.
      const wasm = ` ?? globalThis.${FILES_GLOBAL}?.wasm`
      return `export default ${address}${name.endsWith('.wasm') ? wasm : ''}`
    },
  }
}

/** Names of files: those of ShippedFile, or their own. */
function fileName(address: string): string {
  const [name] = address
    .replace(/\?url$/, '')
    .split('/')
    .slice(-1)
  if (name.startsWith('digits.safetensors')) return 'digits'
  return address.startsWith('emoji-datasource-twitter/') ? 'emoji' : name
}
