// One table of a training and a sampling step in all systems, with the ceilings of the devices:
// `npm run bench`. Each combination is a run of bench/run.ts; the best matrix product and copy of the
// device are measured next to it. Options: `--models small` (digits,reference,cifar10), `--backends wasm`
// (webgpu), `--peers ours,torch`, `--rounds 5`, `--seconds 1`, `--patience 300`, `--json` (one line),
// and `--save`, which puts the rows into those of this machine in bench/results.json; `npm run docs`
// writes its tables. LITEGRAPH_DIFFUSION_THREADS is the number of threads on wasm and of PyTorch.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import type { BackendName } from '../src/engine/protocol.ts'
import { unetSummary } from '../src/engine/models/kinds/unet/summary.ts'
import type { Task } from '../src/hosts/bench/problem.ts'
import { models, type ModelName } from '../src/hosts/bench/unets.ts'
import type { Ready } from './kernels/peer.ts'
import { startScript } from './processes.ts'
import { benchTable, systems, type BenchRun, type Ceiling, type StepTimes } from './report.ts'
import type { Timed } from './run.ts'

export const RESULTS = 'bench/results.json'

/** A backward pass takes about twice the operations of a forward pass. */
const PASSES: Readonly<Record<Task, number>> = { train: 3, sample: 1 }

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      models: { type: 'string', default: 'small' },
      backends: { type: 'string', default: 'wasm' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      patience: { type: 'string', default: '300' },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
    },
  })
  const { peers, rounds, seconds, patience } = values
  const more = ['--rounds', rounds, '--seconds', seconds, '--patience', patience]
  if (peers !== undefined) more.push('--peers', peers)
  const steps: StepTimes[] = []
  const devices = new Set<string>()
  for (const backend of values.backends.split(',') as BackendName[])
    for (const model of values.models.split(',') as ModelName[])
      for (const task of ['train', 'sample'] as const)
        steps.push(await timeStep(task, model, backend, more, devices))
  const run: BenchRun = { machine: describeMachine(), versions: describeVersions(devices), steps }
  if (values.save) save(run)
  console.log(
    values.json ? JSON.stringify(run) : `${run.machine}\n${run.versions}\n\n${benchTable(run)}`,
  )
}

async function timeStep(
  task: Task,
  model: ModelName,
  backend: BackendName,
  more: readonly string[],
  devices: Set<string>,
): Promise<StepTimes> {
  const ceiling = await measureCeiling(backend)
  const options = ['--backend', backend, '--model', model, ...more, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, [
    'scripts/run.mjs',
    'bench/run.ts',
    task,
    ...options,
  ])
  const { rows } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Timed
  const torch = rows.find(({ who }) => who === 'torch')?.device
  if (torch) devices.add(torch.split(',')[0])
  const { config, batch } = models[model]
  return {
    task,
    model,
    where: backend === 'wasm' ? `wasm, ${threads()}` : `${backend}, ${deviceName(ceiling.device)}`,
    flops: PASSES[task] * batch * unetSummary(config).flops,
    times: Object.fromEntries(
      rows
        .filter(({ who }) => Object.hasOwn(systems, who))
        .map(({ who, seconds, error }) => [who, seconds === undefined ? error : 1000 * seconds]),
    ),
    ceiling: { product: ceiling.product, copy: ceiling.copy },
  }
}

/** The name of a device without its driver. */
const deviceName = (device: string) => device.split(':')[0]

function threads(): string {
  const count = Number(process.env.LITEGRAPH_DIFFUSION_THREADS ?? 1)
  return count === 1 ? 'one thread' : `${count} threads`
}

async function measureCeiling(backend: BackendName): Promise<Ceiling & { device: string }> {
  const peer = startScript('bench/kernels/peer.ts', 'ours', backend)
  try {
    return await peer.told<Ready>()
  } finally {
    await peer.close()
  }
}

const describeMachine = () => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`

/** @param more names and versions of what is no package */
function describeVersions(more: ReadonlySet<string>): string {
  const { resolve } = createRequire(import.meta.url)
  const version = (name: string) => {
    const [folder] = resolve(name).split(`/${name}/`)
    return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as Versioned).version
  }
  const packages = ['@tensorflow/tfjs', '@jax-js/jax', 'onnxruntime-web']
  const versions = packages.map((name) => `${name} ${version(name)}`)
  return [`Node ${process.version}`, ...versions, ...more].join(', ')
}

const rowName = ({ task, model, where }: StepTimes) => `${task} ${model} ${where}`

interface Versioned {
  version: string
}

function save(run: BenchRun) {
  const known = JSON.parse(readFileSync(RESULTS, 'utf8')) as BenchRun[]
  const others = known.filter(({ machine }) => machine !== run.machine)
  const before = known.find(({ machine }) => machine === run.machine)?.steps ?? []
  const isNew = (step: StepTimes) => !run.steps.some((each) => rowName(each) === rowName(step))
  const all = { ...run, steps: [...before.filter(isNew), ...run.steps] }
  writeFileSync(RESULTS, `${JSON.stringify([all, ...others], undefined, 2)}\n`)
}
