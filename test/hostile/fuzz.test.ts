// A short run of the fuzzer with a fixed seed, as a command: `npm run fuzz`.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fullTest, isFull } from '../families.ts'

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fuzz = (...args: string[]) =>
  new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const all = ['scripts/run.mjs', 'scripts/fuzz.ts', ...args]
    execFile(process.execPath, all, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

/** Number of mutants of workflows; files take as many together. */
const MUTANTS = isFull ? 2000 : 48

test('mutants and headers break no promise', async () => {
  const { status, stdout, stderr } = await fuzz('--mutants', `${MUTANTS}`, '--seed', '15', '--json')
  expect(stderr).toBe('')
  const { targets, ...result } = JSON.parse(stdout) as { targets: Record<string, number> }
  expect(result).toMatchObject({ failures: 0, seed: 15 })
  expect(targets).toMatchObject({
    workflow: MUTANTS,
    link: MUTANTS / 8,
    'zip-header': 2.5 * MUTANTS,
    lists: 2 * MUTANTS,
    tables: 2 * MUTANTS,
  })
  for (const [target, count] of Object.entries(targets))
    expect(count, target).toBeGreaterThan(MUTANTS / 12)
  expect(status).toBe(0)
})

fullTest('a failure is printed with its address, minimised and written', async () => {
  // A property that every workflow breaks.
  const out = join(folder, 'failures')
  const broken = [
    '--mutants',
    '20',
    '--seed',
    '1',
    '--only',
    'workflow',
    '--threads',
    '1',
    '--json',
  ]
  const run = await fuzz(...broken, '--failures', out, '--self-test')
  expect(run.status).toBe(1)
  expect(JSON.parse(run.stdout).failures).toBeGreaterThan(0)
  const [address] = /1\/workflow\/\d+/.exec(run.stderr) ?? []
  const name = `${address?.replaceAll('/', '-')}.json`
  expect(existsSync(out) && readdirSync(out)).toContain(name)
  expect(JSON.parse(readFileSync(join(out, name), 'utf8'))).toEqual({ nodes: [] })
  const again = await fuzz('--repeat', address ?? '', '--self-test')
  expect(again.stdout).toContain('self-test: This input was accepted')
})

test('the guards that the check of the fuzzer removes stand once in their files', () => {
  const guards = JSON.parse(readFileSync('scripts/fuzz/guards.json', 'utf8')) as {
    name: string
    changes: { file: string; text: string }[]
  }[]
  for (const { name, changes } of guards)
    for (const { file, text } of changes)
      expect(readFileSync(file, 'utf8').split(text).length - 1, `${name}: ${file}`).toBe(1)
})
