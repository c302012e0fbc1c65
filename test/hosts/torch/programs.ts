// Programs for PyTorch beside runs of their graphs: losses, samples and checkpoints of both.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openZip, type Zip } from '../../../src/engine/archive/zip.ts'
import type { Samples } from '../../../src/engine/base/values.ts'
import type { Value } from '../../../src/engine/plan/slotValues.ts'
import { wire, type Graph, type Wire } from '../../../src/engine/plan/graph.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import { createAssets } from '../../../src/storage/assets.ts'
import { shippedInNode } from '../../../src/storage/shippedInNode.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { exportTorch, toScript } from '../../../src/hosts/torch/export.ts'
import { toGraph } from '../../../src/workflow/index.ts'
import { datasets, declarations, readWorkflow } from '../../readyWorkflows.ts'

const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'
const find =
  'import importlib.util as u, sys; sys.exit(not all(u.find_spec(n) for n in ("torch", "numpy", "safetensors")))'

/** True if Python has the packages of the programs. */
export const hasTorch = spawnSync(PYTHON, ['-c', find]).status === 0

const ops = opTable(nodes)
const checkpoints = createStoredFiles(memoryStore())
const assets = createAssets(checkpoints, datasets, shippedInNode())

/** Processes meet by a file: Debian's PyTorch has no libuv, which the default needs. */
const rendezvous = ['--rdzv_backend=c10d', '--rdzv_conf=store_type=file']

/** One thread: several would change the bits of sums on some machines. */
const env = {
  ...process.env,
  OMP_NUM_THREADS: '1',
  USE_LIBUV: '0',
  TORCH_DISABLE_SHARE_RDZV_TCP_STORE: '1',
}

/** The graph of a workflow with a short training, without observers during it. */
export function shortGraph(workflow: string, steps: number): Graph {
  const graph = toGraph(readWorkflow(workflow), declarations)
  return {
    nodes: graph.nodes.map((node) => {
      if (node.op === 'diffusion/TrainingStart')
        return { ...node, params: { ...node.params, steps } }
      if (node.op === 'diffusion/TrainingEnd')
        return { ...node, params: { ...node.params, emit_every: 0 } }
      return node
    }),
  }
}

export const nodeOf = (graph: Graph, op: string, title?: string) => {
  const found = graph.nodes.find(
    (node) => node.op === op && (title === undefined || node.title === title),
  )
  if (!found) throw new Error(`There is no ${op} ${title ?? ''}.`)
  return found.id
}

/** Computes a value of a graph and reads it. */
export async function computeValue<T>(
  graph: Graph,
  output: Wire,
  read: (value: Value) => T,
): Promise<T> {
  const session = createSession({ ops, assets, onEvent: () => {} })
  try {
    return await session.compute(graph, output, read)
  } finally {
    await session.dispose()
  }
}

/** The losses of a training of a graph. */
export const graphLosses = async (graph: Graph, end: string): Promise<number[]> =>
  checkpointLosses(openZip(await graphCheckpoint(graph, end), 100))

/** The samples of a graph, images in PyTorch's order of axes. */
export function graphSamples({ nodes: all }: Graph, output: Wire): Promise<Float32Array> {
  // Values of loops are read through a node that changes nothing.
  const probe = {
    id: 'probe',
    op: 'diffusion/Mix',
    params: { w: 0 },
    inputs: { a: output, b: output },
  }
  return computeValue({ nodes: [...all, probe] }, wire('probe', 'mix'), (value) => {
    const { tensor } = value as Samples
    const ordered = tensor.rank === 4 ? tensor.transpose([0, 3, 1, 2]) : tensor
    return ordered.dataSync() as Float32Array
  })
}

/** The checkpoint that the editor saves of a training. */
export async function graphCheckpoint(graph: Graph, end: string): Promise<Uint8Array> {
  const files: Uint8Array[] = []
  const session = createSession({
    ops,
    assets,
    onEvent: (event) => {
      if (event.type === 'file') files.push(event.file.bytes)
      if (event.type === 'faults') throw new Error(JSON.stringify(event))
    },
  })
  const save = {
    id: 'save',
    op: 'diffusion/SaveCheckpoint',
    params: { name: 'editor' },
    inputs: { model: wire(end, 'ema'), training: wire(end, 'training') },
  }
  await session.run({
    type: 'run',
    run: 1,
    graph: { nodes: [...graph.nodes, save] },
    targets: ['save'],
  })
  await session.dispose()
  if (!files[0]) throw new Error('No checkpoint was saved.')
  return files[0]
}

/** The graph with its training continued from a checkpoint. */
export async function continued(graph: Graph, start: string, bytes: Uint8Array): Promise<Graph> {
  const file = await checkpoints.put('program.zip', bytes)
  return {
    nodes: [
      ...graph.nodes.map((node) =>
        node.id === start
          ? { ...node, inputs: { ...node.inputs, training: wire('left', 'training') } }
          : node,
      ),
      {
        id: 'left',
        op: 'diffusion/LoadCheckpoint',
        params: { checkpoint: file },
        inputs: {},
      },
    ],
  }
}

/** Writes the program of a graph into a folder. */
export async function writeProgram(graph: Graph, folder: string) {
  const program = await exportTorch(graph, ops, assets, { name: 'train.py' })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'train.py'), toScript(program))
  for (const { name, bytes } of program.files) writeFileSync(join(folder, name), bytes)
}

/** Runs the program; rejects with what it printed if it fails. */
export const runProgram = (folder: string, args: readonly string[], processes = 1): Promise<void> =>
  new Promise((resolve, reject) => {
    const launch =
      processes > 1
        ? [
            '-m',
            'torch.distributed.run',
            ...rendezvous,
            `--nproc_per_node=${processes}`,
            'train.py',
          ]
        : ['train.py']
    execFile(PYTHON, [...launch, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      error ? reject(new Error(stdout + stderr)) : resolve(),
    )
  })

/** Starts the program, and ends it by SIGKILL as soon as a file of it exists. */
export async function killProgram(folder: string, args: readonly string[], file: string) {
  const child = spawn(PYTHON, ['train.py', ...args], { cwd: folder, env, stdio: 'ignore' })
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  )
  while (child.exitCode === null && !existsSync(join(folder, file))) await sleep(5)
  child.kill('SIGKILL')
  return ended
}

const columns = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))

/** The samples that a program has written: a table of points, or the numbers of images. */
export function programSamples(path: string): number[] {
  if (path.endsWith('.csv')) return columns(path).flat()
  const bytes = readFileSync(path)
  const header = 10 + bytes.readUInt16LE(8)
  return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset + header))]
}

/** The only checkpoint in a folder of results. */
export const programZip = (folder: string, name: string): Zip =>
  openZip(readFileSync(join(folder, name)), 100)

/** The losses in a checkpoint. */
export function checkpointLosses(zip: Zip): number[] {
  const bytes = zip.read('training/state.safetensors', 2 ** 28)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { data_offsets: [number, number] }
  >
  const [from, to] = header.losses.data_offsets
  const start = bytes.byteOffset + 8 + length
  return [...new Float32Array(bytes.buffer.slice(start + from, start + to))]
}

/** The largest relative difference of two lists of equal length. */
export function relativeDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]) / Math.abs(b[i])))
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)
}
