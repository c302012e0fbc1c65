// The self-test of tuned kernels: those with float16 and subgroups pass on a device that has them,
// and wrong gradients fail.
import { expect, test, vi } from 'vitest'
import { registerOperations } from '../../../src/engine/base/backend.ts'
import { subgroupSize } from '../../../src/engine/backends/webgpu/device.ts'
import type { Tiled } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { webgpuOperations } from '../../../src/engine/backends/webgpu/operations.ts'
import type { TunedChoices } from '../../../src/engine/backends/webgpu/tunedChoices.ts'
import {
  hasHardwareChoices,
  passesTunedSelfTest,
  withoutHardwareChoices,
} from '../../../src/engine/backends/webgpu/tunedSelfTest.ts'
import type { Trial } from '../../../src/engine/backends/webgpu/tunerTrials.ts'
import { createTrialRunner, createTrials } from '../../../src/engine/backends/webgpu/tunerTrials.ts'
import { onEachBackend } from '../../backends.ts'
import { likeGPU, webgpuBackend } from '../../kernels.ts'

const tile: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 4, depth: 16, half: 4 }
const halves: TunedChoices = {
  'small convolution': { tile },
  'small input gradient': { tile },
  'small filter gradient': { tile },
  'large product': { tile },
}

onEachBackend(() => {
  /** Runs the self-test as on a hardware GPU. Returns the result and the kernels. */
  async function runSelfTest(choices: TunedChoices, spoil?: (key: string, code: string) => string) {
    const keys: string[] = []
    const device = webgpuBackend().device
    const dispatch = webgpuBackend().dispatch.bind(webgpuBackend())
    const asked = vi.spyOn(webgpuBackend(), 'dispatch').mockImplementation((program, ...rest) => {
      keys.push(program.key)
      const code = spoil?.(program.key, program.code) ?? program.code
      const isSame = code === program.code
      return dispatch(isSame ? program : { ...program, code, key: `${program.key} wrong` }, ...rest)
    })
    const backend = likeGPU(webgpuBackend())
    Object.assign(backend.device, {
      pushErrorScope: (filter: GPUErrorFilter) => device.pushErrorScope(filter),
      popErrorScope: () => device.popErrorScope(),
    })
    registerOperations(webgpuBackend(), webgpuOperations(backend))
    try {
      return { passes: await passesTunedSelfTest(backend, choices), keys }
    } finally {
      asked.mockRestore()
      registerOperations(webgpuBackend(), webgpuOperations(webgpuBackend()))
    }
  }

  test('passes with float16 and subgroups', async ({ skip }) => {
    const lanes = subgroupSize(webgpuBackend().device)
    if (lanes === 1 || !webgpuBackend().device.features.has('shader-f16'))
      skip('this device has no float16 or no subgroups')
    const choices: TunedChoices = {
      ...halves,
      reductions: { tile: { shape: 'reductions', lanes } },
    }
    const { passes, keys } = await runSelfTest(choices)
    expect(passes).toBe(true)
    for (const kind of ['forward', 'input gradient', 'filter gradient'])
      expect(keys.some((key) => key.includes(kind) && key.includes('in float16'))).toBe(true)
    expect(keys.some((key) => key.includes('norm statistics') && key.includes('subgroups'))).toBe(
      true,
    )
    expect(keys.some((key) => key.includes('attention') && key.includes('subgroups'))).toBe(true)
  })

  test('reductions within subgroups agree with those in memory', async ({ skip }) => {
    const { device } = webgpuBackend()
    if (subgroupSize(device) === 1) skip('this device has no fixed subgroups')
    const trial = createTrials(device).find(({ name }) => name === 'reductions')!
    const onGPU: Trial = {
      ...trial,
      run: (backend, data, candidate) => trial.run(likeGPU(backend), data, candidate),
    }
    const [inMemory, inSubgroups] = trial.tiles
    const runner = createTrialRunner(webgpuBackend())
    expect(await runner.agree(onGPU, inMemory, inSubgroups)).toBe(true)
    runner.close()
  })

  test('fails where one gradient is wrong', async ({ skip }) => {
    if (!webgpuBackend().device.features.has('shader-f16')) skip('this device has no float16')
    const { passes } = await runSelfTest(halves, (key, code) =>
      key.includes('filter gradient') && key.includes('in float16')
        ? code.replace('let unscale =', 'let unscale = 0.98 *')
        : code,
    )
    expect(passes).toBe(false)
  })
}, ['webgpu'])

test('choices that need features are those of reductions, float16 and matrices', () => {
  const plain: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 4, depth: 16 }
  const others: TunedChoices = { 'large product': { tile: plain } }
  expect(hasHardwareChoices(others)).toBe(false)
  expect(hasHardwareChoices(halves)).toBe(true)
  const matrix = { M: 8, N: 8, K: 8, numbers: 'f32', lanes: 32 } as const
  expect(hasHardwareChoices({ 'small product': { tile: { ...plain, matrix } } })).toBe(true)
  expect(withoutHardwareChoices({ ...others, 'small convolution': { tile } })).toEqual(others)
})
