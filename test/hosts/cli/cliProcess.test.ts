// The command line as a process: signals, kills, closed and full streams, unexpected errors.
import { spawn } from 'node:child_process'
import { existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workflowOf } from '../../workflowOf.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { builtFile, cliArguments, useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { fullTest } from '../../families.ts'

const { folder, cli } = useCli()
const preload = join(import.meta.dirname, 'brokenDisk.mjs')

writeFileSync(
  join(folder, 'noise.json'),
  workflowOf({
    nodes: [
      node('x_T', 'GaussianNoise', {}, { batch_size: 5, shape: '4, 4, 3', seed: 1 }),
      node('Save', 'SaveImage', { images: 'x_T.noise' }, { name: 'noise' }),
    ],
  }),
)
writeFileSync(join(folder, 'points.json'), workflowOf(trainingGraph(2)))

interface Sent {
  /** Milliseconds for which each write waits after half of the bytes. */
  wait: number
  /** Sent at each "waiting" on standard error, in order. */
  signals: NodeJS.Signals[]
}

/** Runs into a folder and sends signals in the middle of its writes. */
const runWithSignals = (out: string, { wait, signals }: Sent) =>
  new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const args = ['run', 'noise.json', '--backend', 'cpu', '--quiet', '--out', out]
    const env = { ...process.env, DISK: JSON.stringify({ wait, within: out }) }
    const child = spawn(process.execPath, cliArguments(args, { preload }), { cwd: folder, env })
    let again: NodeJS.Timeout | undefined
    child.stderr.on('data', (text) => {
      const next = String(text).includes('waiting') ? signals.shift() : undefined
      if (next) child.kill(next)
      // The second signal does not wait for the next file. It is repeated, since one that arrives
      // before the first is handled is lost.
      const second = next && wait > 10_000 ? signals.shift() : undefined
      if (second) again = setInterval(() => child.kill(second), 100)
    })
    child.on('close', (status, signal) => {
      clearInterval(again)
      resolve({ status, signal })
    })
  })

const filesIn = (out: string) => readdirSync(join(folder, out)).sort()

test('SIGKILL during a write leaves no partial file, and the next run cleans up', async () => {
  expect(await runWithSignals('killed', { wait: 60_000, signals: ['SIGKILL'] })).toMatchObject({
    signal: 'SIGKILL',
  })
  expect(filesIn('killed')).toEqual([expect.stringMatching(/^\.\d+@[\w-]+\.\d+\.unfinished$/)])
  const again = await cli(['run', 'noise.json', '--backend', 'cpu', '--out', 'killed'])
  expect(again.status).toBe(0)
  expect(filesIn('killed')).toEqual(['noise.png', 'summary.json'])
})

test('a signal during a write lets it end; a second one exits without leftovers', async () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const ended = await runWithSignals(signal, { wait: 200, signals: [signal] })
    expect(ended).toEqual({ status, signal: null })
    expect(filesIn(signal)).toEqual(['noise.png', 'summary.json'])
    expect(() =>
      JSON.parse(readFileSync(join(folder, signal, 'summary.json'), 'utf8')),
    ).not.toThrow()
  }
  const twice = await runWithSignals('twice', { wait: 60_000, signals: ['SIGINT', 'SIGINT'] })
  expect(twice).toEqual({ status: 130, signal: null })
  expect(filesIn('twice')).toEqual([])
})

/** Runs with the standard output in a file or pipe that fails. */
const runInto = (args: string[], stdout: number | 'closed') =>
  new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, cliArguments(args), {
      cwd: folder,
      stdio: ['ignore', stdout === 'closed' ? 'pipe' : stdout, 'pipe'],
    })
    child.stdout?.destroy()
    let stderr = ''
    child.stderr?.on('data', (text) => (stderr += String(text)))
    child.on('close', (status) => resolve({ status, stderr }))
  })

test.each([
  ['script', 0],
  ['check', 0],
])('%s ends quietly if the reader of its output is gone', async (command, status) => {
  const args = [command, 'points.json', ...(command === 'check' ? ['--json'] : [])]
  expect(await runInto(args, 'closed')).toEqual({ status, stderr: '' })
})

if (existsSync('/dev/full'))
  test('a full disk behind the standard output is an error', async () => {
    expect(await runInto(['script', 'points.json'], openSync('/dev/full', 'w'))).toEqual({
      status: 1,
      stderr: 'The disk is full: the standard output was not written. Free space and run again.\n',
    })
  })

test('a run goes on if the reader of its messages is gone', async () => {
  const args = cliArguments(['run', 'points.json', '--backend', 'cpu', '--out', 'unheard'])
  const status = await new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    child.stderr.destroy()
    child.on('close', resolve)
  })
  expect(status).toBe(0)
  expect(statSync(join(folder, 'unheard', 'summary.json')).size).toBeGreaterThan(0)
})

/** Runs a program in the folder until it ends by itself. */
const runProgram = (text: string) => {
  writeFileSync(join(folder, 'program.mjs'), text)
  const child = spawn(process.execPath, ['program.mjs'], { cwd: folder, stdio: 'pipe' })
  let stdout = ''
  child.stdout.on('data', (text) => (stdout += String(text)))
  return new Promise<{ status: number | null; stdout: string }>((resolve) => {
    child.on('close', (status) => resolve({ status, stdout }))
  })
}

fullTest('a run with threads exits, with the files of a run with one', async () => {
  const run = async (threads: string) => {
    const args = ['run', 'points.json', '--threads', threads, '--set', 'Noise.seed=1']
    const ended = await cli([...args, '--quiet', '--out', `threads${threads}`])
    expect(ended.status).toBe(0)
    const summary = readFileSync(join(folder, `threads${threads}`, 'summary.json'), 'utf8')
    const { statistics } = JSON.parse(summary) as { statistics: object }
    return { end: ended.stderr, statistics }
  }
  const [one, two] = [await run('1'), await run('2')]
  expect(one.end).toContain('(SIMD, 1 thread)')
  expect(two.end).toContain('(SIMD, 2 threads)')
  expect(two.statistics).toEqual(one.statistics)
})

test('a program with threads ends by itself', async () => {
  const { status, stdout } = await runProgram(`
    import { start } from ${JSON.stringify(builtFile('script.js'))}
    const { run, show, finish } = await start({ threads: 2 })
    const { noise } = run('diffusion/GaussianNoise', {}, { batch_size: 5, shape: '4, 4, 3', seed: 1 })
    show('Look', 'diffusion/Inspect', { value: noise })
    await finish()`)
  expect(status).toBe(0)
  expect(stdout).toContain('Look')
})

test('an unexpected error is one sentence; --debug adds the stack', async () => {
  const broken = `import fs from 'node:fs/promises'
    import { syncBuiltinESMExports } from 'node:module'
    fs.stat = () => { throw new TypeError('fs.stat is broken.') }
    syncBuiltinESMExports()`
  const options = { preload: `data:text/javascript,${encodeURIComponent(broken)}` }
  const args = ['script', 'points.json']
  const sentence =
    'Unexpected error: fs.stat is broken. Run again with --debug and report the output with the workflow.\n'
  expect(await cli(args, options)).toEqual({ status: 1, stdout: '', stderr: sentence })
  const debugged = await cli([...args, '--debug'], options)
  expect(debugged.status).toBe(1)
  expect(debugged.stderr).toContain(sentence)
  expect(debugged.stderr).toMatch(/TypeError: fs\.stat is broken\.\n +at /)
  expect((await cli(['run', ...args.slice(1), '--out', 'x'], options)).stderr).not.toMatch(/ at /)
})
