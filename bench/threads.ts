// Speedup of wasm threads: `npm run bench:threads` times training steps in Chromium, in a worker of
// an isolated page, with one and two threads in turns, and prints the speedup over the first. `--
// --task=sample`, `--model=digits`, `--rounds=3`, `--steps=30`, `--threads=1,2,4`, `--json`.
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { onIsolatedPage } from '../scripts/isolatedPage.ts'
import type { TimingRequest, StepTimes } from './threads-worker.ts'

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      task: { type: 'string', default: 'train' },
      model: { type: 'string', default: 'small' },
      rounds: { type: 'string', default: '3' },
      steps: { type: 'string', default: '30' },
      threads: { type: 'string', default: '1,2' },
      json: { type: 'boolean', default: false },
    },
  })
  await onIsolatedPage(async (page) => {
    const asked = {
      task: values.task as TimingRequest['task'],
      model: values.model as TimingRequest['model'],
      steps: Number(values.steps),
    }
    const best = new Map<number, StepTimes>()
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const threads of values.threads.split(',').map(Number)) {
        const told = await runWorker(page, { ...asked, threads })
        const { least, inPieces } = best.get(threads) ?? { least: Infinity, inPieces: Infinity }
        best.set(threads, {
          ...told,
          least: Math.min(least, told.least),
          inPieces: Math.min(inPieces, told.inPieces),
        })
      }
    }
    const [one] = best.values()
    const rows = [...best].map(([threads, told]) => ({
      threads,
      ...told,
      speedup: one.least / told.least,
      speedupInPieces: one.inPieces / told.inPieces,
    }))
    if (values.json) console.log(JSON.stringify({ task: values.task, model: values.model, rows }))
    else for (const row of rows) console.log(formatRow(row))
  })
}

interface Row extends StepTimes {
  speedup: number
  speedupInPieces: number
}

function formatRow({ device, least, inPieces, speedup, speedupInPieces }: Row): string {
  const time = (ms: number, ratio: number) =>
    `${ms.toFixed(1).padStart(8)} ms (${ratio.toFixed(2)}x)`
  return `${device.padEnd(18)}${time(least, speedup)} a step, ${time(inPieces, speedupInPieces).trim()} if each of its pieces is as quick as ever`
}

/** Runs the request in a new worker. */
const runWorker = (page: Page, asked: TimingRequest) =>
  page.evaluate(
    (asked) =>
      new Promise<StepTimes>((resolve, reject) => {
        const worker = window.engine.startWorker(
          new URL('/bench/threads-worker.ts?worker_file&type=module', location.href).href,
        )
        worker.onmessage = ({ data }) => {
          worker.terminate()
          resolve(data)
        }
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage(asked)
      }),
    asked,
  )
