// The autotuner: it picks the fastest correct candidates, measures once, stores its choices, and
// measures again on request.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { describe, expect, test, vi } from 'vitest'
import type { StateStore } from '../../../src/engine/plan/store.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { TensorInfo } from '../../../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { MATRIX_FEATURE, matrixUnits } from '../../../src/engine/backends/webgpu/device.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { convInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import { chooseTile, tileName } from '../../../src/engine/backends/webgpu/kernels/gemm/gemm.ts'
import type { Tile } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { chooseWinogradTile } from '../../../src/engine/backends/webgpu/kernels/convolution/winogradFused.ts'
import type { Program } from '../../../src/engine/backends/webgpu/program.ts'
import type {
  TrialRunner,
  TunerCandidate,
  Trial,
} from '../../../src/engine/backends/webgpu/tunerTrials.ts'
import {
  createTrialRunner,
  candidateName,
  winogradTiles,
  createTrials,
} from '../../../src/engine/backends/webgpu/tunerTrials.ts'
import { arithmeticOf, tune as tuneBackend } from '../../../src/engine/backends/webgpu/tuner.ts'
import { tunedChoices } from '../../../src/engine/backends/webgpu/tunedChoices.ts'
import { onEachBackend } from '../../backends.ts'
import { webgpuBackend } from '../../kernels.ts'

/** Tunes a backend. Returns the English sentence about it. */
async function tuneWith(...given: Parameters<typeof tuneBackend>): Promise<string | undefined> {
  const said = await tuneBackend(...given)
  return said && englishText(said)
}

/** The tuner with all candidates, as a user asks for it. */
const tune: typeof tuneWith = (backend, options, ...rest) =>
  tuneWith(backend, { changesBits: true, ...options }, ...rest)

const limits = { maxComputeWorkgroupStorageSize: 32768, maxComputeInvocationsPerWorkgroup: 256 }

/** A backend with a device that cannot run anything. */
const gpu = (description = 'a GPU', more: object = {}) => {
  const adapterInfo = { vendor: 'v', architecture: 'a', device: 'd', description }
  return {
    device: { adapterInfo, limits, features: new Set(), ...more } as unknown as GPUDevice,
  } as unknown as WebGPUBackend
}

interface FakeTrials {
  /** Milliseconds of a run, by the names of the trial and the candidate; 10 for the others. */
  times?: Record<string, number>
  /** Candidates with wrong results. */
  wrong?: string[]
  /** Candidates that the device refuses to compile. */
  refused?: string[]
  /** Candidates that do not compile in time. */
  slow?: string[]
}

