// Runtime of scripts: functions that call nodes by type, with values by name. The results have the
// same bits as a run of the graph on the same backend.
import { basename } from 'node:path'
import { startBackend } from '../../engine/backends/backends.ts'
import { safeFileName, type SafeFileName } from '../../engine/base/fileName.ts'
import type { NodeStep } from '../../engine/plan/steps.ts'
import { Memory, runTidied } from '../../engine/base/memory.ts'
import { mapValues } from '../../engine/base/records.ts'
import { hostNumber } from '../../engine/base/values.ts'
import { Observers } from '../../engine/plan/observers.ts'
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import { isModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import { registerModels } from '../../engine/models/kinds/defined/register.ts'
import type { EndOp, Inputs, Op, Outputs, Params, RunContext, RunOp } from '../../engine/plan/op.ts'
import { opTable } from '../../engine/plan/op.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { numberedName } from '../../engine/plan/runNode.ts'
import { atNode, runAtNode } from '../../engine/plan/nodeErrors.ts'
import { randomFor, readInputs, readKnown, runOp, unknownValues } from '../../engine/plan/runOp.ts'
import { memoryStore } from '../../engine/plan/store.ts'
import type { View } from '../../engine/base/view.ts'
import type { BackendName } from '../../engine/protocol.ts'
import { createAssets } from '../../storage/assets.ts'
import { chartToCsv, loadPainter, openFolder, viewFileName } from '../node/outputFiles.ts'
import { readBytes } from '../../storage/folder.ts'
import { createStoredFiles } from '../../storage/storedFiles.ts'
import { provideWebGPU } from '../node/nodeWebgpu.ts'
import { shippedInNode } from '../../storage/shippedInNode.ts'
import { nodes } from '../../nodes/table.ts'
import { scriptMessages } from '../../messages/script.ts'
import type { Loop } from './loop.ts'
import { ScriptLoop } from './loop.ts'
import { ScopeStack } from './scopes.ts'
import {
  checkInputs,
  completeParams,
  splitLoopParams,
  findOp,
  createStrictOutputs,
  wrongCallError,
} from './calls.ts'
import { formatView } from './formatView.ts'

export type { Loop } from './loop.ts'

export interface ScriptOptions {
  /** Default: wasm. The last bits of results can differ between backends. */
  backend?: BackendName | 'auto'
  /**
   * Threads of wasm, 1 to 8. Default: the environment variable LITEGRAPH_DIFFUSION_THREADS, or the
   * number of cores, one less if there are more than 4. They do not change the results.
   */
  threads?: number
  /**
   * Folder for pictures, tables and files of nodes, created if needed. If unset, none are written.
   */
  out?: string | undefined
  /** Paths of checkpoints and data sets that nodes refer to by SHA-256. */
  files?: readonly string[]
  /** Additional nodes, and kinds of models from `defineModel`. */
  nodes?: readonly (Op | ModelDefinition)[]
  log?: (line: string) => void
}

/** Values are released at the end of their iteration, or, outside loops, by `finish`. */
export interface Script {
  /**
   * Runs a node and returns its outputs by name. `memory` names the state of a multistep solver, if
   * a loop contains several of one type.
   */
  run(type: string, inputs?: Inputs, params?: Params, memory?: string): Outputs
  /** Runs a node that needs external data: a data set or a checkpoint. */
  load(type: string, inputs?: Inputs, params?: Params): Promise<Outputs>
  /** Starts a loop, by the type of its Start, with the params of both ends. */
  loop(type: string, inputs?: Inputs, params?: Params): Loop
  /**
   * Observes values. `finish` returns the last view of each title. Charts collect the values of all
   * calls, by default at the iteration of the loop around the call; `after` places them after the
   * iterations of a loop that has ended.
   */
  show(
    title: string,
    type: string,
    inputs?: Inputs,
    params?: Params,
    options?: { after?: Loop },
  ): void
  /**
   * Measures a metric, observes it, and returns its numbers. Inside a training step, use `compare`.
   */
  measure(title: string, type: string, inputs?: Inputs, params?: Params): Promise<Outputs>
  /** Computes the losses of a metric, which are differentiable. */
  compare(type: string, inputs?: Inputs, params?: Params): Outputs
  /** Runs a node that creates files. */
  save(type: string, inputs?: Inputs, params?: Params): Promise<void>
  /** Prints and paints the views, and releases all values. Returns the views by title. */
  finish(): Promise<Map<string, View>>
}

/**
 * Starts a backend and returns the functions of a script.
 * @throws Error if no backend is available
 */
export async function start(options: ScriptOptions = {}): Promise<Script> {
  const { backend = 'wasm', threads, log = printLine } = options
  if (backend === 'webgpu' || backend === 'auto') await provideWebGPU()
  const report = await startBackend({ prefer: backend, threads })
  if (backend !== 'auto' && report.name !== backend) log(report.reason)
  const [checkpoints, datasets] = [
    createStoredFiles(memoryStore()),
    createStoredFiles(memoryStore()),
  ]
  for (const path of options.files ?? []) {
    const bytes = await readBytes(path)
    for (const kept of [checkpoints, datasets]) await kept.put(basename(path), bytes)
  }
  return new ScriptRuntime(log, createAssets(checkpoints, datasets, shippedInNode()), options)
}

const printLine = (line: string) => void process.stdout.write(`${line}\n`)

class ScriptRuntime implements Script {
  private readonly ops
  private readonly places = new ScopeStack(new Memory())
  private readonly views = new Map<string, View>()
  private readonly innerTraining: { loss: number | undefined } = { loss: undefined }
  private readonly observers: Observers
  private failure: NodeError | undefined
  private folder: ReturnType<typeof openFolder> | undefined

  constructor(
    private readonly log: (line: string) => void,
    private readonly assets: ReturnType<typeof createAssets>,
    private readonly options: ScriptOptions,
  ) {
    const own = options.nodes ?? []
    const isOp = (each: Op | ModelDefinition): each is Op => !isModelDefinition(each)
    registerModels(own.filter(isModelDefinition))
    this.ops = opTable([...nodes, ...own.filter(isOp)])
    this.observers = new Observers({
      ops: this.ops,
      memory: this.places.memory,
      now: () => performance.now(),
      onView: (title, view) => this.views.set(title, view),
      onError: (error) => (this.failure ??= error),
    })
  }

  run = (type: string, inputs: Inputs = {}, params: Params = {}, memory = type): Outputs => {
    const op = findOp(this.ops, type, 'node') as RunOp
    if (!op.prepare && !op.reads) return this.computeOutputs(op, inputs, params, {}, memory)
    if (op.readsKnown) return this.runKnown(op, inputs, params)
    throw new NodeError({
      node: type,
      message: scriptMessages.asynchronous({ title: op.title }),
      cure: scriptMessages.writeLoad(),
    })
  }

  /** Runs a node whose tensors are known on the CPU, as in a training step. */
  private runKnown(op: RunOp, inputs: Inputs, params: Params): Outputs {
    const read = readKnown(op, checkInputs(op, inputs), completeParams(op, params))
    if (!read) throw atNode(unknownValues(), op.type)
    return this.computeOutputs(op, inputs, params, { read }, op.type)
  }

  load = async (type: string, inputs: Inputs = {}, params: Params = {}): Promise<Outputs> => {
    const op = findOp(this.ops, type, 'node') as RunOp
    const full = completeParams(op, params)
    const prepared = await op.prepare?.(full as never, this.assets)
    const read = op.reads && (await readInputs(op, checkInputs(op, inputs), full))
    const data = { prepared: prepared?.data, ...(read && { read }) }
    return this.computeOutputs(op, inputs, params, data, type)
  }

  loop = (type: string, inputs: Inputs = {}, params: Params = {}): Loop => {
    const start = findOp(this.ops, type, 'start')
    const end = this.ops.get(start.loop.other) as EndOp
    return new ScriptLoop(
      start,
      end,
      checkInputs(start, inputs),
      splitLoopParams(start, end, params),
      {
        places: this.places,
        log: this.log,
        inner: this.innerTraining,
      },
    )
  }

  show: Script['show'] = (title, type, inputs = {}, params = {}, { after } = {}) => {
    const op = findOp(this.ops, type, 'observer')
    if (this.places.isHidden) return
    const step: NodeStep = {
      kind: 'observe',
      id: title,
      op: type,
      params: completeParams(op, params),
      inputs: {},
      outputs: [],
      free: [],
    }
    const { at, indices } = this.places
    const round = after && { round: after.position() }
    this.observers.observe(step, checkInputs(op, inputs), { ...at, path: indices, ...round }, type)
  }

  measure = async (title: string, type: string, inputs: Inputs = {}, params: Params = {}) => {
    const op = findOp(this.ops, type, 'observer')
    const { measure } = op
    if (!measure) throw wrongCallError(op, 'show')
    const checked = checkInputs(op, inputs) as never
    const full = completeParams(op, params) as never
    const { numbers, view } = await runAtNode(op.type, () => measure(checked, full))
    if (!this.places.isHidden) this.views.set(title, view)
    const losses = this.compare(type, inputs, params)
    const values = this.places.own(mapValues(numbers, hostNumber))
    return createStrictOutputs(op, (slot) => values[slot] ?? losses[slot])
  }

  compare = (type: string, inputs: Inputs = {}, params: Params = {}) => {
    const op = findOp(this.ops, type, 'observer')
    const checked = checkInputs(op, inputs) as never
    const full = completeParams(op, params) as never
    return createStrictOutputs(op, (slot) => {
      const compute = op.onDevice?.[slot]
      if (!compute) return undefined
      const tensor = runAtNode(op.type, () => runTidied(() => compute(checked, full)))
      return this.places.own({ type: 'loss', tensor })
    })
  }

  save = async (type: string, inputs: Inputs = {}, params: Params = {}) => {
    const op = findOp(this.ops, type, 'output')
    for (const { name, bytes } of await op.files(
      checkInputs(op, inputs) as never,
      completeParams(op, params) as never,
    )) {
      const { fileNumber } = this.places
      const numbered = fileNumber === undefined ? name : numberedName(name, fileNumber)
      await this.write(safeFileName(numbered), bytes)
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

  private computeOutputs(
    op: RunOp,
    inputs: Inputs,
    params: Params,
    { prepared, read }: Partial<Pick<RunContext, 'prepared' | 'read'>>,
    memory: string,
  ): Outputs {
    const full = completeParams(op, params)
    const context = {
      random: randomFor(op, full, this.places.path),
      prepared,
      ...(read && { read }),
    }
    const checked = checkInputs(op, inputs)
    const { solvers, memory: owners } = this.places
    try {
      const outputs = this.places.own(
        runOp(op, checked, full, context, { solvers, name: memory, memory: owners }),
      )
      return createStrictOutputs(op, (slot) => outputs[slot])
    } catch (error) {
      throw atNode(error, op.type)
    }
  }

  private async writeViews() {
    const paint = this.options.out === undefined ? undefined : await loadPainter()
    for (const [title, view] of this.views) {
      for (const line of formatView(title, view)) this.log(line)
      if (this.options.out === undefined) continue
      if (view.kind === 'chart') await this.write(viewFileName(title, '.csv'), chartToCsv(view))
      if (paint) await this.write(viewFileName(title, '.png'), await paint(view))
    }
  }

  private async write(name: SafeFileName, bytes: Uint8Array | string) {
    const { out } = this.options
    if (out === undefined) return this.log(scriptMessages.noFolder({ name }))
    this.folder ??= openFolder(out)
    await (await this.folder).write(name, bytes)
  }
}
