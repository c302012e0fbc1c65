// Writes the steps of a plan as lines of a script: one call per node, and a loop for each zone.
import {
  closedId,
  outerId,
  splitMany,
  splitValue,
  valueId,
  type ValueId,
} from '../../engine/base/ids.ts'
import { createFault, GraphError } from '../../engine/messages/fault.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import { wire, type Graph } from '../../engine/plan/graph.ts'
import type { ObserverOp, Op, Ops, Params, RunOp, StartOp } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import {
  stepInputs,
  type LoopStep,
  type NodeStep,
  type PeriodicFile,
  type Step,
} from '../../engine/plan/steps.ts'
import { toSnake } from '../program/identifiers.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { indentLines, PlanWriter } from '../program/planWriter.ts'
import { toOneLine } from '../program/programText.ts'
import { formatBraces, formatCall, formatLiteral, quote, type Argument } from './javascript.ts'
import { ScopeNames, type NodeOutputs } from './names.ts'
import { SharedFunctions } from './sharedFunctions.ts'
import { findSharedParts, type BlockItem } from './sharedParts.ts'

interface Block {
  names: ScopeNames
  /** Inside a training or gradient, where nothing waits. */
  trains: boolean
  lines: string[]
  /** The closed node of the last step. */
  closed?: string | undefined
}

export class ScriptWriter extends PlanWriter<Block> {
  /** The functions of `start` that the script uses. */
  readonly calls = new Set<string>()
  /** True if nodes refer to files of the user. */
  namesFiles = false
  readonly functions: SharedFunctions
  private readonly names = new ScopeNames()
  private readonly items: (steps: readonly Step[]) => readonly BlockItem[]
  private readonly shown = new ScopeNames()
  /** Names of the states of multistep solvers, by id, if there are several of one type. */
  private readonly memories: ReadonlyMap<string, string>
  /** Variables of the trainings after which charts collect values, by the id of the chart. */
  private readonly endings = new Map<string, string>()

  constructor(
    { nodes, subgraphs = [] }: Graph,
    ops: Ops,
    private readonly steps: readonly Step[],
  ) {
    super(nodes, ops, / ?\b(start|begins|end|ends)$/i)
    this.memories = nameMemories(steps.flatMap(listNodeSteps), ops)
    const { items, parts } = findSharedParts(steps, {
      subgraphs,
      isPlain: (step) =>
        step.kind === 'run' && this.op(step.op).role !== 'observer' && !this.memories.has(step.id),
      isUnit: ({ op }) => (this.op(op) as StartOp).behaviour.around !== undefined,
    })
    this.items = items
    // First of all names, so that no variable hides a function.
    this.functions = new SharedFunctions(parts, this.names, this)
  }

  /** The lines outside of functions. */
  write(): string[] {
    const block = { names: new ScopeNames(this.names), trains: false, lines: [] }
    this.writeSteps(this.steps, block)
    return block.lines
  }

  override writeSteps(steps: readonly Step[], block: Block) {
    const items = this.items(steps)
    block.names.declare(
      items.flatMap((item) =>
        item.kind !== 'group'
          ? this.outputs(item)
          : item.steps.map((step, i) => ({
              ...this.outputs(step),
              // The outputs that the block uses.
              slots: item.results.flatMap((result) => (result.step === i ? [result.slot] : [])),
            })),
      ),
    )
    for (const item of items) {
      if (item.kind === 'group') block.lines.push(this.functions.call(item, block.names))
      else {
        this.writeClosedTitle(item.id, block)
        this.writeStep(item, block)
      }
    }
  }

  /** Names outputs after their closed node, and inner values after both nodes. */
  outputs(step: Step): NodeOutputs {
    if (step.kind !== 'loop') return { id: step.id, title: this.title(step), slots: step.outputs }
    const own = { id: step.end, title: this.loopTitle(step), slots: step.outputs }
    return this.closedTitle(step.id) === undefined ? { ...own, withSlots: true } : own
  }

  /** Writes the title of a closed node as a comment before its inner nodes. */
  private writeClosedTitle(id: string, block: Block) {
    const closed = closedId(id)
    if (closed !== undefined && closed !== block.closed)
      block.lines.push('', `// ${toOneLine(this.closedTitle(id) ?? closed)}`)
    block.closed = closed
  }

