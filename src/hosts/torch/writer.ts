// Base of the writer of programs for PyTorch: the names, values and files of one program.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { SafeFileName } from '../../engine/base/fileName.ts'
import { outerId, splitValue, valueId, type ValueId } from '../../engine/base/ids.ts'
import { wire, type GraphNode } from '../../engine/plan/graph.ts'
import type { Op, Ops } from '../../engine/plan/op.ts'
import { stepInputs, type NodeStep, type Step } from '../../engine/plan/steps.ts'
import { torchMessages } from '../../messages/torch.ts'
import { PlanWriter } from '../program/planWriter.ts'
import type { KnownValues } from './evaluate.ts'
import type { Beside, ExportFiles } from './files.ts'
import { libraryNames } from './library.ts'
import { PythonNames, titleName } from './names.ts'
import { Networks } from './networks.ts'
import type { Ref } from './refs.ts'

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

export abstract class TorchWriter extends PlanWriter<Place> {
  readonly names = new PythonNames()
  readonly networks: Networks
  /** Values at the time of the export, which are set before steps are written. */
  known: KnownValues = new Map()
  /** Checkpoints that nodes load, by their SHA-256. */
  readonly checkpoints = new Map<string, SafeFileName>()
  /** Formulas by the names of their functions. */
  readonly formulas = new Map<string, string>()
  /** Files that the user has to provide. */
  readonly needs = new Set<string>()
  /** Number of steps that read a value. */
  readonly readers = new Map<ValueId, number>()
  private readonly values = new Map<ValueId, Ref>()
  private readonly shown = new PythonNames()
  private readonly stems = new Map<string, string>()

  constructor(
    nodes: readonly GraphNode[],
    ops: Ops,
    steps: readonly Step[],
    readonly files: ExportFiles,
  ) {
    super(nodes, ops, / ?\b(start|begins|end|ends)\b(?=,|$)/i)
    this.names.reserve(libraryNames)
    this.networks = new Networks(this.names, files)
    for (const value of steps.flatMap(stepInputs))
      this.readers.set(value, (this.readers.get(value) ?? 0) + 1)
  }

  get(value: ValueId): Ref {
    const found = this.values.get(value)
    if (found) return found
    const { node, slot } = splitValue(value)
    throw this.error(node, torchMessages.notWritten({ slot }))
  }

  /** The references of the inputs of a step that have Python. */
  inputs({ inputs }: NodeStep): Ref[] {
    return Object.values(inputs).flatMap((value) => this.values.get(value) ?? [])
  }

  set(node: string, slot: string, ref: Ref) {
    this.values.set(valueId(wire(node, slot)), ref)
  }

  error(node: string, reason: MessageText): NodeError {
    const id = outerId(node)
    const own = this.nodes.get(id)
    return new NodeError({
      node: id,
      message: torchMessages.refused({ title: own ? this.ownTitle(own) : id, reason }),
      cure: torchMessages.refusedCure(),
    })
  }

  /** Throws for params that are wired, except those that the entry of the node reads. */
  refuseWiredParams(
    node: string,
    { params }: Op,
    inputs: Record<string, ValueId>,
    allowed: readonly string[] = [],
  ) {
    // Values that are known before a run are folded into params.
    const name = Object.keys(inputs).find(
      (input) => Object.hasOwn(params, input) && !allowed.includes(input),
    )
    if (name !== undefined) throw this.error(node, torchMessages.wiredParam({ name }))
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
  outputName(step: NodeStep, ending: string, beside: Beside): SafeFileName {
    const stem = this.stems.get(step.id) ?? this.shown.take(titleName(this.title(step)))
    this.stems.set(step.id, stem)
    const name = `${stem}${ending.includes('.') ? '-' : '.'}${ending}`
    return this.files.result(name.replaceAll('_', '-'), beside)
  }
}
