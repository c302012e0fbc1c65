// What kernels have to know of a device to choose their variant.

export const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i

/** Whether a device is a program for the CPU: workgroup memory and barriers cost there more than they save. */
export function isSoftware({ adapterInfo }: Pick<GPUDevice, 'adapterInfo'>): boolean {
  if (!adapterInfo) return false
  const { vendor, architecture, device, description } = adapterInfo
  return softwareNames.test([vendor, architecture, device, description].join(' ')) || Boolean(adapterInfo.isFallbackAdapter)
}

/** How many invocations exchange values without memory; 1 where they cannot, or where it is not known beforehand. */
export function subgroupSize({ adapterInfo, features }: Pick<GPUDevice, 'adapterInfo' | 'features'>): number {
  if (!adapterInfo || !features.has('subgroups')) return 1
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo
  return subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 1
}
