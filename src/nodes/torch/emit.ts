// Writes the steps of a plan as statements of Python: one line per node, and a loop for each zone.
import { type MessageText, englishText } from '../../engine/base/catalogue.ts'
import { NodeError } from '../../engine/base/fault.ts'
import {
  closedId,
  outerId,
  splitMany,
  splitValue,
  valueId,
  type ValueId,
} from '../../engine/base/ids.ts'
import type { SafeFileName } from '../../engine/base/fileName.ts'
import type { Value } from '../../engine/base/values.ts'
import { wire, type GraphNode, type Wire } from '../../engine/plan/graph.ts'
import type { Op, Ops } from '../../engine/plan/op.ts'
import { stepInputs, type LoopStep, type NodeStep, type Step } from '../../engine/plan/steps.ts'
import { refusalReason } from './refusal.ts'
import { torchMessages } from '../messages/torch.ts'
import { Networks } from './networks.ts'
import type { KnownValues } from './evaluate.ts'
import { ExportFiles, type Beside } from './files.ts'
import { libraryNames } from './library.ts'
import { writeLoop } from './loops.ts'
import { PythonNames, titleName } from './names.ts'
import { breakLine, pyNumber } from './python.ts'
import { torchTable } from './table.ts'
import type { Facts, NodeWriter, Ref } from './types.ts'

/** Suffixes of the titles of both ends of a loop. */
const ENDS = / ?\b(start|begins|end|ends)\b(?=,|$)/i

/** Block of the program into which statements are written. */
export interface Place {
  lines: string[]
  /** Statements before the innermost loop. */
  before: string[]
  /** Statements after the innermost loop. */
  after: string[]
  /** Variable of the iteration of the innermost loop. */
  index?: string | undefined
  /** Number of steps of the sampling loop around, if it is known. */
  count?: number | undefined
  /** Variables of the iterations of the loops around. */
  path: readonly string[]
  /** Inside a training, where batches may be shared by processes. */
  trains?: true
}

export class Emitter {
  readonly names = new PythonNames()
  readonly networks: Networks
  /** Checkpoints that nodes load, by their SHA-256. */
  readonly checkpoints = new Map<string, SafeFileName>()
  /** Formulas by the names of their functions. */
  readonly formulas = new Map<string, string>()
  /** Files that the user has to provide. */
  readonly needs = new Set<string>()
  /** Titles of views that are left out. */
  readonly views: string[] = []
  private readonly values = new Map<ValueId, Ref>()
  private readonly shown = new PythonNames()
  private readonly stems = new Map<string, string>()
  readonly readers = new Map<ValueId, number>()

  constructor(
    readonly nodes: ReadonlyMap<string, GraphNode>,
    readonly ops: Ops,
    readonly known: KnownValues,
    steps: readonly Step[],
    readonly files = new ExportFiles([]),
  ) {
    this.names.reserve(libraryNames)
    this.networks = new Networks(this)
    for (const value of steps.flatMap(stepInputs))
      this.readers.set(value, (this.readers.get(value) ?? 0) + 1)
  }

  op(type: string): Op {
    const op = this.ops.get(type)
    if (!op) throw new Error(`No node type ${type}`)
    return op
  }

  title({ id, op }: { id: string; op: string }): string {
    const own = this.nodes.get(id)?.title ?? this.op(op).title
    const closed = this.nodes.get(closedId(id) ?? '')
    return closed ? `${closed.title ?? this.op(closed.op).title} ${own}` : own
  }

  /** The title of a loop without the words for its ends; that of its closed node. */
  loopTitle(step: LoopStep): string {
    const closed = this.nodes.get(closedId(step.id) ?? '')
    if (closed) return closed.title ?? this.op(closed.op).title
    const of = (id: string, op: string) =>
      (this.nodes.get(id)?.title ?? this.op(op).title).replace(ENDS, '')
    return of(step.end, step.endOp)
  }

  get(value: ValueId): Ref {
    const found = this.values.get(value)
    if (found) return found
    const { node, slot } = splitValue(value)
    throw this.error(node, torchMessages.notWritten({ slot }))
  }

  set(value: ValueId, ref: Ref) {
    this.values.set(value, ref)
  }

  /** True if a wire comes from the end of a loop, which may be inside of a closed node. */
  isFrom(source: Wire, end: string): boolean {
    return outerId(source.node) === outerId(end)
  }

  error(node: string, reason: MessageText): NodeError {
    const id = outerId(node)
    const title = this.nodes.get(id)?.title ?? this.ops.get(this.nodes.get(id)?.op ?? '')?.title
    return new NodeError({
      node: id,
      message: torchMessages.refused({ title: title ?? id, reason }),
      cure: torchMessages.refusedCure(),
    })
  }

  /** The name of the file of a checkpoint, which several nodes may load. */
  checkpointFile(sha256: string): SafeFileName {
    const found = this.checkpoints.get(sha256)
    if (found !== undefined) return found
    const name = this.files.reserve(`checkpoint-${sha256.slice(0, 8)}.zip`)
    this.checkpoints.set(sha256, name)
    return name
  }

  /** The name of a file of a node; further files of it have further endings. */
  outputName(step: { id: string; op: string }, ending: string, beside: Beside): SafeFileName {
    const stem = this.stems.get(step.id) ?? this.shown.take(titleName(this.title(step)))
    this.stems.set(step.id, stem)
    const name = `${stem}${ending.includes('.') ? '-' : '.'}${ending}`
    return this.files.result(name.replaceAll('_', '-'), beside)
  }

