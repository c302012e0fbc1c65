// Which kernels compute on a GPU: the quickest of those that are right, measured once, kept, and forgotten when that is asked for.
import { describe, expect, test, vi } from 'vitest'
import type { StateStore } from '../../src/engine/plan/store.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { TensorInfo } from '../../src/engine/tf.ts'
import type { Backend } from '../../src/engine/webgpu/backend.ts'
import { convForward } from '../../src/engine/webgpu/kernels/convForward.ts'
import { convInputGradient } from '../../src/engine/webgpu/kernels/convInputGradient.ts'
import type { Tile } from '../../src/engine/webgpu/kernels/gemm.ts'
import { tileFor, tileName } from '../../src/engine/webgpu/kernels/gemm.ts'
import { squaresFor } from '../../src/engine/webgpu/kernels/winogradFused.ts'
import type { Program } from '../../src/engine/webgpu/program.ts'
import type { Bench, Candidate, Trial } from '../../src/engine/webgpu/trials.ts'
import { benchOn, candidateName, squareTiles, trialsFor } from '../../src/engine/webgpu/trials.ts'
import { tune } from '../../src/engine/webgpu/tuner.ts'
import { onEachBackend } from '../backends.ts'
import { ownBackend } from '../kernels.ts'

const limits = { maxComputeWorkgroupStorageSize: 32768, maxComputeInvocationsPerWorkgroup: 256 }

/** A GPU that nothing runs on. */
const gpu = (description = 'a GPU', more: object = {}) => {
  const adapterInfo = { vendor: 'v', architecture: 'a', device: 'd', description }
  return { device: { adapterInfo, limits, features: new Set(), ...more } as unknown as GPUDevice } as unknown as Backend
}

interface Pretended {
  /** Milliseconds of a run, by the name of the work and of the kernel; 10 for the others. */
  times?: Record<string, number>
  /** What computes something else, and what the device refuses. */
  wrong?: string[]
  refused?: string[]
  /** What is not compiled in time. */
  slow?: string[]
}

/** A bench where everything takes as long as it is said to; `measured` has all that was. */
function pretend({ times = {}, wrong = [], refused = [], slow = [] }: Pretended = {}) {
  const measured: string[] = []
  const never = new Promise<never>(() => {})
  let clock = 0
  const nameOf = (trial: Trial, by: Candidate) => `${trial.name} ${candidateName(by)}`
  const make = vi.fn((): Bench => ({
    ready: async (trial, by) => (slow.includes(nameOf(trial, by)) ? never : !refused.includes(nameOf(trial, by))),
    async seconds(trial, by, runs) {
      const name = nameOf(trial, by)
      measured.push(name)
      clock += runs * (times[name] ?? 10)
      return (times[name] ?? 10) / 1000
    },
    agree: async (trial, _, by) => !wrong.includes(nameOf(trial, by)),
    now: () => clock,
    async pause(milliseconds) {
      await (slow.length > 0 ? undefined : never)
      clock += milliseconds
    },
    close: () => {},
  }))
  return { make, measured }
}

const large = { rows: 65536, columns: 64, parts: 1 }
const small = { rows: 256, columns: 64, parts: 1 }
const [wide, narrow] = squareTiles
const square = 'tile 16x16 of 4x4x16'

const tilesOf = ({ device }: Backend) =>
  [
    tileFor(device, large, 'convolution'),
    tileFor(device, small, 'convolution'),
    tileFor(device, large, 'input gradient'),
    tileFor(device, large, 'filter gradient'),
    tileFor(device, large),
  ].map(tileName)
const byRules = tilesOf(gpu())