  protected writeNode(step: NodeStep, { names, trains, lines }: Block) {
    lines.push(this.formatNode(step, names, trains))
  }

  formatNode(step: NodeStep, names: ScopeNames, trains: boolean): string {
    if (step.kind === 'files') return `await ${this.formatSave(step, names)}`
    const op = this.op(step.op)
    const given = this.callArguments(step, names)
    const title = () => quote(this.shown.take(this.ownTitle(step)))
    if (step.kind === 'observe') {
      const training = this.endings.get(step.id)
      const options = training === undefined ? [] : [[`after: ${training}`]]
      return this.call('show', [title(), ...given, ...options])
    }
    const outputs = names.pattern(step.id, step.outputs)
    const target = outputs ? `const ${outputs} = ` : ''
    if (op.role === 'observer')
      return trains && step.outputs.every((slot) => op.onDevice?.[slot])
        ? `${target}${this.call('compare', given)}`
        : `${target}await ${this.call('measure', [title(), ...given])}`
    if (this.waits(step, trains)) return `${target}await ${this.call('load', given)}`
    const memory = this.memories.get(step.id)
    return target + this.call('run', memory === undefined ? given : [...given, quote(memory)])
  }

  /** True for a call that waits. Nothing waits in a training step. */
  waits({ op }: NodeStep, trains: boolean): boolean {
    const { prepare, reads, readsKnown } = this.op(op) as RunOp
    return (prepare ?? reads) !== undefined && !(trains && readsKnown)
  }

  private formatSave = (step: NodeStep, names: ScopeNames): string =>
    this.call('save', this.callArguments(step, names))

  /** The type, inputs and params of a node. */
  private callArguments({ op: type, inputs, params }: NodeStep, names: ScopeNames): Argument[] {
    const op = this.op(type)
    const wired = names.pairs(withoutParams(op, inputs))
    return [quote(type), wired, this.formatParams(op, params, inputs, names)]
  }

  private call(name: string, given: readonly Argument[]): string {
    this.calls.add(name)
    return formatCall(name, given)
  }

  /** Formats params that have an effect. Omits defaults of advanced params and of End nodes. */
  private formatParams(
    { params: specs, role }: Op,
    params: Params,
    wired: Record<string, ValueId>,
    names: ScopeNames,
  ): string[] {
    return Object.entries(specs).flatMap(([name, spec]) => {
      if (Object.hasOwn(wired, name)) return names.pairs({ [name]: wired[name] })
      const value = fileNameOrValue(role, name, params[name])
      if (spec.kind === 'checkpoint' || spec.kind === 'dataset') this.namesFiles ||= value !== null
      const unchanged = JSON.stringify(value) === JSON.stringify(spec.default)
      if (
        !hasEffect(specs, name, (other) => params[other]) ||
        (spec.unless && Object.hasOwn(wired, spec.unless)) ||
        name === 'emit_every' ||
        (unchanged && (spec.advanced || role === 'end'))
      )
        return []
      return [`${name}: ${formatLiteral(value)}`]
    })
  }

  protected writeLoop(step: LoopStep, { names, trains, lines }: Block) {
    const { behaviour } = this.op(step.op) as StartOp
    const { files = [], snapshots = [], emission } = step
    const settles = behaviour.settle && (behaviour.waits?.(new Set(Object.keys(step.next))) ?? true)
    const waits = settles || step.next.again !== undefined || files.length > 0
    if (trains && waits) throw new GraphError([waitingLoopFault(step.id, this.ownTitle(step))])
    const title = this.titleWithoutEnd(step)
    const name = names.take(toSnake(title))
    for (const after of emission)
      if (this.collectsAfter(after, step)) this.endings.set(after.id, name)
    const isUnit = trains || behaviour.around !== undefined
    const inside = innerBlock(names, { id: step.id, title, slots: step.each }, isUnit)
    const each = inside.names.pattern(step.id, step.each) ?? '_'
    this.writeSteps(step.body, inside)
    for (const { every, file } of files)
      inside.lines.push(`${name}.after(${every}, () => ${this.formatSave(file, inside.names)})`)
    const next = formatBraces(inside.names.pairs(step.next))
    const body = indentLines(inside.lines, 2)
    const method = behaviour.trains ? `await ${name}.run` : `${name}.compute`
    lines.push(
      '',
      ...(emission.length > 0
        ? ['// The editor also shows the results below during the training.']
        : []),
      `const ${name} = ${this.formatLoopCall(step, names)}`,
      ...snapshots.flatMap((snapshot) => this.formatSnapshot(step, snapshot, name, names)),
      ...(behaviour.around
        ? [`${method}((${each}) => {`, ...body, `  return ${next}`, '})']
        : [
            `for ${waits ? 'await ' : ''}(const ${each} of ${name}) {`,
            ...body,
            `  ${name}.next(${next})`,
            '}',
          ]),
    )
    const done = names.pattern(step.end, step.outputs)
    if (done) lines.push(`const ${done} = ${name}.done()`)
    lines.push('')
  }

