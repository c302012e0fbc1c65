// Device properties by which kernels choose their variants.
import type { MatrixUnit } from './kernels/gemm/tiles.ts'

export const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i

/**
 * Returns whether a device runs on the CPU, where workgroup memory and barriers cost more than they
 * save.
 */
export function isSoftware({ adapterInfo }: Pick<GPUDevice, 'adapterInfo'>): boolean {
  if (!adapterInfo) return false
  const { vendor, architecture, device, description } = adapterInfo
  return (
    softwareNames.test([vendor, architecture, device, description].join(' ')) ||
    Boolean(adapterInfo.isFallbackAdapter)
  )
}

/** Returns the subgroup size; 1 if there are no subgroups, or their size is not fixed. */
export function subgroupSize({
  adapterInfo,
  features,
}: Pick<GPUDevice, 'adapterInfo' | 'features'>): number {
  if (!adapterInfo || !features.has('subgroups')) return 1
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo
  return subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 1
}

/**
 * Returns whether shaders know the index of their subgroup, which reductions and matrices need to
 * find their invocations.
 */
export const hasSubgroupIndex = (): boolean =>
  (globalThis.navigator as Navigator | undefined)?.gpu?.wgslLanguageFeatures?.has('subgroup_id') ??
  false

/** Dawn's name of the feature, whose syntax may change. */
export const MATRIX_FEATURE = 'chromium-experimental-subgroup-matrix'

/** An entry of `GPUAdapterInfo.subgroupMatrixConfigs`, in the order of the device's preference. */
interface MatrixConfig extends Pick<MatrixUnit, 'M' | 'N' | 'K'> {
  componentType: string
  resultComponentType: string
}

/**
 * Returns the matrices that subgroups of the device multiply with sums of float32: the preferred size
 * for float32, and with `float16` that for float16.
 */
export function matrixUnits(
  device: Pick<GPUDevice, 'adapterInfo' | 'features'>,
  float16: boolean,
): MatrixUnit[] {
  const lanes = subgroupSize(device)
  const isOffered = (device.features as ReadonlySet<string>).has(MATRIX_FEATURE)
  if (!isOffered || lanes === 1 || !hasSubgroupIndex()) return []
  const { subgroupMatrixConfigs = [] } = device.adapterInfo as {
    subgroupMatrixConfigs?: readonly MatrixConfig[]
  }
  const types =
    float16 && device.features.has('shader-f16') ? (['f32', 'f16'] as const) : (['f32'] as const)
  return types.flatMap((numbers) => {
    const config = subgroupMatrixConfigs.find(
      ({ componentType, resultComponentType }) =>
        componentType === numbers && resultComponentType === 'f32',
    )
    if (!config) return []
    const { M, N, K } = config
    return [{ M, N, K, numbers, lanes }]
  })
}
