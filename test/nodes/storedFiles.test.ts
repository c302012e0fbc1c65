// Files that are kept: found by their bytes, renamed, deleted.
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createStoredFiles } from '../../src/nodes/storage/storedFiles.ts'

test('a file is found by its hash until it is deleted; others stay', async () => {
  const files = createStoredFiles(memoryStore())
  const first = await files.put('a.zip', new Uint8Array([1]))
  const second = await files.put('b.zip', new Uint8Array([2]))
  expect(await files.get(first.sha256)).toEqual(new Uint8Array([1]))
  await files.delete(first.sha256)
  expect(await files.get(first.sha256)).toBeUndefined()
  expect(await files.list()).toEqual([second])
})
