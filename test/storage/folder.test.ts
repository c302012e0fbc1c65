// Storage in a folder that also contains files of other programs.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderStore } from '../../src/storage/folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('returns stored values and ignores foreign files', async () => {
  const store = folderStore(folder)
  await store.put('state/a@1', Uint8Array.of(1, 2, 3))
  writeFileSync(join(folder, '100%'), '')
  writeFileSync(join(folder, 'notes'), '')
  expect(await store.list('state/')).toEqual([{ key: 'state/a@1', size: 3 }])
  expect(await store.get('state/a@1')).toEqual(Uint8Array.of(1, 2, 3))
})

test('lists entries while they are being deleted', async () => {
  const store = folderStore(folder)
  const keys = Array.from({ length: 50 }, (_, i) => `race/${i}`)
  for (const key of keys) await store.put(key, Uint8Array.of(0))
  const [listed] = await Promise.all([store.list('race/'), ...keys.map((key) => store.delete(key))])
  expect(listed.length).toBeLessThanOrEqual(50)
  expect(await store.list('race/')).toEqual([])
})

test('removes what a killed process left behind, and nothing that another one is writing', async () => {
  const own = join(folder, 'orphans')
  const store = folderStore(own)
  await store.put('state/a@1', Uint8Array.of(1))
  const script = 'process.stdout.write(String(process.pid))'
  const ended = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })
  const host = hostname().replaceAll(/[^\w-]/g, '_')
  const left = [`.${ended}@${host}.0.unfinished`, `.${ended}.state%2Fa%402`]
  const stay = [
    `.${process.ppid}@${host}.0.unfinished`,
    `.${process.ppid}.state%2Fa%402`,
    `.${ended}@${host}-elsewhere.0.unfinished`,
    '.gitignore',
  ]
  for (const name of [...left, ...stay]) writeFileSync(join(own, name), 'x')
  await store.removeOrphans!()
  expect(readdirSync(own).sort()).toEqual([...stay, 'state%2Fa%401'].sort())
  expect(await store.get('state/a@1')).toEqual(Uint8Array.of(1))
})
