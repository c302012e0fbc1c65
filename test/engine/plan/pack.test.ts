// Packed values: what is read back equals what was written.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { pack, unpack } from '../../../src/engine/plan/pack.ts'

let tensors = 0
beforeAll(async () => {
  await tf.setBackend('cpu')
  tensors = tf.memory().numTensors
})
afterAll(() => expect(tf.memory().numTensors).toBe(tensors))

test('numbers that JSON does not have are kept, also in carried values', async () => {
  const tensor = tf.tensor1d([1, NaN, Infinity])
  const value = {
    values: { value_1: { type: 'number', tensor, value: NaN } },
    numbers: [Infinity, -Infinity, 0.1, -0],
    table: Float64Array.of(NaN, 2),
  }
  const read = unpack(await pack(value)) as typeof value
  const { tensor: found, ...rest } = read.values.value_1
  expect(rest).toEqual({ type: 'number', value: NaN })
  expect([...found.dataSync()]).toEqual([1, NaN, Infinity])
  expect(read.numbers).toEqual([Infinity, -Infinity, 0.1, 0])
  expect(read.table).toEqual(value.table)
  tf.dispose([tensor, found])
})