  writeSteps(steps: readonly Step[], place: Place) {
    for (const step of steps) {
      if (step.kind === 'loop') writeLoop(this, step, place)
      else this.writeNode(step, place)
    }
  }

  writeNode(step: NodeStep, place: Place) {
    const entry = torchTable.get(step.op)
    if (!entry || 'none' in entry) throw this.error(step.id, refusalReason(entry?.none))
    if ('view' in entry) {
      this.views.push(this.title(step))
      return
    }
    if ('loop' in entry || !entry.write) return
    this.refuseWiredParams(step.id, this.op(step.op), step.inputs, entry.wires)
    entry.write(this.nodeWriter(step, place))
  }

  /** Throws for params that are wired, except those that the entry of the node reads. */
  refuseWiredParams(
    node: string,
    { params }: Op,
    inputs: Record<string, ValueId>,
    allowed: readonly string[] = [],
  ) {
    // Values that are known before a run are folded into params.
    const wired = Object.keys(inputs).find(
      (name) => Object.hasOwn(params, name) && !allowed.includes(name),
    )
    if (wired !== undefined) throw this.error(node, torchMessages.wiredParam({ name: wired }))
  }

  private nodeWriter(step: NodeStep, place: Place): NodeWriter {
    const reject = (reason: MessageText): never => {
      throw this.error(step.id, reason)
    }
    const input = (slot: string): Ref => {
      const value = step.inputs[slot]
      if (value === undefined) return reject(torchMessages.notWritten({ slot }))
      const ref = this.values.get(value)
      const known = this.known.get(value)
      if (ref) return known && !ref.known ? { ...ref, known } : ref
      if (known) return { code: slot, known }
      return this.get(value)
    }
    const writer: NodeWriter = {
      step,
      title: titleName(this.title(step)),
      label: this.title(step),
      params: step.params,
      has: (slot) => step.inputs[slot] !== undefined,
      many: (slot) =>
        Object.keys(step.inputs)
          .filter((name) => splitMany(name)[0] === slot)
          .map(input),
      input,
      known: <T extends Value>(slot: string): T => {
        const value = this.known.get(step.inputs[slot] ?? '')
        return (value ?? reject(torchMessages.notKnown({ slot }))) as T
      },
      wanted: (slot) => step.outputs.includes(slot),
      draw: (seed = 'seed') => [pyNumber(step.params[seed] as number), ...place.path].join(', '),
      line: (text) => void place.lines.push(breakLine(text)),
      before: (text) => void place.before.push(breakLine(text)),
      after: (text) => void place.after.push(breakLine(text)),
      place: () => ({ count: place.count, index: place.index, trains: place.trains }),
      define: (name, code) => void this.formulas.set(name, code),
      named: (slot) => this.get(valueId(wire(step.id, slot))),
      checkpoint: (sha256) => this.checkpointFile(sha256),
      needs: (text) => void this.needs.add(englishText(text)),
      assign: (
        code,
        facts = {},
        slot = step.outputs[0] ?? Object.keys(this.op(step.op).outputs)[0],
      ) => {
        const ref = { ...sharedFacts(step, this.values), ...facts, code: this.nameOf(step, slot) }
        place.lines.push(breakLine(`${ref.code} = ${code}`))
        this.set(valueId(wire(step.id, slot)), ref)
        return ref
      },
      name: (ref, slot = step.outputs[0]) =>
        this.set(valueId(wire(step.id, slot)), { ...sharedFacts(step, this.values), ...ref }),
      variable: (name) => this.names.take(name),
      value: <T extends Value>(slot: string): T =>
        (this.known.get(valueId(wire(step.id, slot))) ??
          reject(torchMessages.notKnown({ slot }))) as T,
      levels: (slot, schedule = 'schedule', like = 'x_t') => {
        const t = input(slot)
        const own = step.inputs[schedule] === undefined ? undefined : input(schedule)
        if (!own || t.schedule === own.code) return t.code
        return t.single
          ? `level(${own.code}, ${t.time ?? `${t.code}.t`})`
          : `level(${own.code}, ${t.code}.t.cpu(), ${input(like).code})`
      },
      dataFile: (bytes) => this.files.addNumbered('data.safetensors', bytes),
      output: (ending, beside) => this.outputName(step, ending, beside),
      result: (name, beside) => this.files.result(name, beside),
      models: {
        network: (_, value, slot, weights) =>
          this.networks.write(step, value, slot, place, weights),
      },
      reject,
    }
    return writer
  }

  /** The variable of an output: the title of its node, with the slot if several are read. */
  nameOf(step: NodeStep, slot: string): string {
    const title = titleName(this.title(step))
    return this.names.take(step.outputs.length > 1 ? `${title}_${slot}` : title)
  }
}

/** Batches that processes share stay shared, and samples keep their space. */
function sharedFacts(step: NodeStep, values: ReadonlyMap<ValueId, Ref>): Facts {
  const inputs = Object.values(step.inputs).flatMap((value) => values.get(value) ?? [])
  const shared = inputs.find((ref) => ref.shared !== undefined)?.shared
  const space = inputs.find((ref) => ref.space !== undefined)?.space
  return { ...(shared !== undefined && { shared }), ...(space && { space }) }
}
