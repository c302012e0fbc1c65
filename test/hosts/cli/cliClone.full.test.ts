// The program in a clone of the repository right after `npm ci`, without a build.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
// Inside the repository, because the link to node_modules alone does not resolve Vite's own ones.
const clone = join(root, 'test-results/clone')

beforeAll(() => {
  rmSync(clone, { recursive: true, force: true })
  mkdirSync(clone, { recursive: true })
  for (const name of ['bin', 'src', 'assets', 'workflows', 'lessons', 'package.json'])
    cpSync(join(root, name), join(clone, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
})
afterAll(() => rmSync(clone, { recursive: true, force: true }))

test('npx runs a workflow from the sources, as the README says', () => {
  const settings = ['--set', 'Training Start.steps=5']
  const args = ['run', 'workflows/points.json', '--out', 'results', ...settings, '--quiet']
  execFileSync('npx', ['litegraph-diffusion', ...args], { cwd: clone, encoding: 'utf8' })
  expect(JSON.parse(readFileSync(join(clone, 'results/summary.json'), 'utf8'))).toMatchObject({
    faults: [],
  })
  expect(existsSync(join(clone, 'dist'))).toBe(false)
})

test('it knows its version, and reports what needs a build', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['bin/litegraph-diffusion.mjs', ...args], {
      cwd: clone,
      encoding: 'utf8',
    })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(run('--version').stdout).toBe(`${version}\n`)
  const page = run('page', 'workflows/points.json', '--out', 'points.html')
  expect(page.stderr).toContain('npm run build -- library standalone')
  expect(page.status).toBe(1)
})
