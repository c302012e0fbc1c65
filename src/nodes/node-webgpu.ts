// WebGPU in Node, by the npm package `webgpu` (Dawn) where it is installed. A browser has it of itself.

/**
 * Puts `navigator.gpu` and the WebGPU globals where tfjs looks for them; has to run before a backend is started.
 * Returns why there is no WebGPU, or undefined.
 */
export async function provideWebGPU(): Promise<string | undefined> {
  if ((globalThis.navigator as Navigator | undefined)?.gpu) return undefined
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
    Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true })
    return undefined
  } catch {
    return 'the npm package `webgpu` is not installed'
  }
}
