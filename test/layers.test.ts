// Dependency rules, checked by the imports: order of the folders, tfjs in one place, self-contained
// tests.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

const filesIn = (folder: string, ends: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ends.test(name))
    .map((name) => join(folder, name))
    .sort()

interface Import {
  /** A path from the root for our files, otherwise the name of a package. */
  of: string
  typeOnly: boolean
}

const readImports = (file: string): Import[] => {
  const code = readFileSync(join(root, file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '')
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  )
  const dynamic = code.matchAll(/(typeof )?\bimport\(\s*['"]([^'"]+)['"]/g)
  return [...statements, ...dynamic].map(([, type, of]) => ({
    of: of.startsWith('.') ? relative(root, join(root, dirname(file), of)) : of,
    typeOnly: Boolean(type),
  }))
}

const sources = filesIn('src', /\.tsx?$/)
const edges = new Map(sources.map((file) => [file, readImports(file)]))
const layer = (path: string) => /^src\/(engine|nodes|editor)\//.exec(path)?.[1]
const of = (name: string) => sources.filter((file) => layer(file) === name)
const valueImports = (file: string) => edges.get(file)!.filter(({ typeOnly }) => !typeOnly)
const isTfjs = (name: string) => name.startsWith('@tensorflow/')

const offences = (files: string[], offends: (imported: Import, file: string) => boolean) =>
  files.flatMap((file) =>
    edges
      .get(file)!
      .filter((imported) => offends(imported, file))
      .map(({ of }) => `${file} imports ${of}`),
  )

const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

/** Folders from the lowest to the highest, as ARCHITECTURE.md lists them. */
function orderOf(folder: string): string[] {
  const [, list] =
    new RegExp(`^\\* \`${folder}\`[^:]*: ([^]*?)\\n(?:\\n|\\*)`, 'm').exec(architecture) ?? []
  return (list ?? '').match(/`\w+`/g)?.map((name) => name.replaceAll('`', '')) ?? []
}

describe.each(['src', 'src/engine', 'src/hosts'])('in %s', (folder) => {
  const order = orderOf(folder)
  const rank = (path: string) =>
    path.startsWith(`${folder}/`) ? order.indexOf(path.slice(folder.length + 1).split('/')[0]) : -1

  test('each folder has a place in the order', () => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    expect(folders.sort()).toEqual(order.toSorted())
  })

  test('no folder imports a higher one, types included', () => {
    const inOrder = sources.filter((file) => rank(file) >= 0)
    expect(inOrder.length).toBeGreaterThan(50)
    expect(offences(inOrder, ({ of }, file) => rank(of) > rank(file))).toEqual([])
  })
})

test('the engine imports only itself and nothing of the page', () => {
  expect(
    offences(of('engine'), ({ of }) => of.startsWith('src/') && layer(of) !== 'engine'),
  ).toEqual([])
  expect(offences(of('engine'), ({ of }) => /litegraph|preact|idb-keyval|^node:/.test(of))).toEqual(
    [],
  )
})

test('only tf.ts imports tfjs; only backends.ts and our own backends import its backends', () => {
  const allowed = new Map([
    ['src/engine/base/tf.ts', '@tensorflow/tfjs'],
    // Replaces that import in builds of the worker.
    ['src/build/slimTfjs.ts', '@tensorflow/tfjs-'],
    ['src/engine/backends/backends.ts', '@tensorflow/tfjs-backend-'],
    ['src/engine/backends/importBackend.ts', '@tensorflow/tfjs-backend-'],
    ['src/engine/backends/startStock.ts', '@tensorflow/tfjs-backend-'],
    ['src/engine/backends/wasm/start.ts', '@tensorflow/tfjs-backend-wasm'],
    ['src/engine/backends/wasm/threadedModule.ts', '@tensorflow/tfjs-backend-wasm'],
    ['src/engine/backends/wasm/threadScript.ts', '@tensorflow/tfjs-backend-wasm/wasm-out/'],
    ['src/engine/backends/webgpu/stockBackend.ts', '@tensorflow/tfjs-backend-webgpu'],
    ['src/hosts/worker/wasmFiles.ts', '@tensorflow/tfjs-backend-wasm/dist/'],
  ])
  expect(
    offences(sources, ({ of }, file) => isTfjs(of) && !of.startsWith(allowed.get(file) ?? ' ')),
  ).toEqual([])
})

test('only layers/operation.ts makes custom gradients, and only differentiate computes gradients', () => {
  const functions =
    /\btf\s*\.\s*(customGrad|grads?|valueAndGrads?|variableGrads)\b|engine\(\)\.gradients/g
  const uses = of('engine')
    .concat(of('nodes'))
    .flatMap((file) => {
      const code = readFileSync(join(root, file), 'utf8').replaceAll(
        /^\s*(\/\/|\*|\/\*\*).*$/gm,
        '',
      )
      return [...code.matchAll(functions)].map(([use]) => `${file} uses ${use}`)
    })
  expect(uses).toEqual([
    'src/engine/layers/operation.ts uses tf.customGrad',
    'src/engine/layers/operation.ts uses tf.customGrad',
    'src/engine/layers/operation.ts uses tf.customGrad',
  ])
})

test('litegraph is imported as types only, except by the editor', () => {
  const others = sources.filter((file) => layer(file) !== 'editor')
  expect(offences(others, ({ of, typeOnly }) => of.startsWith('litegraph') && !typeOnly)).toEqual(
    [],
  )
})

test('no static import of the editor leads to tfjs', () => {
  const leads = (
    file: string,
    path: string[] = [],
    seen = new Set<string>(),
  ): string | undefined => {
    if (seen.has(file) || !edges.has(file)) return undefined
    seen.add(file)
    for (const { of } of staticImports(file)) {
      if (isTfjs(of)) return [...path, file, of].join(' -> ')
      const found = leads(of, [...path, file], seen)
      if (found) return found
    }
    return undefined
  }
  expect([...of('editor'), 'src/index.ts'].map((file) => leads(file)).filter(Boolean)).toEqual([])
})

/** Imports that a bundler includes statically: no types, `import()`, workers or virtual modules. */
function staticImports(file: string): Import[] {
  const code = readFileSync(join(root, file), 'utf8')
  return valueImports(file).filter(
    ({ of }) =>
      !new RegExp(`import\\(\\s*['"][^'"]*${of.split('/').at(-1)!.replaceAll('.', '\\.')}`).test(
        code,
      ),
  )
}

describe('relative imports', () => {
  test('name existing files, with their extension', () => {
    const missing = offences(
      sources,
      ({ of }) =>
        of.startsWith('src/') &&
        !edges.has(of.replace(/\?.*$/, '')) &&
        !/\.(css|d\.ts|json|py\?raw|svg)$/.test(of),
    )
    expect(missing).toEqual([])
  })
})

test('tests and data are inside the repository', () => {
  const leaves = (file: string) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /['"`]((?:\.\.\/|\/(?:home|root|tmp|Users|mnt|opt|var|work)\/)[^'"`]*)['"`]/g,
      ),
    ]
      .map(([, path]) => path)
      .filter((path) => relative(root, resolve(root, dirname(file), path)).startsWith('..'))
      .map((path) => `${file} names ${path}`)
  expect(filesIn('test', /\.(ts|js|html)$/).flatMap(leaves)).toEqual([])
})
