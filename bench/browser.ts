// Peers in Chromium, one page each, on SwiftShader or the machine's GPU.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import type { InPage } from './page.ts'
import type { ProblemData } from '../src/hosts/bench/problem.ts'
import type { Open, Peer } from './run.ts'
import type { StepTime } from '../src/hosts/bench/turns.ts'

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const args = ['--no-sandbox', '--enable-unsafe-webgpu']
const software = ['--use-webgpu-adapter=swiftshader']
/** Chromium flags for a GPU on Linux without a display. */
const hardware = ['--use-angle=vulkan', '--enable-features=Vulkan', '--disable-vulkan-surface']

export async function openBrowser(
  { problem, numbers }: ProblemData,
  onGPU: boolean,
): Promise<{ open: Open; close: () => Promise<void> }> {
  if (!existsSync(path)) throw new Error(`Expected Chromium at ${path}.`)
  const server = await createServer({
    logLevel: 'error',
    cacheDir: 'node_modules/.vite/bench',
    optimizeDeps: { entries: ['bench/page.ts'] },
    server: { port: 0, hmr: false, watch: null },
  })
  await server.listen()
  const browser = await chromium.launch({
    executablePath: path,
    args: [...args, ...(onGPU ? hardware : software)],
  })
  const open: Open = async (who) => {
    if (who === 'torch') throw new Error('not available in a browser')
    if (who === 'ort') throw new Error('compared on wasm in Node only')
    const context = await browser.newContext()
    const page = await context.newPage()
    const address = server.resolvedUrls!.local[0]
    await page.route(`${address}empty.html`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    )
    // As bytes: the weights of the reference UNet are too many for an argument.
    const body = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
    await page.route(`${address}numbers.bin`, (route) => route.fulfill({ body }))
    await page.goto(`${address}empty.html`)
    await page.addScriptTag({ type: 'module', url: '/bench/page.ts' })
    const call = <T>(name: keyof InPage, ...values: unknown[]) =>
      page.evaluate(
        ([name, values]) => {
          const { bench } = globalThis as unknown as {
            bench: Record<string, (...values: unknown[]) => Promise<unknown>>
          }
          return bench[name](...values)
        },
        [name, values] as const,
      ) as Promise<T>
    const { device, check } = await call<Pick<Peer, 'device' | 'check'>>('open', who, problem)
    return {
      device,
      check,
      turn: (seconds) => call<StepTime[]>('turn', seconds),
      close: () => context.close(),
    }
  }
  return {
    open,
    async close() {
      await browser.close()
      await server.close()
    },
  }
}
