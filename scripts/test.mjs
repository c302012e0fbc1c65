// `npm test`: Vitest with a temporary folder of its own. When it ends, fails or is interrupted, no
// process and no temporary file of it is left. Arguments are those of Vitest:
//
//   npm test [-- test/engine]
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Milliseconds for which an interrupted run may end by itself. */
const GRACE = 1500

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-test-'))
const mark = `TMPDIR=${folder}`

const vitest = spawn(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
  // Windows takes TEMP.
  { cwd: root, stdio: 'inherit', env: { ...process.env, TMPDIR: folder, TEMP: folder } },
)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    vitest.kill(signal)
    setTimeout(() => end(128 + constants.signals[signal]), GRACE)
  })

vitest.on('exit', (status, signal) => end(status ?? 128 + constants.signals[signal ?? 'SIGKILL']))

let ended = false

function end(status) {
  if (ended) return
  ended = true
  // A process that is killed may have started another one.
  for (let round = 0; round < 5; round++) {
    const left = processes()
    if (left.length === 0) break
    for (const id of left) kill(id)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(status)
}

/** Processes of the run: those that descend from it, and on Linux those with its environment. */
function processes() {
  const found = new Set([vitest.pid])
  if (process.platform !== 'win32') {
    const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    const pairs = list.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number)) // prettier-ignore
    // A process has a higher number than its parent, except after a wrap.
    for (const [id, parent] of [...pairs, ...pairs]) if (found.has(parent)) found.add(id)
  }
  if (process.platform === 'linux')
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      if (readEnvironment(id).includes(mark)) found.add(Number(id))
  return [...found].filter((id) => isAlive(id))
}

function readEnvironment(id) {
  try {
    return readFileSync(`/proc/${id}/environ`, 'utf8').split('\0')
  } catch {
    return [] // ended, or of another user
  }
}

/** Whether a process runs. Zombies do not. */
function isAlive(id) {
  try {
    process.kill(id, 0)
    if (process.platform !== 'linux') return true
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${id}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function kill(id) {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
