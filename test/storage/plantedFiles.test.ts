// Links, pipes and folders that somebody else put into the folders of `--out` and `--state`.
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeFailure } from '../../src/hosts/node/failure.ts'
import { openFolder } from '../../src/hosts/node/outputFiles.ts'
import { openStore } from '../../src/hosts/cli/run.ts'
import { safeFileName } from '../../src/engine/base/fileName.ts'
import { prepareFolder, writeInFolder } from '../../src/storage/atomicFile.ts'
import { folderStore } from '../../src/storage/folder.ts'

let base: string
let out: string
let victim: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-'))
  out = join(base, 'out')
  victim = join(base, 'victim.txt')
  mkdirSync(out)
  writeFileSync(victim, 'mine')
})
afterEach(() => rmSync(base, { recursive: true }))

/** What is planted under a name in the folder. */
const planted: [string, (path: string) => void][] = [
  ['a link to a file outside', (path) => symlinkSync(victim, path)],
  ['a dangling link', (path) => symlinkSync(join(base, 'missing'), path)],
  ['a link to a folder', (path) => symlinkSync(base, path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
  ['a link to a device', (path) => symlinkSync('/dev/full', path)],
  ['a pipe', (path) => void execFileSync('mkfifo', [path])],
]

const expectUntouched = () => {
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect(readdirSync(base).sort()).toEqual(['out', 'victim.txt'])
}

describe.each(planted)('%s', (_, plant) => {
  test('is replaced by an output file', async () => {
    plant(join(out, 'summary.json'))
    const folder = await openFolder(out)
    await folder.write(safeFileName('summary.json'), '{}')
    expect([...folder.failures]).toEqual([])
    expect(lstatSync(join(out, 'summary.json')).isFile()).toBe(true)
    expect(readFileSync(join(out, 'summary.json'), 'utf8')).toBe('{}')
    expectUntouched()
  })

  test('is no stored state, and is replaced by one', async () => {
    const store = folderStore(out)
    const key = 'state/a@1'
    const path = join(out, 'state%2Fa%401')
    plant(path)
    expect(await store.list('state/')).toEqual([])
    expect(await store.get(key)).toBeUndefined()
    await store.put(key, Uint8Array.of(1, 2))
    expect(await store.get(key)).toEqual(Uint8Array.of(1, 2))
    expect(lstatSync(path).isFile()).toBe(true)
    rmSync(path)
    plant(path)
    await store.delete(key)
    expect(readdirSync(out)).toEqual([])
    expectUntouched()
  })
})

test('a folder in place of a file is an error that names it', async () => {
  mkdirSync(join(out, 'summary.json'))
  const folder = await openFolder(out)
  await folder.write(safeFileName('summary.json'), '{}')
  expect([...folder.failures]).toEqual([expect.stringContaining(`${out}/summary.json`)])
  expect(folder.written).toEqual([])
  mkdirSync(join(out, 'state%2Fa%401'))
  const trouble = new Set<string>()
  const store = await openStore(out, trouble)
  expect(await store.list('state/')).toEqual([])
  expect(await store.get('state/a@1')).toBeUndefined()
  await expect(store.put('state/a@1', Uint8Array.of(1))).rejects.toThrow('state%2Fa%401')
  expect(readdirSync(out).sort()).toEqual(['state%2Fa%401', 'summary.json'])
})

test('the folder itself may be a link, which the user named', async () => {
  const link = join(base, 'link')
  symlinkSync(out, link)
  const folder = await openFolder(link)
  await folder.write(safeFileName('summary.json'), '{}')
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readdirSync(out)).toEqual(['summary.json'])
})

test.each([
  ['a dangling link', (path: string) => symlinkSync(join(base, 'missing'), path)],
  ['a link to itself', (path: string) => symlinkSync(path, path)],
  ['a link to a file', (path: string) => symlinkSync(victim, path)],
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
])('%s in place of the folder is refused with a sentence', async (_, plant) => {
  const path = join(base, 'results')
  plant(path)
  for (const wanted of [path, join(path, 'inside')]) {
    const error: unknown = await prepareFolder(wanted).catch((thrown: unknown) => thrown)
    expect(describeFailure(error).text).toContain(path)
    expect(describeFailure(error).text).not.toMatch(/unexpected/i)
  }
  expect(readFileSync(victim, 'utf8')).toBe('mine')
})

test('a link with the name of an unfinished file is not written through', async () => {
  const host = hostname().replaceAll(/[^\w-]/g, '_')
  // The numbers of its names begin at 0.
  vi.resetModules()
  const fresh = await import('../../src/storage/atomicFile.ts')
  for (let i = 0; i < 50; i++)
    symlinkSync(victim, join(out, `.${process.pid}@${host}.${i}.unfinished`))
  const error: unknown = await fresh.prepareFolder(out).catch((thrown: unknown) => thrown)
  expect(describeFailure(error).text).toContain(out)
  await fresh.writeInFolder(out, safeFileName('a'), 'b').catch(() => {})
  expectUntouched()
})

test('a replaced file keeps its mode, and a link gives it none', async () => {
  writeFileSync(join(out, 'a'), 'old', { mode: 0o640 })
  await writeInFolder(out, safeFileName('a'), 'new')
  expect(statSync(join(out, 'a')).mode & 0o777).toBe(0o640)
  writeFileSync(join(base, 'program'), '', { mode: 0o755 })
  symlinkSync(join(base, 'program'), join(out, 'b'))
  await writeInFolder(out, safeFileName('b'), 'new')
  expect(statSync(join(out, 'b')).mode & 0o111).toBe(0)
})
