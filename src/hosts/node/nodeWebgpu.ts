// WebGPU in Node, from the npm package `webgpu` (Dawn) if it is installed.

/**
 * Defines `navigator.gpu` and the WebGPU globals, as tfjs requires. Call it before a backend
 * starts. Returns the reason if there is no WebGPU, otherwise undefined.
 */
export async function provideWebGPU(): Promise<string | undefined> {
  if ((globalThis.navigator as Navigator | undefined)?.gpu) return undefined
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    if (!globalThis.navigator)
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
    Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true })
    return undefined
  } catch {
    return 'the npm package `webgpu` is not installed'
  }
}
