// Vite plugin: the script of the threads of the wasm backend, as one file that is not a module.
// It joins the main script and the worker script of tfjs's wasm backend, which tfjs itself passes
// to its threads as blob: URLs, and the thread of the worker pool.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'
import { build } from 'vite'

const MAIN = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js'
const WORKER = MAIN.replace('.js', '.worker.js')

/** Import of the script's URL in engine/backends/wasm/threadScript.ts. */
export const THREAD_SCRIPT = `${WORKER}?url`

/** Replaces {@link THREAD_SCRIPT} by the complete script, which it writes into Vite's cache. */
export function threadScript(): Plugin {
  let root = ''
  let writing: Promise<void> | undefined
  return {
    name: 'thread-script',
    enforce: 'pre',
    configResolved(config) {
      root = config.root
    },
    async resolveId(id) {
      if (id !== THREAD_SCRIPT) return undefined
      const file = join(root, 'node_modules/.vite/threads/threads.js')
      await (writing ??= writeThreadScript(file, root))
      return `${file}?url`
    },
  }
}

/** Writes the script into a file. */
export async function writeThreadScript(file: string, root = process.cwd()): Promise<void> {
  const require = createRequire(join(root, 'package.json'))
  const { wasmWorkerContents } = require(WORKER) as { wasmWorkerContents: string }
  const script = [
    '// Threads of the wasm backend: @tensorflow/tfjs-backend-wasm (Apache-2.0) and a worker pool.',
    forBrowsers(readFileSync(require.resolve(MAIN), 'utf8')),
    '// The worker script imports the main script, which is above.',
    'var importScripts = function () {};',
    // tfjs escapes its line breaks in the same way.
    wasmWorkerContents.replaceAll('\n', '\\n'),
    await bundlePoolThread(root),
  ].join('\n')
  mkdirSync(dirname(file), { recursive: true })
  // Renamed, because another process may be reading it.
  writeFileSync(`${file}.${process.pid}`, script)
  renameSync(`${file}.${process.pid}`, file)
}

const EXPORTS = "if (typeof exports === 'object' && typeof module === 'object')"

/**
 * Removes what would make tools take the script for CommonJS: its exports, and `require` in the
 * branches for Node, which browsers never reach.
 */
function forBrowsers(code: string): string {
  const at = code.indexOf(EXPORTS)
  if (at < 0) throw new Error(`Expected exports at the end of ${MAIN}.`)
  return code.slice(0, at).replaceAll('return require(', 'return nodeRequire(')
}

async function bundlePoolThread(root: string): Promise<string> {
  const [{ output }] = (await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: {
        entry: 'src/engine/backends/wasm/poolThread.ts',
        formats: ['iife'],
        name: 'poolThread',
      },
    },
  })) as Rolldown.RolldownOutput[]
  return output[0].code
}
