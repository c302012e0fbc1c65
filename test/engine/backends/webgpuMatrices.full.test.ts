// Products by subgroup matrices. No device here has them, so they run by emulation, and Dawn's
// validation of WGSL sees the programs as they are.
import { expect, test } from 'vitest'
import { create } from 'webgpu'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { subgroupSize } from '../../../src/engine/backends/webgpu/device.ts'
import { convFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { convInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import type { MatrixUnit, Tiled } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import type { Program } from '../../../src/engine/backends/webgpu/program.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'
import { emulateMatrices } from '../../emulatedMatrices.ts'
import { likeGPU, numbers, readAndDispose, uploadTensor, webgpuBackend } from '../../kernels.ts'

const [b, side, from, to] = [2, 6, 20, 12]
const geometry = { stride: 1, pad: { top: 1, bottom: 1, left: 1, right: 1 } } as const
const plain: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 2, depth: 8 }
/** 32 invocations for 32 x 16 of C. */
const tiled: Tiled = { shape: 'tiled', rows: 8, columns: 2, tall: 4, wide: 8, depth: 16 }

type Numbers = Record<'x' | 'dy' | 'weight', Float32Array>

const shapes = {
  x: [b, side, side, from],
  dy: [b, side, side, to],
  weight: [3, 3, from, to],
}

/** Runs a forward pass and both gradients; the names of the results are those of the bounds. */
async function runProducts(backend: WebGPUBackend, data: Numbers, tile: Tiled) {
  const [x, dy, weight] = (['x', 'dy', 'weight'] as const).map((name) =>
    uploadTensor(data[name], shapes[name]),
  )
  const filter = { x, dy, filterShape: shapes.weight, bias: true, ...geometry }
  const results = [
    convByGemm(backend, { x, weight, ...geometry }, tile),
    ...convInputGradient(backend, { dy, weight, inputShape: shapes.x, ...geometry }, tile),
    ...convFilterGradient(backend, filter, tile),
  ]
  const read: Float32Array[] = []
  for (const result of results) read.push(await readAndDispose(result))
  tf.dispose([x, dy, weight] as never)
  const [y, dx, dweight, dbias] = read
  return { y, dx, dweight, dbias }
}

onEachBackend(() => {
  /** A backend that emulates matrices, and the programs before. */
  function emulatingBackend() {
    const programs: Program[] = []
    const backend = likeGPU(webgpuBackend())
    const dispatch: WebGPUBackend['dispatch'] = (program, ...rest) => {
      const usesMatrices = program.code.includes('chromium_experimental_subgroup_matrix')
      if (!usesMatrices) return webgpuBackend().dispatch(program, ...rest)
      programs.push(program)
      const code = emulateMatrices(program.code)
      return webgpuBackend().dispatch({ ...program, code }, ...rest)
    }
    return {
      backend: Object.create(backend, { dispatch: { value: dispatch } }) as WebGPUBackend,
      programs,
    }
  }

  const data: Numbers = {
    x: numbers(b * side * side * from, 1),
    dy: numbers(b * side * side * to, 2),
    weight: numbers(9 * from * to, 3),
  }
  /** Channels whose magnitudes grow, so that scales for the first ones are not for the last ones. */
  const growing: Numbers = {
    ...data,
    x: data.x.map((value, i) => value * 2 ** (2 * (i % from) - 30)),
    dy: data.dy.map((value, i) => value * 2 ** (3 * (i % to) - 40)),
  }
  const absolute = (values: Numbers): Numbers => ({
    x: values.x.map(Math.abs),
    dy: values.dy.map(Math.abs),
    weight: values.weight.map(Math.abs),
  })

  test.for([
    { numbers: 'f32', M: 8, N: 4, K: 4, error: 2 ** -20 },
    // Two numbers are rounded to 11 bits each; their product is exact.
    { numbers: 'f16', M: 4, N: 8, K: 8, error: 2.02 * 2 ** -11 },
  ] as const)('of $numbers, $M x $N x $K', async ({ error, ...size }, { skip }) => {
    const lanes = subgroupSize(webgpuBackend().device)
    if (lanes !== 8) skip('the tile is for subgroups of 8')
    const unit: MatrixUnit = { ...size, lanes }
    const { backend, programs } = emulatingBackend()
    for (const values of [data, growing]) {
      const right = await runProducts(webgpuBackend(), values, plain)
      const found = await runProducts(backend, values, { ...tiled, matrix: unit })
      const terms = await runProducts(webgpuBackend(), absolute(values), plain)
      for (const name of ['y', 'dx', 'dweight', 'dbias'] as const) {
        const largest = Math.max(...terms[name])
        found[name].forEach((value, i) => {
          const bound = error * terms[name][i] + 2 ** -24 * largest
          expect(Math.abs(value - right[name][i]), `${name} ${i}`).toBeLessThan(bound)
        })
      }
    }
    expect(new Set(programs.map(({ key }) => key)).size).toBe(3)
    await expectValid(programs)
  })
}, ['webgpu'])

/**
 * What was created of Dawn. The process can end with an error of glibc if such an object is collected
 * as garbage, so it is kept for as long as the process lives, which is longer than this module does.
 */
const kept = ((globalThis as { keptGPUs?: unknown[] }).keptGPUs ??= [])

/** Expects that Dawn accepts programs, on a device without hardware that has all features. */
async function expectValid(programs: readonly Program[]) {
  const gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis'])
  const adapter = await gpu.requestAdapter()
  const matrices = 'chromium-experimental-subgroup-matrix' as GPUFeatureName
  const device = await adapter!.requestDevice({
    requiredFeatures: [matrices, 'shader-f16', 'subgroups' as GPUFeatureName],
  })
  kept.push(gpu, adapter, device)
  for (const { code } of programs) {
    device.pushErrorScope('validation')
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo()
    expect(messages.map(({ message }) => message)).toEqual([])
    expect(await device.popErrorScope()).toBeNull()
  }
  device.destroy()
}
