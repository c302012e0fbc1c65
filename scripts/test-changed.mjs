// Tests what uncommitted changes, or the files that are named, reach: the suites that import them,
// nearest first, as many as fit into the time. Prints what it leaves to `npm test`.
//
//   npm run test:changed [-- src/engine/samplers/ddim.ts] [--seconds 60]
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const root = resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, list: { type: 'boolean' } },
})

const git = (...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
const changed =
  positionals.length > 0
    ? positionals.map((path) => relative(root, resolve(path)))
    : [
        ...git('diff', '-z', '--name-only', 'HEAD'),
        ...git('ls-files', '-z', '--others', '--exclude-standard'),
      ]
for (const path of positionals)
  if (!existsSync(path)) throw new Error(`There is no file ${path}. Check the path.`)

const suites = findSuites(changed)
const durations = readDurations()
/** Suites without a record take as long as a short one. */
const secondsOf = (suite) => durations.get(suite) ?? 2
// Loading the modules of a suite takes longer than most of its tests.
const LOADING = 0.4
const budget = Number(values.seconds) * availableParallelism()
const chosen = []
let sum = 0
for (const suite of suites) {
  const cost = secondsOf(suite) + LOADING
  if (chosen.length > 0 && sum + cost > budget) continue
  chosen.push(suite)
  sum += cost
}
const left = suites.length - chosen.length
const note = left > 0 ? `; npm test runs ${left} more` : ''
console.log(`${changed.length} changed files reach ${suites.length} suites${note}.`)
if (values.list) console.log(chosen.join('\n'))
else if (chosen.length > 0) {
  const args = [join(root, 'scripts/test.mjs'), ...chosen]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
}

/** Suites by the number of imports between them and a changed file. */
function findSuites(files) {
  const importers = readImporters()
  const distances = new Map(files.map((file) => [file, 0]))
  for (const [file, distance] of distances)
    for (const importer of importers.get(file) ?? [])
      if (!distances.has(importer)) distances.set(importer, distance + 1)
  const found = [...distances.keys()].filter(
    (file) => file.endsWith('.test.ts') && !/\.full\./.test(file) && existsSync(join(root, file)),
  )
  // Browser suites import no sources: the page does. This one is the first use of the editor.
  const page = 'test/editor/newcomer.browser.test.ts'
  if (files.some((file) => /^(src\/editor|index\.html)/.test(file))) found.unshift(page)
  return [...new Set(found)]
}

/** For each file, the files that import it. */
function readImporters() {
  const importers = new Map()
  for (const folder of ['src', 'test', 'scripts', 'bench'])
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const file = join(folder, name)
      if (!/\.(ts|tsx|mjs)$/.test(file)) continue
      const text = readFileSync(join(root, file), 'utf8')
      for (const [, path] of text.matchAll(/(?:from|import\(?)\s*'(\.[^']+)'/g)) {
        const imported = join(dirname(file), path.replace(/\?.*/, ''))
        importers.set(imported, [...(importers.get(imported) ?? []), file])
      }
    }
  return importers
}

/** Seconds of each suite in the last runs, as Vitest recorded them. */
function readDurations() {
  const folder = join(root, 'node_modules/.vite/vitest')
  const records = existsSync(folder) ? readdirSync(folder, { recursive: true }) : []
  const durations = new Map()
  for (const name of records.filter((each) => each.endsWith('results.json')))
    for (const [key, { duration }] of JSON.parse(readFileSync(join(folder, name), 'utf8')).results)
      durations.set(key.replace(/^[^:]*:/, ''), duration / 1000)
  return durations
}
