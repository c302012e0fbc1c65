// Atomic files: complete or absent, and without leftovers of ended processes.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder, prepareFolder, writeFileAtomically } from '../../src/storage/atomicFile.ts'
import { folderStore } from '../../src/storage/folder.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-'))))
afterEach(() => rmSync(folder, { recursive: true }))
const inFolder = (...names: string[]) => join(folder, ...names)

test('replaces a file, keeps its mode, and follows a symbolic link', async () => {
  writeFileSync(inFolder('real'), 'old', { mode: 0o640 })
  symlinkSync('real', inFolder('link'))
  await writeFileAtomically(inFolder('link'), 'new')
  expect(readFileSync(inFolder('real'), 'utf8')).toBe('new')
  expect(statSync(inFolder('real')).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['link', 'real'])
})

test('a failed write leaves the old file and no other, and names the final path', async () => {
  mkdirSync(inFolder('folder', 'inside'), { recursive: true })
  await expect(writeFileAtomically(inFolder('folder'), 'x')).rejects.toMatchObject({
    code: 'EISDIR',
    path: inFolder('folder'),
  })
  await expect(writeFileAtomically(inFolder('missing', 'x'), 'x')).rejects.toMatchObject({
    code: 'ENOENT',
    path: inFolder('missing'),
  })
  const notBytes = { length: 1 } as unknown as Uint8Array
  writeFileSync(inFolder('kept'), 'old')
  await expect(writeFileAtomically(inFolder('kept'), notBytes)).rejects.toThrow(TypeError)
  expect(readFileSync(inFolder('kept'), 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['folder', 'kept'])
})

test('removes unfinished files of ended processes and old ones, and no others', async () => {
  const host = hostname().replaceAll(/[^\w-]/g, '_')
  // Process ids are below 2^22 on Linux and below 100,000 on macOS.
  const ended = `.4194305@${host}.0.unfinished`
  const running = `.${process.ppid}@${host}.0.unfinished`
  const other = '.7@other-host.3.unfinished'
  const old = '.7@other-host.4.unfinished'
  for (const name of [ended, running, other, old, '.profile', 'a.unfinished'])
    writeFileSync(inFolder(name), '')
  const twoDaysAgo = new Date(Date.now() - 48 * 3600 * 1000)
  utimesSync(inFolder(old), twoDaysAgo, twoDaysAgo)
  await prepareFolder(folder)
  expect(readdirSync(folder).sort()).toEqual([running, other, '.profile', 'a.unfinished'].sort())
})

test('unfinished files are no entries of a store', async () => {
  const store = folderStore(inFolder('deep', 'store'))
  await store.put('state/a@1', Uint8Array.of(1))
  writeFileSync(inFolder('deep', 'store', '.7@other-host.3.unfinished'), 'half')
  expect(await store.list('')).toEqual([{ key: 'state/a@1', size: 1 }])
})

test.runIf(process.platform === 'linux')('reports a folder that cannot be made', async () => {
  await expect(makeFolder('/proc/nowhere/deep')).rejects.toMatchObject({ code: 'ENOENT' })
  writeFileSync(inFolder('file'), '')
  await expect(makeFolder(inFolder('file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(inFolder('file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})
