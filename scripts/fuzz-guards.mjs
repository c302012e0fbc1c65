// Checks the fuzzer by mutation: removes each guard of scripts/fuzz/guards.json in a copy of the
// working tree, and runs the targets that have to find the removal.
//
//   npm run fuzz:guards [-- --only <part of a name>] [--minutes 5] [--seed 1] [--json]
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createScratchCopy, replaceOnce } from './scratchCopy.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})

/** Each: name, target of the fuzzer, and replacements of texts of files that remove the guard. */
const list = resolve(import.meta.dirname, 'fuzz/guards.json')
const guards = JSON.parse(readFileSync(list, 'utf8')).filter(({ name }) =>
  name.includes(values.only),
)
if (guards.length === 0) throw new Error(`No guard has a name with ${values.only}.`)

const folder = createScratchCopy()

/** Returns the seconds until the fuzzer finds the removal; undefined if it does not. */
function findRemoval({ target, changes }) {
  const before = changes.map(({ file }) => [file, readFileSync(join(folder, file))])
  for (const { file, text, replacement } of changes) replaceOnce(folder, file, text, replacement)
  const fuzz = ['scripts/run.mjs', 'scripts/fuzz.ts', '--only', target, '--first', '--json']
  const options = ['--minutes', values.minutes, '--seed', values.seed]
  const began = Date.now()
  const { stdout, stderr } = spawnSync(process.execPath, [...fuzz, ...options], {
    cwd: folder,
    encoding: 'utf8',
  })
  const seconds = (Date.now() - began) / 1000
  for (const [file, bytes] of before) writeFileSync(join(folder, file), bytes)
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(`The fuzzer did not end: ${stderr}`)
  const found = JSON.parse(last).failures > 0
  return { seconds, found, message: found ? stderr.trim().split('\n')[0].slice(0, 160) : '' }
}

const results = []
for (const guard of guards) {
  const { found, seconds, message } = findRemoval(guard)
  results.push({ name: guard.name, target: guard.target, found, seconds, message })
  const time = found ? `${seconds.toFixed(0).padStart(4)} s` : 'not found'
  if (!values.json) console.log(`${time}  ${guard.name} (${guard.target}) ${message}`)
}
const missed = results.filter(({ found }) => !found).length
if (values.json) console.log(JSON.stringify({ guards: results, missed }))
else console.log(`${results.length - missed} of ${results.length} removals were found`)
if (missed > 0) process.exitCode = 1
