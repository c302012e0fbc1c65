// Time of a training step (`npm run bench:train`) or a sampling step (`npm run bench:sample`) of
// one UNet, here and in its peers: on wasm this program with the same bits everywhere, stock tfjs,
// externally tuned tfjs, jax-js, ONNX Runtime Web with the exported UNet (sampling on wasm), and
// PyTorch where it is installed, with as many threads. `--model opened` compares the small UNet with
// its layers as nodes, and with those without an attention, and counts their dispatches too. Options:
// `--backend wasm` (webgpu, cpu), `--model small` (digits, reference, cifar10), `--batch 4` (images,
// default that of the model), `--peers ours,stock`,
// `--rounds 5`, `--seconds 1` (per turn), `--patience 300` (seconds to start), `--torch cuda`,
// `--browser` (Chromium with SwiftShader, or with `--gpu` the machine's GPU), `--json` (one line).
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { tf } from '../src/engine/base/tf.ts'
import { softwareNames } from '../src/engine/backends/webgpu/device.ts'
import { countApart } from './counts.ts'
import type { OpenForm } from './forms.ts'
import { openForms } from './forms.ts'
import { openBrowser } from './browser.ts'
import { openProcess } from './processes.ts'
import type { ModelName } from '../src/hosts/bench/unets.ts'
import { models } from '../src/hosts/bench/unets.ts'
import type { ProblemData, Task } from '../src/hosts/bench/problem.ts'
import { createProblem } from '../src/hosts/bench/problem.ts'
import type { StepTime } from '../src/hosts/bench/turns.ts'

const everyone = ['ours', 'portable', 'stock', 'tuned', 'jax', 'ort', 'torch'] as const
export type PeerName = (typeof everyone)[number] | OpenForm

const names: Record<PeerName, string> = {
  ours: 'this program',
  portable: 'portable',
  opened: 'opened',
  rewired: 'rewired',
  stock: 'stock tfjs',
  tuned: 'tuned tfjs',
  jax: 'jax-js',
  ort: 'ORT-web',
  torch: 'PyTorch',
}

/** A peer that is ready to be timed. */
export interface Peer {
  device: string
  /** Losses of the first training steps, or the result of a sampling step. */
  check: number[]
  /** Runs steps for a number of seconds. Rejects if a step fails. */
  turn(seconds: number): Promise<StepTime[]>
  close(): Promise<void>
}

/** Starts a peer; rejects with the reason if it is not available. */
export type Open = (who: PeerName) => Promise<Peer>

interface Row {
  who: PeerName
  device?: string
  /** Medians over all steps; undefined if not supported. */
  seconds?: number
  /** Median processor time. */
  cpu?: number
  steps?: number
  /** Wall time relative to ours. */
  ratio?: number
  error?: string
}

/** What `--json` prints. */
export interface Timed {
  task: Task
  model: ModelName
  backend: string
  browser: boolean
  machine: string
  /** Load average before the run; under load, wall times mean little. */
  load: number
  rows: Row[]
  /** Dispatches of a step of the reference UNet on a GPU that only counts. */
  dispatches?: Record<'ours' | OpenForm, number>
}

