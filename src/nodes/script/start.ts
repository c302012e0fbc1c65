// What a script calls: nodes by their types, with values by name. It computes what a run of the graph it was written from
// computes, to the last bit on one backend.
import { basename } from 'node:path'
import { startBackend } from '../../engine/backends.ts'
import type { NodeStep } from '../../engine/plan/compile.ts'
import { Memory, tidied } from '../../engine/plan/memory.ts'
import { Observers } from '../../engine/plan/observers.ts'
import type { EndOp, Inputs, Op, Outputs, Params, RunContext, RunOp } from '../../engine/plan/op.ts'
import { opTable } from '../../engine/plan/op.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { atNode, randomFor } from '../../engine/plan/run.ts'
import { memoryStore } from '../../engine/plan/store.ts'
import type { View } from '../../engine/plan/view.ts'
import type { BackendName } from '../../engine/protocol.ts'
import { assetsOf } from '../assets.ts'
import { csvOfChart, loadPainter, openFolder, slug } from '../cli/files.ts'
import { readBytes } from '../folder.ts'
import { keptIn } from '../kept.ts'
import { provideWebGPU } from '../node-webgpu.ts'
import { shippedInNode } from '../shipped-node.ts'
import { nodes } from '../table.ts'
import type { Loop } from './loop.ts'
import { ScriptLoop } from './loop.ts'
import { Places } from './places.ts'
import { checkInputs, fullParams, loopParams, opOf, strictly } from './values.ts'
import { inWords } from './words.ts'

export type { Loop } from './loop.ts'

export interface ScriptOptions {
  /** wasm unless said; on another backend the last bits of the numbers may differ. */
  backend?: BackendName | 'auto'
  /** The folder for pictures, tables and files of nodes, made if it is not there. Unset: none are written. */
  out?: string | undefined
  /** Files of yours that nodes name: checkpoints and data sets, found by their SHA-256. */
  files?: readonly string[]
  /** Nodes of your own. */
  nodes?: readonly Op[]
  log?: (line: string) => void
}

/** Values live as long as the iteration they are made in, or, outside of loops, until `finish`. */
export interface Script {
  /** A node: its outputs by name. `memory` names the memory of a multistep solver, where a loop has several of one type. */
  run(type: string, inputs?: Inputs, params?: Params, memory?: string): Outputs
  /** A node that needs something from outside: a data set or a checkpoint. */
  load(type: string, inputs?: Inputs, params?: Params): Promise<Outputs>
  /** A loop, by the type of its Start, with the params of both ends. */
  loop(type: string, inputs?: Inputs, params?: Params): Loop
  /** An observer: the last view under each title is what `finish` gives; lines of charts collect every value. */
  show(title: string, type: string, inputs?: Inputs, params?: Params): void
  /** A node that makes files. */
  save(type: string, inputs?: Inputs, params?: Params): Promise<void>
  /** Says and paints what was shown, and lets go of all values. Returns the views by their titles. */
  finish(): Promise<Map<string, View>>
}

/**
 * Starts a backend, and gives what a script calls.
 * @throws Error if no backend computes here
 */
export async function start(options: ScriptOptions = {}): Promise<Script> {
  const { backend = 'wasm', log = toTerminal } = options
  if (backend === 'webgpu' || backend === 'auto') await provideWebGPU()
  const report = await startBackend({ prefer: backend })
  if (backend !== 'auto' && report.name !== backend) log(report.reason)
  const [checkpoints, datasets] = [keptIn(memoryStore()), keptIn(memoryStore())]
  for (const path of options.files ?? []) {
    const bytes = await readBytes(path)
    for (const kept of [checkpoints, datasets]) await kept.put(basename(path), bytes)
  }
  return new Calls(log, assetsOf(checkpoints, datasets, shippedInNode()), options)
}

const toTerminal = (line: string) => void process.stdout.write(`${line}\n`)

class Calls implements Script {
  private readonly ops
  private readonly places = new Places(new Memory())
  private readonly views = new Map<string, View>()
  private readonly observers: Observers
  private failure: NodeError | undefined
  private folder: ReturnType<typeof openFolder> | undefined