  /** True for a chart that collects values after a training, beside the histories, which have steps. */
  private collectsAfter(chart: Step, training: LoopStep): boolean {
    if (chart.kind !== 'observe' || !(this.op(chart.op) as ObserverOp).collects) return false
    const { outputs } = this.op(training.endOp)
    const histories = training.outputs
      .filter((slot) => outputs[splitMany(slot)[0]]?.type === 'history')
      .map((slot) => valueId(wire(training.end, slot)))
    return Object.values(chart.inputs).some((value) => !histories.includes(value))
  }

  /** A file of the done outputs that is also saved during the loop. */
  private formatSnapshot(
    { end, endOp }: LoopStep,
    { every, file, steps }: PeriodicFile & { steps: Step[] },
    name: string,
    names: ScopeNames,
  ): string[] {
    const read = [...steps, file].flatMap(stepInputs).map(splitValue)
    const slots = [...new Set(read.flatMap(({ node, slot }) => (node === end ? [slot] : [])))]
    const title = this.titleWithoutEnd({ id: end, op: endOp })
    const inside = innerBlock(names, { id: end, title, slots }, false)
    inside.lines.push(`const ${inside.names.pattern(end, slots)} = ${name}.done()`)
    this.writeSteps(steps, inside)
    this.writeNode(file, inside)
    return [`${name}.snapshot(${every}, async () => {`, ...indentLines(inside.lines, 2), '})']
  }

  private formatLoopCall({ op, endOp, params, inputs, next }: LoopStep, names: ScopeNames): string {
    const start = this.op(op)
    const given = [
      ...this.formatParams(start, params.start, inputs, names),
      ...this.formatParams(this.op(endOp), params.end, next, names),
    ]
    return this.call('loop', [quote(op), names.pairs(withoutParams(start, inputs)), given])
  }
}

/** A block with the values of an end of a loop. */
function innerBlock(around: ScopeNames, outputs: NodeOutputs, trains: boolean): Block {
  const names = new ScopeNames(around)
  names.declare([{ ...outputs, withSlots: true }])
  return { names, trains, lines: [], closed: closedId(outputs.id) }
}

/** The node steps of a step, including the bodies of loops. */
const listNodeSteps = (step: Step): NodeStep[] =>
  step.kind === 'loop' ? step.body.flatMap(listNodeSteps) : [step]

function nameMemories(steps: readonly NodeStep[], ops: Ops): Map<string, string> {
  const solvers = steps.filter(({ op }) => 'stateful' in (ops.get(op) ?? {}))
  return new Map(
    solvers.flatMap((step): [string, string][] => {
      const equal = solvers.filter(({ op }) => op === step.op)
      return equal.length > 1 ? [[step.id, `memory ${equal.indexOf(step) + 1}`]] : []
    }),
  )
}

const waitingLoopFault = (id: string, title: string) =>
  createFault({
    node: outerId(id),
    message: samplingMessages.waitingLoop({ title }),
    cure: samplingMessages.moveOut(),
  })

/** The name of a file as `save` writes it; other values as they are. */
const fileNameOrValue = (role: Op['role'], param: string, value: unknown): unknown =>
  role === 'output' && param === 'name' && typeof value === 'string' && value !== ''
    ? safeFileName(value)
    : value

/** Inputs without those that are params. */
const withoutParams = ({ params }: Op, inputs: Record<string, ValueId>): Record<string, ValueId> =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => !Object.hasOwn(params, name)))
