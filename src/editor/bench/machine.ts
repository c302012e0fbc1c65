// Facts about this machine, browser and version of the app, which the figures depend on.
import { availableCores, threadCount } from '../../engine/backends/wasm/threads.ts'

export interface Machine {
  /** Name of the graphics card as WebGL reports it; WebGPU often reports the maker only. */
  graphics: string | undefined
  cores: number
  /** True if wasm can use threads here. */
  isolated: boolean
  /** Threads of wasm on this page. */
  threads: number
  browser: string
  system: string
  app: { version: string; commit: string }
}

export function readMachine(): Machine {
  const cores = availableCores()
  const isolated = globalThis.crossOriginIsolated === true
  return {
    graphics: readGraphics(),
    cores,
    isolated,
    threads: isolated ? threadCount(cores) : 1,
    browser: readBrowser(navigator),
    system: readSystem(navigator),
    app: { version: import.meta.env.APP_VERSION, commit: import.meta.env.APP_COMMIT },
  }
}

function readGraphics(): string | undefined {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2', { powerPreference: 'high-performance' })
  if (!gl) return undefined
  const names = gl.getExtension('WEBGL_debug_renderer_info')
  const name = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return name || undefined
}

/** Browsers name others before themselves, so the order matters. */
const browsers: readonly [name: string, version: RegExp][] = [
  ['Edge', /\bEdg\/([\d.]+)/],
  ['Opera', /\bOPR\/([\d.]+)/],
  ['Firefox', /\bFirefox\/([\d.]+)/],
  ['Chrome', /\b(?:Headless)?Chrome\/([\d.]+)/],
  ['Safari', /\bVersion\/([\d.]+).*\bSafari\//],
]

/** Name and version, for example "Firefox 145.0"; the complete text of an unknown browser. */
export function readBrowser({ userAgent }: Pick<Navigator, 'userAgent'>): string {
  for (const [name, pattern] of browsers) {
    const [, version] = pattern.exec(userAgent) ?? []
    if (version) return `${name} ${version}`
  }
  return userAgent
}

const systems: readonly [name: string, pattern: RegExp][] = [
  ['Windows', /Windows/],
  ['Android', /Android/],
  ['ChromeOS', /CrOS/],
  ['iOS', /iPhone|iPad/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
]

export const readSystem = ({ userAgent }: Pick<Navigator, 'userAgent'>): string =>
  systems.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? ''
