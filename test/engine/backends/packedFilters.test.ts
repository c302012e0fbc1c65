// Packed filters of weights that are used again: when they are kept, and when they are freed.
import { expect, test } from 'vitest'
import { PackedFilters } from '../../../src/engine/backends/wasm/packedFilters.ts'
import { activeWasm } from '../../../src/engine/backends/wasm/wasmFunctions.ts'
import { convolve } from '../../../src/engine/backends/wasm/conv.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'

/** A memory that counts what is allocated in it, and tensors with one reference. */
function newHost() {
  const allocated = new Map<number, number>()
  let end = 8
  return {
    allocated,
    wasm: {
      _malloc(bytes: number) {
        allocated.set(end, bytes)
        end += bytes
        return end - bytes
      },
      _free: (address: number) => void allocated.delete(address),
    },
    disposeData: (_: object, isLast?: boolean) => isLast ?? true,
  }
}

test('a filter is kept at its second use, for each order, until its weights are gone', () => {
  const host = newHost()
  const filters = new PackedFilters(host)
  const [a, b] = [{}, {}]
  expect(filters.find(a, 'forward', 10)).toBeUndefined()
  expect(filters.find(a, 'backward', 20)).toBeUndefined()
  expect(filters.find(b, 'forward', 30)).toBeUndefined()
  expect(host.allocated.size).toBe(0)
  const kept = filters.find(a, 'forward', 10)!
  expect(kept).toMatchObject({ floats: 10, isPacked: false })
  kept.isPacked = true
  expect(filters.find(a, 'forward', 10)).toBe(kept)
  filters.find(a, 'backward', 20)
  filters.find(b, 'forward', 30)
  expect([...host.allocated.values()]).toEqual([40, 80, 120])
  host.disposeData(a, false)
  expect(host.allocated.size).toBe(3)
  host.disposeData(a)
  expect([...host.allocated.values()]).toEqual([120])
  // As if other weights had the same identity.
  expect(filters.find(a, 'forward', 10)).toBeUndefined()
})

test('at most 128 MiB are kept, and again as much when they are gone', () => {
  const host = newHost()
  const filters = new PackedFilters(host)
  const [large, small] = [{}, {}]
  const twice = (weights: object, floats: number) => {
    filters.find(weights, '', floats)
    return filters.find(weights, '', floats)
  }
  expect(twice(large, 2 ** 25)).toBeDefined()
  expect(twice(small, 4)).toBeUndefined()
  host.disposeData(large)
  expect(twice(small, 4)).toBeDefined()
})

test('nothing is kept while the heap is full', () => {
  const host = newHost()
  const filters = new PackedFilters(host)
  const malloc = host.wasm._malloc
  host.wasm._malloc = () => {
    throw new Error('full')
  }
  const weights = {}
  filters.find(weights, '', 4)
  expect(filters.find(weights, '', 4)).toBeUndefined()
  host.wasm._malloc = malloc
  expect(filters.find(weights, '', 4)).toMatchObject({ floats: 4 })
})

test('after a failure nothing counts as packed, and the memory is still freed', () => {
  const host = newHost()
  const filters = new PackedFilters(host)
  const [weights, others] = [{}, {}]
  filters.find(weights, '', 2 ** 25)
  filters.find(weights, '', 2 ** 25)!.isPacked = true
  filters.forget()
  expect(filters.find(weights, '', 2 ** 25)!.isPacked).toBe(false)
  host.disposeData(weights)
  expect(host.allocated.size).toBe(0)
  filters.find(others, '', 4)
  expect(filters.find(others, '', 4)).toBeDefined()
})

const layers: [string, [number, number, number, number], number][] = [
  ['F(4x4, 3x3)', [3, 3, 16, 16], 16],
  ['F(2x2, 3x3)', [3, 3, 16, 16], 6],
  ['a direct sum with padded channels', [3, 3, 5, 3], 7],
  ['a pointwise layer', [1, 1, 16, 8], 4],
]

onEachBackend(() => {
  test.each(layers)('%s has the same bits with a kept filter', (_, filter, side) => {
    const random = createRandom(3)
    const normal = (shape: [number, number, number, number]) =>
      tf.tensor4d(random.normal(tf.util.sizeFromShape(shape)), shape)
    const [x, other] = [normal([2, side, side, filter[2]]), normal([2, side, side, filter[2]])]
    const pad = (filter[0] - 1) / 2
    const weights = normal(filter)
    const run = (input: Tensor4D, weight: Tensor4D) =>
      tf.tidy(() =>
        convolve(activeWasm()!, input, weight, {}, [side, side], {
          stride: 1,
          pad: { top: pad, left: pad },
        }).dataSync(),
      )
    const copy = tf.tensor4d(weights.dataSync(), filter)
    const [first, wanted] = [run(x, weights), run(other, copy)]
    // Packs the filter, then uses it, also for another x.
    expect(run(x, weights)).toEqual(first)
    expect(run(x, weights)).toEqual(first)
    expect(run(other, weights)).toEqual(wanted)
    // Other weights, which may get the memory of the former.
    const negative: Tensor4D = copy.neg()
    weights.dispose()
    expect(run(x, negative)).toEqual(first.map((value) => -value))
    tf.dispose([x, other, copy, negative])
  })
}, ['wasm'])
