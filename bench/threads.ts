// What threads are worth on wasm: `npm run bench:threads` times the steps of bench/images.ts in Chromium, in the worker of an
// isolated page, with one thread and with two, in turns. `-- --unet=digits`, `--rounds=3`, `--steps=30`, `--threads=1,2`.
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { createServer } from 'vite'
import type { Asked, Told } from './threads-worker.ts'

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      unet: { type: 'string', default: 'images' },
      rounds: { type: 'string', default: '3' },
      steps: { type: 'string', default: '30' },
      threads: { type: 'string', default: '1,2' },
    },
  })
  const server = await createServer({ logLevel: 'error', server: { port: 0, hmr: false, watch: null } })
  await server.listen()
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`${server.resolvedUrls!.local[0]}test/pages/engine.html`)
    const best = new Map<number, Told>()
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const threads of values.threads.split(',').map(Number)) {
        const told = await tell(page, { threads, unet: values.unet as Asked['unet'], steps: Number(values.steps) })
        const before = best.get(threads) ?? told
        best.set(threads, {
          device: told.device,
          training: Math.min(before.training, told.training),
          forward: Math.min(before.forward, told.forward),
        })
      }
    }
    for (const { device, training, forward } of best.values()) {
      console.log(`${device.padEnd(18)}training step ${training.toFixed(1)} ms, forward ${forward.toFixed(1)} ms`)
    }
  } finally {
    await browser.close()
    await server.close()
  }
}

/** In a worker of its own. */
const tell = (page: Page, asked: Asked) =>
  page.evaluate(
    (asked) =>
      new Promise<Told>((resolve, reject) => {
        const worker = new Worker('/bench/threads-worker.ts?worker_file&type=module', { type: 'module' })
        worker.onmessage = ({ data }) => {
          worker.terminate()
          resolve(data)
        }
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage(asked)
      }),
    asked,
  )