describe('what is chosen', () => {
  test('the rules, where nothing is much quicker', async () => {
    const backend = gpu()
    const { make, measured } = pretend({ times: { [`large convolution ${square}`]: 9.8 } })
    expect(await tune(backend, { store: memoryStore() }, make)).toBe('Measured here: the usual kernels are the quickest')
    expect(tilesOf(backend)).toEqual(byRules)
    expect(new Set(measured).size).toBeGreaterThan(10)
  })

  test('the quickest, for work of its kind and size alone', async () => {
    const backend = gpu()
    const { make } = pretend({ times: { [`large convolution ${square}`]: 7 } })
    expect(await tune(backend, { store: memoryStore() }, make)).toBe(`Measured here: large convolution: ${square}`)
    expect(tilesOf(backend)).toEqual([square, ...byRules.slice(1)])
    expect(
      tileName(tileFor(backend.device, { ...large, columns: 16 }, 'convolution')),
      'few columns have a tile of their own',
    ).not.toBe(square)
  })

  test("Winograd's way for 3x3 filters, beside the best tile for the others", async () => {
    const backend = gpu()
    const times = { [`large convolution ${square}`]: 7, [`large convolution ${candidateName(wide)}`]: 5 }
    await tune(backend, { store: memoryStore() }, pretend({ times }).make)
    const image = { items: 64, height: 32, width: 32, top: 1, left: 1, turned: false }
    expect(squaresFor(backend.device, 'convolution', image, [3, 3, 64, 64])).toBe(wide)
    expect(tilesOf(backend)[0]).toBe(square)
    expect(squaresFor(backend.device, 'input gradient', image, [3, 3, 64, 64]), 'of other work').toBeUndefined()
    expect(squaresFor(backend.device, 'convolution', image, [1, 1, 64, 64])).toBeUndefined()
    expect(squaresFor(backend.device, 'convolution', image, [3, 3, 3, 64]), 'few channels').toBeUndefined()
    expect(
      squaresFor(backend.device, 'convolution', { ...image, height: 17, width: 17 }, [3, 3, 64, 64]),
      'most of a block beyond the sides',
    ).toBeUndefined()
    expect(squaresFor(backend.device, 'convolution', { ...image, items: 1 }, [3, 3, 64, 64]), 'another size').toBeUndefined()
  })

  test('convolutions go the way that was chosen, each in one dispatch', async () => {
    const backend = gpu()
    const times = {
      [`large convolution ${candidateName(wide)}`]: 5,
      [`large input gradient ${candidateName(narrow)}`]: 5,
      [`large convolution ${square}`]: 7,
    }
    await tune(backend, { store: memoryStore() }, pretend({ times }).make)
    const keys: string[] = []
    const dispatch = ({ key }: Program, _: unknown, outputs: TensorInfo[]) => (keys.push(key), outputs)
    const recorder = { ...backend, dispatch, stored: (tensor: TensorInfo) => tensor } as unknown as Backend
    const [x, y, filter] = [
      [64, 32, 32, 64],
      [64, 32, 32, 64],
      [3, 3, 64, 64],
    ].map((shape): TensorInfo => ({ dataId: {}, shape, dtype: 'float32' })) as [TensorInfo, TensorInfo, TensorInfo]
    const pad = { top: 1, bottom: 1, left: 1, right: 1 }
    convForward(recorder, { x, weight: filter, residual: y, stride: 1, pad })
    convForward(recorder, { x: { ...x, shape: [256, 32, 32, 64] }, weight: filter, stride: 2, pad })
    convInputGradient(recorder, { dy: y, weight: filter, inputShape: x.shape, stride: 1, pad })
    convInputGradient(recorder, { dy: y, weight: filter, inputShape: [64, 16, 16, 64], stride: 1, pad, upsample: true })
    expect(keys.map((key) => /(winograd|tile) .*/.exec(key)![0])).toEqual([
      candidateName(wide),
      square,
      candidateName(narrow),
      byRules[2],
    ])
  })

  test('nothing that is wrong, that the device refuses, or for which it has no memory', async () => {
    const [first, second] = [`large convolution ${square}`, 'large convolution tile 8x8 of 8x8x16']
    const backend = gpu()
    const times = { [first]: 1, [second]: 2, 'large product tile 8x8 of 8x8x16': 3 }
    const { make } = pretend({ times, wrong: [first], refused: [second] })
    expect(await tune(backend, { store: memoryStore() }, make)).toBe('Measured here: large product: tile 8x8 of 8x8x16')
    const little = gpu('little', { limits: { ...limits, maxComputeWorkgroupStorageSize: 16384 } })
    expect(trialsFor(little.device)[0]!.squares).toEqual([narrow])
  })

  test('the rules for what there was no time to measure', async () => {
    const backend = gpu()
    const slow = Object.fromEntries(
      trialsFor(backend.device)[0]!.tiles.map((tile) => [`large convolution ${tileName(tile)}`, 400]),
    )
    const { make, measured } = pretend({ times: { ...slow, [`large product ${square}`]: 1 } })
    await tune(backend, { store: memoryStore() }, make)
    expect(tilesOf(backend)).toEqual(byRules)
    expect(measured.length).toBeLessThan(6)
  })

  test('the rules where theirs, or what would be quicker, is not compiled in time; the others are measured', async () => {
    const [backend, other] = [gpu(), gpu()]
    const [rule, quick, next] = [byRules[0]!, square, 'tile 8x8 of 8x8x16'].map((name) => `large convolution ${name}`) as [
      string,
      string,
      string,
    ]
    const times = { [quick]: 1, [next]: 2 }
    await tune(backend, { store: memoryStore() }, pretend({ times, slow: [rule] }).make)
    expect(tilesOf(backend)).toEqual(byRules)
    expect(await tune(other, { store: memoryStore() }, pretend({ times, slow: [quick] }).make)).toBe(
      `Measured here: large convolution: tile 8x8 of 8x8x16`,
    )
  })

  test('nothing on a device made of software, and nothing is measured', async () => {
    const { make } = pretend()
    expect(await tune(gpu('llvmpipe (LLVM 19)'), { store: memoryStore() }, make)).toBeUndefined()
    expect(make).not.toHaveBeenCalled()
  })
})