export async function main([task, ...args]: [Task, ...string[]]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      backend: { type: 'string' },
      model: { type: 'string', default: 'small' },
      batch: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      patience: { type: 'string', default: '300' },
      torch: { type: 'string', default: 'cpu' },
      browser: { type: 'boolean', default: false },
      gpu: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const { browser } = values
  const backend = values.backend ?? (browser ? 'webgpu' : 'wasm')
  const isOpened = values.model === 'opened'
  const name = isOpened ? 'small' : values.model
  const model = checkChoice('model', name, Object.keys(models)) as ModelName
  checkChoice('backend', backend, browser ? ['webgpu'] : ['wasm', 'webgpu', 'cpu'])
  // Ratios and checks need this program.
  const named = values.peers && new Set(['ours', ...values.peers.split(',')])
  const all = everyone.filter((who) => backend === 'wasm' || who !== 'portable')
  const peers = named ? [...named] : isOpened ? ['ours', ...openForms] : all
  const wanted = peers.map(
    (who) => checkChoice('peer', who, [...everyone, ...openForms]) as PeerName,
  )
  const [load] = loadavg() as [number]
  await tf.setBackend('cpu')
  const items = values.batch === undefined ? undefined : Number(values.batch)
  const given = await createProblem(task, model, items)
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    await writeFile(join(folder, 'problem.json'), JSON.stringify(given.problem))
    await writeFile(join(folder, 'numbers.bin'), given.numbers)
    const house = browser
      ? await openBrowser(given, values.gpu)
      : {
          open: openProcess({
            backend,
            folder,
            patience: Number(values.patience),
            torchDevice: values.torch,
          }),
          close: async () => {},
        }
    const rows = await compare(
      house.open,
      wanted,
      Number(values.rounds),
      Number(values.seconds),
    ).finally(house.close)
    const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`
    const dispatches = isOpened ? await countDispatches(task) : undefined
    const timed: Timed = {
      task,
      model,
      backend,
      browser,
      machine,
      load,
      rows,
      ...(dispatches && { dispatches }),
    }
    console.log(values.json ? JSON.stringify(timed) : table(timed, given))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function countDispatches(task: Task): Promise<Record<'ours' | OpenForm, number>> {
  const counts = { ours: 0, opened: 0, rewired: 0 }
  for (const who of ['ours', ...openForms] as const)
    counts[who] = (await countApart(who, task)).dispatches
  return counts
}

function checkChoice(what: string, value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value
  throw new Error(`Expected ${what} to be one of ${choices.join(', ')}, got ${value}.`)
}

/**
 * Runs all peers in turns, so that other load affects all. Throws Error if their results differ.
 */
async function compare(
  open: Open,
  wanted: readonly PeerName[],
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  const peers = new Map<PeerName, Peer>()
  const times = new Map<PeerName, StepTime[]>()
  const errors = new Map<PeerName, string>()
  const failed = (who: PeerName) => (error: Error) => void errors.set(who, error.message)
  try {
    for (const who of wanted) await open(who).then((peer) => peers.set(who, peer), failed(who))
    expectTheSame(peers)
    for (let round = 0; round < rounds; round++) {
      for (const [who, peer] of peers) {
        if (errors.has(who)) continue
        await peer
          .turn(seconds)
          .then((more) => times.set(who, [...(times.get(who) ?? []), ...more]), failed(who))
      }
    }
  } finally {
    for (const peer of peers.values()) await peer.close()
  }
  const rows = wanted.map((who) =>
    toRow(who, { error: errors.get(who), took: times.get(who), device: peers.get(who)?.device }),
  )
  const ours = rows.find(({ who }) => who === 'ours')?.seconds
  return rows.map((row) => (ours && row.seconds ? { ...row, ratio: row.seconds / ours } : row))
}

function toRow(
  who: PeerName,
  { error, took, device }: { error?: string; took?: StepTime[]; device?: string },
): Row {
  if (error || !took) return { who, error: error ?? 'no step was made' }
  const cpu = took.flatMap((each) => each.cpu ?? [])
  return {
    who,
    device,
    seconds: median(took.map(({ seconds }) => seconds)),
    ...(cpu.length ? { cpu: median(cpu) } : {}),
    steps: took.length,
  }
}

/** Tolerance relative to the largest value. */
const TOLERANCE = 1e-3

/** Throws unless all peers compute the same. */
export function expectTheSame(peers: ReadonlyMap<PeerName, Pick<Peer, 'check'>>) {
  // The rewired UNet is another network.
  const [[first, reference] = [], ...others] = [...peers].filter(([who]) => who !== 'rewired')
  if (!reference) return
  const size = reference.check.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  for (const [who, { check }] of others) {
    const gap = reference.check.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - check[i])),
      0,
    )
    if (check.length === reference.check.length && gap <= TOLERANCE * size) continue
    throw new Error(
      `Results of ${names[who]} and ${names[first!]} differ by ${gap}, of numbers up to ${size} (${check.slice(0, 3)} and ${reference.check.slice(0, 3)}).`,
    )
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (
    (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
  )
}

// ---- printing

function table(
  { task, model, backend, browser, machine, load, rows, dispatches }: Timed,
  { problem }: ProblemData,
): string {
  const parameters = Object.values(problem.weights).reduce(
    (sum, { shape }) => sum + tf.util.sizeFromShape(shape),
    0,
  )
  const what = task === 'train' ? 'a training step' : 'a sampling step'
  const [b, h, w, c] = problem.batch.x_t.shape
  return [
    `UNet ${model}, ${parameters.toLocaleString('en')} parameters, ${b} x ${h}x${w}x${c}: ${what}, ${backend}${browser ? ' in Chromium' : ''}`,
    `${machine}${load > 0.5 ? `, load average ${load.toFixed(1)}` : ''}`,
    '',
    ...rows.map(line),
    ...(dispatches ? ['', 'Dispatches of the reference UNet, on a GPU that only counts:'] : []),
    ...Object.entries(dispatches ?? {}).map(
      ([who, count]) =>
        `${names[who as PeerName].padEnd(14)}${count} (${(count / dispatches!.ours).toPrecision(3)} x)`,
    ),
  ].join('\n')
}

function line({ who, device, seconds, cpu, steps, ratio, error }: Row): string {
  if (seconds === undefined) return `${names[who].padEnd(14)}${error}`
  const cells = [
    `${milliseconds(seconds)} ms`.padStart(11),
    (cpu === undefined ? '' : `${milliseconds(cpu)} ms of CPU`).padStart(24),
    `${steps} steps`.padStart(12),
    (ratio === undefined ? '' : `${ratio.toPrecision(3)} x`).padStart(10),
  ]
  const where = device && softwareNames.test(device) ? `${device}: software` : (device ?? '')
  return `${names[who].padEnd(14)}${cells.join('')}   ${where}`.trimEnd()
}

const milliseconds = (seconds: number) =>
  Number((1000 * seconds).toPrecision(3)).toLocaleString('en')
