// Storage in a folder that also contains files of other programs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderStore } from '../../src/nodes/storage/folder.ts'

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
