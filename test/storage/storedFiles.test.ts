// Files that are kept: found by their bytes, renamed, deleted.
import { expect, test, vi } from 'vitest'
import { NodeError } from '../../src/engine/messages/fault.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { createChance } from '../hostile/binaries.ts'

test('a file is found by its hash until it is deleted; others stay', async () => {
  const files = createStoredFiles(memoryStore())
  const first = await files.put('a.zip', new Uint8Array([1]))
  const second = await files.put('b.zip', new Uint8Array([2]))
  expect(await files.get(first.sha256)).toEqual(new Uint8Array([1]))
  await files.delete(first.sha256)
  expect(await files.get(first.sha256)).toBeUndefined()
  expect(await files.list()).toEqual([second])
})

test('each of 200 random flipped bits of stored files is detected when it is read', async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251)
  const chance = createChance(9)
  for (let i = 0; i < 200; i++) {
    const store = memoryStore()
    const { sha256 } = await createStoredFiles(store).put('a.zip', bytes)
    const damaged = bytes.slice()
    damaged[chance.below(bytes.length)] ^= 1 << chance.below(8)
    await store.put(`${sha256}/a.zip`, damaged)
    await expect(createStoredFiles(store).get(sha256)).rejects.toThrow(NodeError)
  }
})

test('a damaged file is named with the cure; storing the original again replaces it', async () => {
  const store = memoryStore()
  const files = createStoredFiles(store)
  const { sha256 } = await files.put('a.zip', Uint8Array.of(1))
  await store.put(`${sha256}/a.zip`, Uint8Array.of(3))
  await expect(files.get(sha256)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[NodeError: The stored file "a.zip" is damaged: its bytes do not match its SHA-256. Delete it from the stored files, and drop the original again.]`,
  )
  await files.put('a.zip', Uint8Array.of(1))
  expect(await files.get(sha256)).toEqual(Uint8Array.of(1))
})

test('a file is verified once in a session', async () => {
  const files = createStoredFiles(memoryStore())
  const digest = vi.spyOn(crypto.subtle, 'digest')
  const { sha256 } = await files.put('a.zip', Uint8Array.of(1))
  await files.get(sha256)
  await files.get(sha256)
  expect(digest).toHaveBeenCalledTimes(1)
  digest.mockRestore()
})