/** A trial runner with these times and failures; `measured` lists its measurements. */
function fakeTrials({ times = {}, wrong = [], refused = [], slow = [] }: FakeTrials = {}) {
  const measured: string[] = []
  const never = new Promise<never>(() => {})
  let clock = 0
  const nameOf = (trial: Trial, by: TunerCandidate) => `${trial.name} ${candidateName(by)}`
  const make = vi.fn((): TrialRunner => ({
    prepare: async (trial, by) =>
      slow.includes(nameOf(trial, by)) ? never : !refused.includes(nameOf(trial, by)),
    async time(trial, by, runs) {
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
const [wide, narrow] = winogradTiles
const square = 'tile 16x16 of 4x4x16'

const tilesOf = ({ device }: WebGPUBackend) =>
  [
    chooseTile(device, large, 'convolution'),
    chooseTile(device, small, 'convolution'),
    chooseTile(device, large, 'input gradient'),
    chooseTile(device, large, 'filter gradient'),
    chooseTile(device, large),
  ].map(tileName)
const byRules = tilesOf(gpu())

describe('the choice', () => {
  test('is the default where no candidate is much faster', async () => {
    const backend = gpu()
    const { make, measured } = fakeTrials({ times: { [`large convolution ${square}`]: 9.8 } })
    expect(await tune(backend, { store: memoryStore() }, make)).toBe(
      'Measured here: the default kernels are the fastest',
    )
    expect(tilesOf(backend)).toEqual(byRules)
    expect(new Set(measured).size).toBeGreaterThan(10)
  })

  test('is the fastest candidate, only for its kind and size of work', async () => {
    const backend = gpu()
    const { make } = fakeTrials({ times: { [`large convolution ${square}`]: 7 } })
    expect(await tune(backend, { store: memoryStore() }, make)).toBe(
      `Measured here: large convolution: ${square}`,
    )
    expect(tilesOf(backend)).toEqual([square, ...byRules.slice(1)])
    expect(
      tileName(chooseTile(backend.device, { ...large, columns: 16 }, 'convolution')),
      'narrow matrices use another tile',
    ).not.toBe(square)
  })

  test('is Winograd for 3x3 filters, and the fastest tile for other filters', async () => {
    const backend = gpu()
    const times = {
      [`large convolution ${square}`]: 7,
      [`large convolution ${candidateName(wide)}`]: 5,
    }
    await tune(backend, { store: memoryStore() }, fakeTrials({ times }).make)
    const image = { items: 64, height: 32, width: 32, top: 1, left: 1, rotated: false }
    expect(chooseWinogradTile(backend.device, 'convolution', image, [3, 3, 64, 64])).toBe(wide)
    expect(tilesOf(backend)[0]).toBe(square)
    expect(
      chooseWinogradTile(backend.device, 'input gradient', image, [3, 3, 64, 64]),
      'other kinds of work',
    ).toBeUndefined()
    expect(chooseWinogradTile(backend.device, 'convolution', image, [1, 1, 64, 64])).toBeUndefined()
    expect(
      chooseWinogradTile(backend.device, 'convolution', image, [3, 3, 3, 64]),
      'few channels',
    ).toBeUndefined()
    expect(
      chooseWinogradTile(
        backend.device,
        'convolution',
        { ...image, height: 17, width: 17 },
        [3, 3, 64, 64],
      ),
      'mostly padding',
    ).toBeUndefined()
    expect(
      chooseWinogradTile(backend.device, 'convolution', { ...image, items: 1 }, [3, 3, 64, 64]),
      'another size',
    ).toBeUndefined()
  })

  test('is used by convolutions, each in one dispatch', async () => {
    const backend = gpu()
    const times = {
      [`large convolution ${candidateName(wide)}`]: 5,
      [`large input gradient ${candidateName(narrow)}`]: 5,
      [`large convolution ${square}`]: 7,
    }
    await tune(backend, { store: memoryStore() }, fakeTrials({ times }).make)
    const keys: string[] = []
    const dispatch = ({ key }: Program, _: unknown, outputs: TensorInfo[]) => (
      keys.push(key),
      outputs
    )
    const recorder = {
      ...backend,
      dispatch,
      storedTensor: (tensor: TensorInfo) => tensor,
      storedGradient: (tensor: TensorInfo) => ({ ...tensor, half: false }),
    } as unknown as WebGPUBackend
    const [x, y, filter] = [
      [64, 32, 32, 64],
      [64, 32, 32, 64],
      [3, 3, 64, 64],
    ].map((shape): TensorInfo => ({ dataId: {}, shape, dtype: 'float32' })) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ]
    const pad = { top: 1, bottom: 1, left: 1, right: 1 }
    convByGemm(recorder, { x, weight: filter, residual: y, stride: 1, pad })
    convByGemm(recorder, { x: { ...x, shape: [256, 32, 32, 64] }, weight: filter, stride: 2, pad })
    convInputGradient(recorder, { dy: y, weight: filter, inputShape: x.shape, stride: 1, pad })
    convInputGradient(recorder, {
      dy: y,
      weight: filter,
      inputShape: [64, 16, 16, 64],
      stride: 1,
      pad,
      upsample: true,
    })
    expect(keys.map((key) => /(winograd|tile) .*/.exec(key)![0])).toEqual([
      candidateName(wide),
      square,
      candidateName(narrow),
      byRules[2],
    ])
  })

  test('is no candidate that is wrong, that the device refuses, or that exceeds its memory', async () => {
    const [first, second] = [`large convolution ${square}`, 'large convolution tile 8x8 of 8x8x16']
    const backend = gpu()
    const times = { [first]: 1, [second]: 2, 'large product tile 8x8 of 8x8x16': 3 }
    const { make } = fakeTrials({ times, wrong: [first], refused: [second] })
    expect(await tune(backend, { store: memoryStore() }, make)).toBe(
      'Measured here: large product: tile 8x8 of 8x8x16',
    )
    const little = gpu('little', { limits: { ...limits, maxComputeWorkgroupStorageSize: 16384 } })
    expect(createTrials(little.device)[0].winogradTiles).toEqual([narrow])
  })

  test('is the default for trials beyond the time limit', async () => {
    const backend = gpu()
    const slow = Object.fromEntries(
      createTrials(backend.device)[0].tiles.map((tile) => [
        `large convolution ${candidateName(tile)}`,
        400,
      ]),
    )
    const { make, measured } = fakeTrials({ times: { ...slow, [`large product ${square}`]: 1 } })
    await tune(backend, { store: memoryStore() }, make)
    expect(tilesOf(backend)).toEqual(byRules)
    expect(measured.length).toBeLessThan(6)
  })

  test('is the default where it does not compile in time; other slow candidates are skipped', async () => {
    const [backend, other] = [gpu(), gpu()]
    const [rule, quick, next] = [byRules[0], square, 'tile 8x8 of 8x8x16'].map(
      (name) => `large convolution ${name}`,
    ) as [string, string, string]
    const times = { [quick]: 1, [next]: 2 }
    await tune(backend, { store: memoryStore() }, fakeTrials({ times, slow: [rule] }).make)
    expect(tilesOf(backend)).toEqual(byRules)
    expect(
      await tune(other, { store: memoryStore() }, fakeTrials({ times, slow: [quick] }).make),
    ).toBe(`Measured here: large convolution: tile 8x8 of 8x8x16`)
  })

  test('is a tile of float16 only where the device has it and the user allows it', async () => {
    const more = { features: new Set(['shader-f16']) }
    const [name] = createTrials(gpu('', more).device, { float16: true })[0]
      .tiles.map(candidateName)
      .filter((each) => each.includes('float16'))
    const times = { [`large convolution ${name}`]: 5 }
    const store = memoryStore()
    const tuneTo = async (allowed: boolean, device: object, isRight = true) => {
      const backend = gpu('', device)
      const options = { store, float16Products: allowed }
      const selfTest = vi.fn(async () => isRight)
      const message = await tune(backend, options, fakeTrials({ times }).make, selfTest)
      return { message, tiles: tilesOf(backend), selfTest }
    }
    const allowed = await tuneTo(true, more)
    expect(allowed.tiles).toEqual([name, ...byRules.slice(1)])
    expect(allowed.selfTest).toHaveBeenCalledOnce()
    // The stored choice is tested again, and a choice without float16 is stored apart.
    const wrong = await tuneTo(true, more, false)
    expect(wrong.tiles).toEqual(byRules)
    expect(wrong.message).toContain('wrong gradients')
    const refused = await tuneTo(false, more)
    expect(refused.tiles).toEqual(byRules)
    expect(refused.selfTest).not.toHaveBeenCalled()
    const tilesOfTrials = (float16: boolean) =>
      createTrials(gpu().device, { float16 }).map(({ tiles }) => tiles)
    expect(tilesOfTrials(true), 'a device without float16').toEqual(tilesOfTrials(false))
  })

  test('offers subgroup matrices with sums of float32, of float16 only if that is allowed', () => {
    const config = (componentType: string, resultComponentType: string, M: number) => ({
      componentType,
      resultComponentType,
      M,
      N: 8,
      K: 8,
    })
    const adapterInfo = {
      subgroupMinSize: 32,
      subgroupMaxSize: 32,
      subgroupMatrixConfigs: [
        config('f16', 'f16', 8),
        config('f16', 'f32', 16),
        config('f16', 'f32', 8),
        config('f32', 'f32', 8),
        config('i8', 'i32', 8),
      ],
    }
    const features = new Set(['subgroups', 'shader-f16', MATRIX_FEATURE])
    const units = (device: object, float16: boolean) =>
      matrixUnits(device as unknown as GPUDevice, float16).map(
        ({ numbers, M }) => `${numbers} ${M}`,
      )
    vi.stubGlobal('navigator', { gpu: { wgslLanguageFeatures: new Set(['subgroup_id']) } })
    expect(units({ adapterInfo, features }, false)).toEqual(['f32 8'])
    expect(units({ adapterInfo, features }, true)).toEqual(['f32 8', 'f16 16'])
    const device = { adapterInfo, features, limits } as unknown as GPUDevice
    const offered = createTrials(device, { float16: true })
    expect(offered[0].tiles.map(candidateName)).toContain(
      'tile 8x16 of 8x4x32 by matrices 16x8x8 f16 of 32',
    )
    expect(offered.map(({ name }) => name)).toContain('reductions')
    features.delete(MATRIX_FEATURE)
    expect(units({ adapterInfo, features }, true)).toEqual([])
    vi.unstubAllGlobals()
  })

  test('changes no bits unless the user asks for it', async () => {
    vi.stubGlobal('navigator', { gpu: { wgslLanguageFeatures: new Set(['subgroup_id']) } })
    const features = new Set(['subgroups'])
    const adapterInfo = { vendor: 'v', subgroupMinSize: 32, subgroupMaxSize: 32 }
    const device = () => gpu('', { features, adapterInfo })
    const times = { [`large convolution ${square}`]: 1, 'reductions subgroups of 32': 1 }
    const store = memoryStore()
    const tuneIn = (backend: WebGPUBackend, changesBits: boolean, runner = fakeTrials({ times })) =>
      tuneWith(backend, { store, changesBits }, runner.make, async () => true)
    const [first, second, third] = [device(), device(), device()]
    const runner = fakeTrials({ times })
    expect(await tuneIn(first, false, runner)).toBe('Measured here: reductions: subgroups of 32')
    expect(new Set(runner.measured)).toEqual(
      new Set(['reductions workgroup memory', 'reductions subgroups of 32']),
    )
    expect(tilesOf(first)).toEqual(byRules)
    expect(arithmeticOf(tunedChoices(first.device) ?? {})).toBeUndefined()
    expect(await tuneIn(second, true)).toContain(square)
    expect(tilesOf(second)[0]).toBe(square)
    expect(arithmeticOf(tunedChoices(second.device) ?? {})).toBe(`large convolution,${square},`)
    // Choices of the two are stored apart.
    await tuneIn(third, false)
    expect(tilesOf(third)).toEqual(byRules)
    vi.unstubAllGlobals()
  })

  test('is not measured on a software device', async () => {
    const { make } = fakeTrials()
    expect(await tune(gpu('llvmpipe (LLVM 19)'), { store: memoryStore() }, make)).toBeUndefined()
    expect(make).not.toHaveBeenCalled()
  })
})

describe('stored choices', () => {
  const times = {
    [`large convolution ${square}`]: 7,
    [`large input gradient ${candidateName(wide)}`]: 5,
  }

  test('are reused at the next start on the same device, without measuring', async () => {
    const store = memoryStore()
    const [first, second, other] = [gpu(), gpu(), gpu('another GPU')]
    const message = await tune(first, { store }, fakeTrials({ times }).make)
    const { make } = fakeTrials()
    expect(await tune(second, { store }, make)).toBe(message)
    expect(make).not.toHaveBeenCalled()
    expect(tilesOf(second)).toEqual(tilesOf(first))
    await tune(other, { store }, make)
    expect(make).toHaveBeenCalledOnce()
    expect(tilesOf(other)).toEqual(byRules)
  })

  test('are replaced when the tuner measures again', async () => {
    const store = memoryStore()
    await tune(gpu(), { store }, fakeTrials({ times }).make)
    const [remeasured, later] = [gpu(), gpu()]
    await tune(remeasured, { store, remeasure: true }, fakeTrials().make)
    await tune(later, { store }, fakeTrials({ times }).make)
    expect(tilesOf(remeasured)).toEqual(byRules)
    expect(tilesOf(later)).toEqual(byRules)
  })

  test.each([
    ['truncated', '{"choices":{"large conv'],
    ['no object', '[1, 2]'],
    ['empty', ''],
    [
      'of a kernel that no longer exists',
      '{"choices":{"large convolution":{"tile":"tile 1x1 of 1x1x1"}}}',
    ],
    ['of a trial that no longer exists', `{"choices":{"huge convolution":{"tile":"${square}"}}}`],
    ['without a tile', '{"choices":{"large convolution":{}}}'],
  ])('that are %s are measured again', async (_, text) => {
    const store = memoryStore()
    await tune(gpu(), { store }, fakeTrials({ times }).make)
    const { key } = (await store.list(''))[0]
    await store.put(key, new TextEncoder().encode(text))
    const backend = gpu()
    const { make } = fakeTrials({ times })
    await tune(backend, { store }, make)
    expect(make).toHaveBeenCalledOnce()
    expect(tilesOf(backend)[0]).toBe(square)
    expect(new TextDecoder().decode(await store.get(key))).toContain(square)
  })

  test('are optional: where storage fails, the measured choices are used', async () => {
    const fail = async () => {
      throw new Error('no storage')
    }
    const store: StateStore = { get: fail, put: fail, list: fail, delete: fail }
    const backend = gpu()
    await tune(backend, { store, remeasure: true }, fakeTrials({ times }).make)
    expect(tilesOf(backend)[0]).toBe(square)
  })
})

onEachBackend(() => {
  test('the trial runner measures a kernel and compares the results of two', async () => {
    const bench = createTrialRunner(webgpuBackend())
    const trial = createTrials(webgpuBackend().device).find(({ name }) => name === 'small product')!
    // Tiles for a software device: the others take it a second each to compile.
    const [rule, other] = [4, 8].map((columns): Tile => ({
      shape: 'lanes',
      rows: 4,
      columns,
      threads: 32,
      lanes: 1,
    })) as [Tile, Tile]
    expect(await bench.prepare(trial, rule)).toBe(true)
    const seconds = await bench.time(trial, rule, 2)
    // The time limit of the test bounds it from above; inverted, it is the inverse of a time.
    expect(seconds).toBeGreaterThan(1e-6)
    expect(seconds).toBeLessThan(1e6)
    expect(await bench.agree(trial, rule, other)).toBe(true)
    const wrong: Trial = {
      ...trial,
      run: (backend, numbers, by) =>
        trial.run(backend, by === other ? backend.zeros(numbers.shape) : numbers, by),
    }
    expect(await bench.agree(wrong, rule, other)).toBe(false)
    bench.close()
  })
}, ['webgpu'])
