// Checkpoints that are kept: found by their bytes, renamed, deleted.
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { checkpointsIn } from '../../src/nodes/checkpoints.ts'

test('a checkpoint is found by its hash until it is deleted; others stay', async () => {
  const checkpoints = checkpointsIn(memoryStore())
  const first = await checkpoints.put('a.zip', new Uint8Array([1]))
  const second = await checkpoints.put('b.zip', new Uint8Array([2]))
  expect(await checkpoints.checkpoint(first.sha256)).toEqual(new Uint8Array([1]))
  await checkpoints.delete(first.sha256)
  expect(await checkpoints.checkpoint(first.sha256)).toBeUndefined()
  expect(await checkpoints.list()).toEqual([second])
})