  constructor(
    private readonly log: (line: string) => void,
    private readonly assets: ReturnType<typeof assetsOf>,
    private readonly options: ScriptOptions,
  ) {
    this.ops = opTable([...nodes, ...(options.nodes ?? [])])
    this.observers = new Observers({
      ops: this.ops,
      memory: this.places.memory,
      now: () => performance.now(),
      onView: (title, view) => this.views.set(title, view),
      onError: (error) => (this.failure ??= error),
    })
  }

  run = (type: string, inputs: Inputs = {}, params: Params = {}, memory = type): Outputs => {
    const op = opOf(this.ops, type, 'node') as RunOp
    if (!op.prepare) return this.outputsOf(op, inputs, params, undefined, memory)
    throw new NodeError({ node: type, message: `${op.title} has to be waited for.`, cure: 'Write `await load(...)`.' })
  }

  load = async (type: string, inputs: Inputs = {}, params: Params = {}): Promise<Outputs> => {
    const op = opOf(this.ops, type, 'node') as RunOp
    const prepared = await op.prepare?.(fullParams(op, params) as never, this.assets)
    return this.outputsOf(op, inputs, params, prepared?.data, type)
  }

  loop = (type: string, inputs: Inputs = {}, params: Params = {}): Loop => {
    const start = opOf(this.ops, type, 'start')
    const end = this.ops.get(start.loop.other) as EndOp
    return new ScriptLoop(start, end, checkInputs(start, inputs), loopParams(start, end, params), {
      places: this.places,
      log: this.log,
    })
  }

  show = (title: string, type: string, inputs: Inputs = {}, params: Params = {}) => {
    const op = opOf(this.ops, type, 'observer')
    const step: NodeStep = {
      kind: 'observe',
      id: title,
      op: type,
      params: fullParams(op, params),
      inputs: {},
      outputs: [],
      free: [],
    }
    this.observers.observe(step, checkInputs(op, inputs), this.places.at, type)
  }

  save = async (type: string, inputs: Inputs = {}, params: Params = {}) => {
    const op = opOf(this.ops, type, 'output')
    for (const { name, bytes } of await op.files(checkInputs(op, inputs) as never, fullParams(op, params) as never)) {
      await this.write(name, bytes)
    }
  }

  finish = async () => {
    try {
      await this.observers.settle()
      if (this.failure) throw this.failure
      await this.writeViews()
      return this.views
    } finally {
      this.places.clear()
    }
  }

  private outputsOf(op: RunOp, inputs: Inputs, params: Params, prepared: unknown, memory: string): Outputs {
    const full = fullParams(op, params)
    const context = { random: randomFor(op, full, this.places.path), prepared }
    const given = checkInputs(op, inputs)
    try {
      const outputs = op.stateful
        ? this.remembering(op, given, full, context, memory)
        : this.places.own(tidied(() => op.run(given as never, full as never, context)))
      return strictly(op, (slot) => outputs[slot])
    } catch (error) {
      throw atNode(error, op.type)
    }
  }

  /** A multistep solver goes on from what it knew in the iteration before. */
  private remembering(op: RunOp, inputs: Inputs, params: Params, context: RunContext, memory: string): Outputs {
    const { solvers, memory: owners } = this.places
    const step = op.run as unknown as (...args: unknown[]) => { outputs: Outputs; state: unknown }
    const { outputs, state } = tidied(() => step(inputs, params, context, solvers?.before[memory]))
    this.places.own(outputs)
    owners.retain(state)
    if (!solvers) owners.release(state)
    else {
      if (memory in solvers.after) owners.release(solvers.after[memory])
      solvers.after[memory] = state
    }
    return outputs
  }

  private async writeViews() {
    const paint = this.options.out === undefined ? undefined : await loadPainter()
    for (const [title, view] of this.views) {
      for (const line of inWords(title, view)) this.log(line)
      if (this.options.out === undefined) continue
      if (view.kind === 'chart') await this.write(`${slug(title)}.csv`, csvOfChart(view))
      if (paint) await this.write(`${slug(title)}.png`, await paint(view))
    }
  }

  private async write(name: string, bytes: Uint8Array | string) {
    const { out } = this.options
    if (out === undefined) return this.log(`${name} is not written: no folder is given for it.`)
    this.folder ??= openFolder(out)
    await (await this.folder).write(name, bytes)
  }
}
