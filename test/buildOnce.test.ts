// Results of long builds are cached until a source changes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildOnce } from '../src/build/buildOnce.ts'

let folder: string
let source: string
let builds: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-once-'))
  source = join(folder, 'source.ts')
  writeFileSync(source, 'a')
  builds = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const build = () =>
  buildOnce(join(folder, 'cache'), async () => ({ text: `build ${++builds}`, sources: [source] }))

test('a result is built once', async () => {
  expect([await build(), await build()]).toEqual(['build 1', 'build 1'])
})

test('a result is built again after a change of a source, or without it', async () => {
  await build()
  writeFileSync(source, 'b')
  expect(await build()).toBe('build 2')
  rmSync(source)
  await expect(build()).rejects.toThrow(/ENOENT/)
  writeFileSync(source, 'b')
  expect(await build()).toBe('build 2')
})

test('a damaged result is built again', async () => {
  await build()
  writeFileSync(join(folder, 'cache/result'), 'cut')
  expect(await build()).toBe('build 2')
})
