// Device properties by which kernels choose their variants.

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
