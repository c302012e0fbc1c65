// Speedup of wasm threads: `npm run bench:threads` times training steps in Node with one and two
// threads in turns, and prints the fastest and the median step, with the speedups over the first.
// `-- --browser` does so in Chromium, in a worker of an isolated page. `--bound` prints the bound of
// the speedup instead, by the share of a step that runs in jobs, which also a busy machine can
// measure. `--task=sample`, `--model=digits`, `--batch=8`, `--rounds=3`, `--steps=30` (default: 8 for
// models whose steps take seconds), `--threads=1,2,4`, `--json`.
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { onIsolatedPage } from '../scripts/isolatedPage.ts'
import { measureBound, type ThreadBound } from './threadBound.ts'
import { timeSteps, type StepTimes, type TimingRequest } from './threadTimes.ts'

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      browser: { type: 'boolean', default: false },
      bound: { type: 'boolean', default: false },
      task: { type: 'string', default: 'train' },
      model: { type: 'string', default: 'small' },
      batch: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      steps: { type: 'string' },
      threads: { type: 'string', default: '1,2' },
      json: { type: 'boolean', default: false },
    },
  })
  const request = {
    task: values.task as TimingRequest['task'],
    model: values.model as TimingRequest['model'],
    batch: values.batch === undefined ? undefined : Number(values.batch),
    steps: Number(values.steps ?? (isSlow(values.model) ? 8 : 30)),
  }
  const [rounds, threads] = [Number(values.rounds), values.threads.split(',').map(Number)]
  if (values.bound) {
    for (const n of threads.filter((each) => each > 1))
      printBound(await measureBound({ ...request, threads: n }), values.json)
    return
  }
  const measure = async (time: (request: TimingRequest) => Promise<StepTimes>) => {
    const rows = speedups(
      await timeRounds(rounds, threads, (n) => time({ ...request, threads: n })),
    )
    const place = values.browser ? 'page' : 'Node'
    if (values.json)
      console.log(JSON.stringify({ place, task: values.task, model: values.model, rows }))
    else for (const row of rows) console.log(formatRow(row))
  }
  if (values.browser) await onIsolatedPage((page) => measure((each) => runWorker(page, each)))
  else await measure(timeSteps)
}

/** Returns whether a training step takes seconds. */
const isSlow = (model: string) => model === 'reference' || model === 'cifar10'

/** Returns the times of all rounds by number of threads. */
async function timeRounds(
  rounds: number,
  threads: readonly number[],
  time: (threads: number) => Promise<StepTimes>,
): Promise<Map<number, StepTimes>> {
  const all = new Map<number, StepTimes>()
  for (let round = 0; round < rounds; round++) {
    for (const each of threads) {
      const { device, times } = await time(each)
      all.set(each, { device, times: [...(all.get(each)?.times ?? []), ...times] })
    }
  }
  return all
}

function printBound(result: ThreadBound, json: boolean) {
  const { threads, jobs, overlapping, serial, bound } = result
  const ms = (time: number) => `${time.toFixed(1)} ms`
  console.log(
    json
      ? JSON.stringify(result)
      : `${threads} threads: ${ms(jobs)} in jobs, ${ms(overlapping)} beside them, ${ms(serial)} alone: at most ${bound.toFixed(2)}x`,
  )
}

interface Row {
  threads: number
  device: string
  /** Times of a step in ms, and how often they fit into those of the first number of threads. */
  least: number
  median: number
  speedup: number
  medianSpeedup: number
}

function speedups(all: Map<number, StepTimes>): Row[] {
  const rows = [...all].map(([threads, { device, times }]) => {
    const sorted = times.toSorted((a, b) => a - b)
    return { threads, device, least: sorted[0], median: sorted[sorted.length >> 1] }
  })
  return rows.map((row) => ({
    ...row,
    speedup: rows[0].least / row.least,
    medianSpeedup: rows[0].median / row.median,
  }))
}

function formatRow({ device, least, median, speedup, medianSpeedup }: Row): string {
  const time = (ms: number, ratio: number) =>
    `${ms.toFixed(1).padStart(8)} ms (${ratio.toFixed(2)}x)`
  return `${device.padEnd(18)}fastest step${time(least, speedup)}, median${time(median, medianSpeedup)}`
}

/** Runs the request in a new worker. */
const runWorker = (page: Page, request: TimingRequest) =>
  page.evaluate(
    (request) =>
      new Promise<StepTimes>((resolve, reject) => {
        const worker = window.engine.startWorker(
          new URL('/bench/threads-worker.ts?worker_file&type=module', location.href).href,
        )
        worker.onmessage = ({ data }) => {
          worker.terminate()
          resolve(data)
        }
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage(request)
      }),
    request,
  )