describe('what is kept', () => {
  const times = { [`large convolution ${square}`]: 7, [`large input gradient ${candidateName(wide)}`]: 5 }

  test('the choice of a device: the next start has the same without measuring', async () => {
    const store = memoryStore()
    const [first, second, other] = [gpu(), gpu(), gpu('another GPU')]
    const said = await tune(first, { store }, pretend({ times }).make)
    const { make } = pretend()
    expect(await tune(second, { store }, make)).toBe(said)
    expect(make).not.toHaveBeenCalled()
    expect(tilesOf(second)).toEqual(tilesOf(first))
    await tune(other, { store }, make)
    expect(make).toHaveBeenCalledOnce()
    expect(tilesOf(other)).toEqual(byRules)
  })

  test('until it is forgotten', async () => {
    const store = memoryStore()
    await tune(gpu(), { store }, pretend({ times }).make)
    const [anew, later] = [gpu(), gpu()]
    await tune(anew, { store, again: true }, pretend().make)
    await tune(later, { store }, pretend({ times }).make)
    expect(tilesOf(anew)).toEqual(byRules)
    expect(tilesOf(later)).toEqual(byRules)
  })

  test.each([
    ['cut off', '{"choices":{"large conv'],
    ['something else', '[1, 2]'],
    ['nothing', ''],
    ['of a kernel that is no more', '{"choices":{"large convolution":{"tile":"tile 1x1 of 1x1x1"}}}'],
    ['of work that is no more', `{"choices":{"huge convolution":{"tile":"${square}"}}}`],
    ['without a tile', '{"choices":{"large convolution":{}}}'],
  ])('an entry that is %s is measured anew', async (_, text) => {
    const store = memoryStore()
    await tune(gpu(), { store }, pretend({ times }).make)
    const { key } = (await store.list(''))[0]!
    await store.put(key, new TextEncoder().encode(text))
    const backend = gpu()
    const { make } = pretend({ times })
    await tune(backend, { store }, make)
    expect(make).toHaveBeenCalledOnce()
    expect(tilesOf(backend)[0]).toBe(square)
    expect(new TextDecoder().decode(await store.get(key))).toContain(square)
  })

  test('nothing where storage fails; what was measured holds all the same', async () => {
    const fail = async () => {
      throw new Error('no storage')
    }
    const store: StateStore = { get: fail, put: fail, list: fail, delete: fail }
    const backend = gpu()
    await tune(backend, { store, again: true }, pretend({ times }).make)
    expect(tilesOf(backend)[0]).toBe(square)
  })
})

onEachBackend(() => {
  test('a device tells how long a kernel takes, and whether two come to the same', async () => {
    const bench = benchOn(ownBackend())
    const trial = trialsFor(ownBackend().device).find(({ name }) => name === 'small product')!
    // As this device likes them: each of the others takes it a second to compile.
    const [rule, other] = [4, 8].map((columns): Tile => ({ shape: 'lanes', rows: 4, columns, threads: 32, lanes: 1 })) as [
      Tile,
      Tile,
    ]
    expect(await bench.ready(trial, rule)).toBe(true)
    const seconds = await bench.seconds(trial, rule, 2)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(60)
    expect(await bench.agree(trial, rule, other)).toBe(true)
    const wrong: Trial = {
      ...trial,
      run: (backend, numbers, by) => trial.run(backend, by === other ? backend.zeros(numbers.shape) : numbers, by),
    }
    expect(await bench.agree(wrong, rule, other)).toBe(false)
    bench.close()
  })
}, ['webgpu'])
