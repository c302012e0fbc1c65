// Builds everything, or the named parts: app, library, standalone, types. Prints sizes. The last
// part, `check`, fails if a page initially loads tfjs.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, runnerImport } from 'vite'

const wasm = 'node_modules/@tensorflow/tfjs-backend-wasm/dist'
const wasmFiles = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm']

const viteBuild = (mode) => build({ mode, logLevel: 'warn' })

/** Returns a module of src/build. */
const load = async (name) =>
  (await runnerImport(resolve('src/build', name), { configFile: false, logLevel: 'error' })).module

/** Writes the folder for pages without a bundler, in which the library has its files as well. */
async function writeStandalone(folder) {
  const { getEngineCore, engineModules } = await load('engineCore.ts')
  const { writeThreadScript } = await load('threadScript.ts')
  const { licenceTexts } = await load('licences.ts')
  const { LICENCES } = await load('../hosts/page/fileNames.ts')
  const core = await getEngineCore(process.cwd())
  mkdirSync(join(folder, 'wasm'), { recursive: true })
  writeFileSync(join(folder, 'core.js'), core.code)
  for (const [name, code] of Object.entries(engineModules(process.cwd(), core)))
    writeFileSync(join(folder, name), code)
  for (const file of wasmFiles) cpSync(join(wasm, file), join(folder, 'wasm', file))
  writeFileSync(join(folder, LICENCES), licenceTexts(process.cwd()))
  await writeThreadScript(join(folder, 'wasm/threads.js'))
  cpSync('assets', join(folder, 'assets'), { recursive: true })
}

const parts = {
  async app() {
    await viteBuild('production')
  },
  async library() {
    clean((name) => !['app', 'standalone', 'types'].includes(name))
    await viteBuild('library')
  },
  async standalone() {
    rmSync('dist/standalone', { recursive: true, force: true })
    await viteBuild('script')
    await writeStandalone('dist/standalone')
  },
  async types() {
    rmSync('dist/types', { recursive: true, force: true })
    execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
    // Ambient declarations are input to the compiler, not output.
    cpSync('src/litegraph/core.d.ts', 'dist/types/litegraph/core.d.ts')
    cpSync('src/nodes/declarations.d.ts', 'dist/types/nodes/declarations.d.ts')
    pruneTypes('dist/types')
    const entry = 'dist/types/index.d.ts'
    const references = ['litegraph/core.d.ts', 'nodes/declarations.d.ts'].map(
      (path) => `/// <reference path="./${path}" />\n`,
    )
    writeFileSync(entry, references.join('') + readFileSync(entry, 'utf8'))
  },
  check: checkNoTfjs,
}

/**
 * Removes the declarations to which no entry leads, and lets the others import each other as `.js`,
 * which every setting of TypeScript resolves.
 */
function pruneTypes(folder) {
  const entries = ['index', 'worker', 'script', 'engine/index'].map((name) => `${name}.d.ts`)
  const ambient = ['litegraph/core.d.ts', 'nodes/declarations.d.ts']
  const kept = new Set([...entries, ...ambient].map((name) => join(folder, name)))
  const imported = /((?:\bfrom|\bimport\()\s*)(['"])(\.[^'"]+?)\.ts\2/g
  for (const file of kept) {
    const text = readFileSync(file, 'utf8')
    for (const [, , , path] of text.matchAll(imported)) {
      const target = join(file, '..', path)
      kept.add(target.endsWith('.d') ? `${target}.ts` : `${target}.d.ts`)
    }
    writeFileSync(file, text.replaceAll(imported, '$1$2$3.js$2'))
  }
  for (const file of filesIn(folder)) if (!kept.has(file)) rmSync(file)
}

function clean(goes) {
  mkdirSync('dist', { recursive: true })
  for (const name of readdirSync('dist'))
    if (goes(name)) rmSync(join('dist', name), { recursive: true })
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(9)} kB`

function printSizes() {
  console.log(`\n${' '.repeat(64)}  raw         gzip`)
  for (const file of filesIn('dist').filter((name) => /\.(js|css|wasm)$/.test(name))) {
    const bytes = readFileSync(file)
    console.log(
      `${relative('dist', file).padEnd(60)}${kilobytes(bytes.length)}${kilobytes(gzipSync(bytes).length)}`,
    )
  }
}

/** Returns the files that load with a page, by following static imports. */
function loadedAtOnce(entry, seen = new Set()) {
  if (seen.has(entry)) return seen
  seen.add(entry)
  const code = readFileSync(entry, 'utf8')
  for (const [, path] of code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g))
    loadedAtOnce(join(entry, '..', path), seen)
  return seen
}

/** Matches imports of tfjs, and strings that only tfjs contains. */
const tfjs = /WEBGL_VERSION|WASM_HAS_SIMD_SUPPORT|["']@tensorflow\/tfjs/

function checkNoTfjs() {
  const html = readFileSync('dist/app/index.html', 'utf8')
  const app = [...html.matchAll(/<script[^>]+src="\.\/([^"]+)"/g)].map(([, path]) =>
    join('dist/app', path),
  )
  const entries = [...app, 'dist/index.js', 'dist/standalone/litegraph-diffusion.js']
  const offending = entries
    .flatMap((entry) => [...loadedAtOnce(entry)])
    .filter((file) => tfjs.test(readFileSync(file, 'utf8')))
  if (offending.length === 0) return console.log('\nNo page initially loads tfjs.')
  console.error(`\nPages initially load tfjs from: ${offending.join(', ')}`)
  process.exitCode = 1
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((part) => !(part in parts))
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`,
  )
  process.exit(2)
}
for (const part of wanted.length > 0 ? wanted : Object.keys(parts)) await parts[part]()
printSizes()
