// Generates readable scripts from graphs: one call per node in the order of the plan, and a loop for
// each zone.
import {
  closedId,
  outerId,
  splitMany,
  splitValue,
  valueId,
  type ValueId,
} from '../../engine/base/ids.ts'
import {
  stepInputs,
  type LoopStep,
  type NodeStep,
  type PeriodicFile,
  type Step,
} from '../../engine/plan/steps.ts'
import { compile } from '../../engine/plan/compile.ts'
import { GraphError, createFault } from '../../engine/base/fault.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import type { Graph, GraphNode } from '../../engine/plan/graph.ts'
import type { ObserverOp, Op, Ops, Params, RunOp, StartOp } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import { toSnake } from '../identifiers.ts'
import { escapeUnseen, hasUnseen, toOneLine, wrapText } from '../programText.ts'
import { ScopeNames, type NodeOutputs } from './names.ts'
import {
  argumentSource,
  findSharedParts,
  type BlockItem,
  type Group,
  type SharedPart,
} from './sharedParts.ts'
import { samplingMessages } from '../messages/sampling.ts'

export interface ScriptText {
  /** Written in the header comment. */
  title?: string | undefined
  about?: string | undefined
  /** Modules with own nodes, as written in the imports of the script. */
  modules?: readonly string[]
}

/**
 * Returns the script of a graph, which computes the same numbers as a run. It contains no types, so
 * it is valid as .mjs and .ts.
 * @throws GraphError with the faults of the graph, or for a loop that a script cannot express
 */
export function generateScript(graph: Graph, ops: Ops, text: ScriptText = {}): string {
  const { steps } = compile(graph, undefined, ops)
  const writer = new ScriptWriter(graph, ops, steps)
  const body = writer.writeBlock(steps, writer.names)
  const files = writer.namesFiles ? ', files: process.argv.slice(3)' : ''
  const { modules = [] } = text
  const own = modules.map((_, i) => `...Object.values(nodes${i + 1})`).join(', ')
  return [
    ...createHeader(text, writer.namesFiles),
    "import { start } from 'litegraph-diffusion/script'",
    ...modules.map((module, i) => `import * as nodes${i + 1} from ${quote(module)}`),
    '',
    `const { ${[...writer.calls].sort().join(', ')}, finish } = await start({ backend: 'wasm', out: process.argv[2]${files}${own && `, nodes: [${own}].flat()`} })`,
    '',
    ...writer.functions,
    ...removeExtraBlankLines(body),
    '',
    'export const shown = await finish()',
    '',
  ].join('\n')
}

/** Removes empty lines at the ends of blocks, and repeated ones. */
const removeExtraBlankLines = (lines: readonly string[]) =>
  lines.filter(
    (line, i) =>
      line !== '' ||
      (i > 0 &&
        i < lines.length - 1 &&
        !/^$|\{$|^ *\/\//.test(lines[i - 1]) &&
        !/^ *\}/.test(lines[i + 1])),
  )

const createHeader = ({ title, about }: ScriptText, files: boolean): string[] =>
  [
    ...(title ? [title] : []),
    ...(about ? wrapText(about, 116) : []),
    ...(title || about ? [''] : []),
    'Generated from a graph of litegraph-diffusion. Computes the same numbers as a run of the graph. Needs that package and',
    'Node 22.18 (for an older Node, name it .mjs):',
    `  node script.mjs [folder for pictures and files]${files ? ' [your checkpoints and data sets]' : ''}`,
  ].map((line) => `// ${toOneLine(line)}`.trimEnd())

interface WrittenFunction {
  names: ScopeNames
  waits: boolean
}

/** The suffixes of the titles of both ends of a loop. */
const ENDS = / ?\b(start|begins|end|ends)$/i

class ScriptWriter {
  /** The functions of `start` that the script uses. */
  readonly calls = new Set<string>()
  /** True if nodes refer to files of the user. */
  namesFiles = false
  private readonly functionNames = new ScopeNames()
  /** Names outside of loops. */
  readonly names = new ScopeNames(this.functionNames)
  /** Lines of the functions for parts that several subgraph nodes share. */
  readonly functions: string[] = []
  private readonly items: (steps: readonly Step[]) => readonly BlockItem[]
  private readonly nameOf: ReadonlyMap<SharedPart, string>
  private readonly written = new Map<SharedPart, WrittenFunction>()
  private readonly nodes: Map<string, GraphNode>
  private readonly shown = new ScopeNames()
  /** Ids of the multistep solvers by type. Several of one type need named states. */
  private readonly solverIds: Map<string, string[]>
  private closed: string | undefined
  /** Variables of the trainings after which charts collect values, by the id of the chart. */
  private readonly endings = new Map<string, string>()

  constructor(
    graph: Graph,
    private readonly ops: Ops,
    steps: readonly Step[],
  ) {
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]))
    const solvers = steps.flatMap(listNodeSteps).filter(({ op }) => 'stateful' in this.op(op))
    this.solverIds = new Map(
      solvers.map(({ op }) => [op, solvers.filter((other) => other.op === op).map(({ id }) => id)]),
    )
    const { items, parts } = findSharedParts(steps, {
      subgraphs: graph.subgraphs ?? [],
      isPlain: (step) => step.kind === 'run' && this.isPlainCall(this.op(step.op)),
      isUnit: ({ op }) => (this.op(op) as StartOp).behaviour.around !== undefined,
    })
    this.items = items
    // First of all names, so that no variable hides a function.
    this.nameOf = new Map(parts.map((part) => [part, this.functionNames.take(toSnake(part.title))]))
  }

  private functionName = (part: SharedPart): string => this.nameOf.get(part) ?? ''

  private isPlainCall = (op: Op) =>
    op.role !== 'observer' && !('stateful' in op && (this.solverIds.get(op.type)?.length ?? 0) > 1)

  writeBlock(steps: readonly Step[], names: ScopeNames, trains = false): string[] {
    const items = this.items(steps)
    names.declare(
      items
        .flatMap((item) =>
          item.kind === 'group' ? this.groupOutputs(item) : this.nodeOutputs(item),
        )
        .filter(({ slots }) => slots.length > 0),
    )
    return items.flatMap((item) => {
      if (item.kind === 'group') return [this.writeGroup(item, names)]
      return [
        ...this.closedNodeComment(item.id),
        ...(item.kind === 'loop'
          ? this.writeLoop(item, names, trains)
          : [this.writeNode(item, names, trains)]),
      ]
    })
  }

  /** The outputs of a group that its block uses. */
  private groupOutputs = ({ steps, results }: Group): NodeOutputs[] =>
    steps.map((step, i) => ({
      ...this.nodeOutputs(step),
      slots: results.flatMap((result) => (result.step === i ? [result.slot] : [])),
    }))

  /** Writes the call of the function of a group. */
  private writeGroup(group: Group, names: ScopeNames): string {
    const { shared, steps, results } = group
    const written = this.written.get(shared) ?? this.writeFunction(shared)
    const name = this.functionName(shared)
    const inputs = shared.args.map((argument) => {
      const source = argumentSource(group, argument)
      return [
        written.names.get(argument.id),
        'value' in source ? names.get(source.value) : formatLiteral(source.param),
      ]
    })
    const outputs = results.map(({ step, slot }) => [
      written.names.get(valueId({ node: shared.steps[step].id, slot })),
      names.get(valueId({ node: steps[step].id, slot })),
    ])
    const given = inputs.map(formatPair)
    const call = `${name}(${formatBraces(given)})`
    const line = `const ${formatBraces(outputs.map(formatPair))} = ${written.waits ? 'await ' : ''}`
    return line.length + call.length <= 124
      ? line + call
      : `${line}${name}({\n${given.map((part) => `  ${part},\n`).join('')}})`
  }

  /** Writes the function of a shared part. */
  private writeFunction(shared: SharedPart): WrittenFunction {
    const name = this.functionName(shared)
    const { title, steps, args, results, trains } = shared
    const names = new ScopeNames(this.functionNames)
    // One by one, so that the first of equal slots has the name of the slot.
    for (const { step, id } of args) {
      const { node, slot } = splitValue(id)
      const title = this.title(steps[step])
      names.declare([{ id: node, title, slots: [slot], withSlots: true }])
    }
    names.declare(
      steps.map((step) => this.nodeOutputs(step)).filter(({ slots }) => slots.length > 0),
    )
    const body = steps.map((step) => this.writeNode(step, names, trains))
    const waits = steps.some((step) => this.waits(step, trains))
    const result = results.map(({ step, slot }) =>
      names.get(valueId({ node: steps[step].id, slot })),
    )
    this.functions.push(
      `// ${toOneLine(title)}`,
      `${waits ? 'async ' : ''}function ${name}(${formatBraces(args.map(({ id }) => names.get(id)))}) {`,
      ...[...body, `return ${formatBraces(result)}`].map(indent),
      '}',
      '',
    )
    const written = { names, waits }
    this.written.set(shared, written)
    return written
  }

  /** Names outputs after their closed node, and inner values after both nodes. */
  private nodeOutputs(step: Step): NodeOutputs {
    const [own, closed] = [this.title(step), this.closedTitle(step.id)]
    if (step.kind !== 'loop')
      return {
        id: step.id,
        title: closed === undefined ? own : `${closed} ${own}`,
        slots: step.outputs,
      }
    if (closed !== undefined) return { id: step.end, title: closed, slots: step.outputs }
    const end = this.title({ id: step.end, op: step.endOp }).replace(ENDS, '')
    return { id: step.end, title: end, slots: step.outputs, withSlots: true }
  }

  private op(type: string): Op {
    const op = this.ops.get(type)
    if (!op) throw new Error(`No node type ${type}`)
    return op
  }

  private title = ({ id, op }: Pick<Step, 'id' | 'op'>) =>
    this.nodes.get(id)?.title ?? this.op(op).title

  private closedTitle(id: string): string | undefined {
    const closed = this.nodes.get(closedId(id) ?? '')
    return closed && this.title(closed)
  }

  /** The title of a closed node, as a comment before its inner nodes. */
  private closedNodeComment(id: string): string[] {
    const closed = closedId(id)
    const begins = closed !== undefined && closed !== this.closed
    this.closed = closed
    return begins ? ['', `// ${toOneLine(this.closedTitle(id) ?? closed)}`] : []
  }

  /** Writes a metric with wired outputs. */
  private writeMetric(
    step: NodeStep,
    op: ObserverOp,
    names: ScopeNames,
    given: readonly string[][],
    trains: boolean,
  ): string {
    const outputs = formatPattern(step.outputs, (slot) =>
      names.get(valueId({ node: step.id, slot })),
    )
    const onDevice = trains && step.outputs.every((slot) => op.onDevice?.[slot])
    const made = onDevice
      ? this.formatCall('compare', [quote(step.op), ...given])
      : this.formatCall('measure', [
          quote(this.shown.take(this.title(step))),
          quote(step.op),
          ...given,
        ])
    return `const ${outputs} = ${onDevice ? '' : 'await '}${made}`
  }

  private writeNode(step: NodeStep, names: ScopeNames, trains: boolean): string {
    const op = this.op(step.op)
    const given = [
      formatInputs(withoutParams(op, step.inputs), names),
      this.formatParams(op, step.params, step.inputs, names),
    ]
    if (step.kind === 'observe') return this.writeShow(step, given)
    if (step.kind === 'files') return `await ${this.writeSave(step, names)}`
    if (op.role === 'observer') return this.writeMetric(step, op, names, given, trains)
    const waits = this.waits(step, trains)
    const solvers = this.solverIds.get(step.op) ?? []
    const memory = solvers.length > 1 ? [quote(`memory ${solvers.indexOf(step.id) + 1}`)] : []
    const made = this.formatCall(waits ? 'load' : 'run', [quote(step.op), ...given, ...memory])
    const outputs = formatPattern(step.outputs, (slot) =>
      names.get(valueId({ node: step.id, slot })),
    )
    return `${outputs ? `const ${outputs} = ` : ''}${waits ? 'await ' : ''}${made}`
  }

  /** True for a call that waits. Nothing waits in a training step. */
  private waits({ op }: NodeStep, trains: boolean): boolean {
    const { prepare, reads, readsKnown } = this.op(op) as RunOp
    return (prepare ?? reads) !== undefined && !(trains && readsKnown)
  }

  /** True for a chart that collects values after a training, beside the histories, which have steps. */
  private collectsAfter(chart: Step, training: LoopStep): boolean {
    if (chart.kind !== 'observe' || !(this.op(chart.op) as ObserverOp).collects) return false
    const { outputs } = this.op(training.endOp)
    const histories = training.outputs
      .filter((slot) => outputs[splitMany(slot)[0]]?.type === 'history')
      .map((slot) => valueId({ node: training.end, slot }))
    return Object.values(chart.inputs).some((value) => !histories.includes(value))
  }

  private writeShow(step: NodeStep, given: readonly string[][]): string {
    const training = this.endings.get(step.id)
    return this.formatCall('show', [
      quote(this.shown.take(this.title(step))),
      quote(step.op),
      ...given,
      ...(training === undefined ? [] : [[`after: ${training}`]]),
    ])
  }

  private writeLoop(step: LoopStep, names: ScopeNames, trains: boolean): string[] {
    const { behaviour } = this.op(step.op) as StartOp
    const { files = [] } = step
    const settles = behaviour.settle && (behaviour.waits?.(new Set(Object.keys(step.next))) ?? true)
    const waits = settles || step.next.again !== undefined || files.length > 0
    const title = this.title(step)
    if (trains && waits) throw new GraphError([waitingLoopFault(outerId(step.id), title)])
    const name = names.take(toSnake(title.replace(ENDS, '')))
    for (const after of step.emission)
      if (this.collectsAfter(after, step)) this.endings.set(after.id, name)
    const inside = new ScopeNames(names)
    inside.declare([
      { id: step.id, title: title.replace(ENDS, ''), slots: step.each, withSlots: true },
    ])
    const each =
      formatPattern(step.each, (slot) => inside.get(valueId({ node: step.id, slot }))) ?? '_'
    const isUnit = trains || behaviour.around !== undefined
    const body = [
      ...this.writeBlock(step.body, inside, isUnit),
      ...files.map(
        ({ every, file }) => `${name}.after(${every}, () => ${this.writeSave(file, inside)})`,
      ),
    ].map(indent)
    const next = formatBraces(formatInputs(step.next, inside))
    const done = formatPattern(step.outputs, (slot) => names.get(valueId({ node: step.end, slot })))
    return [
      '',
      ...(step.emission.length > 0
        ? ['// The editor also shows the results below during the training.']
        : []),
      `const ${name} = ${this.writeLoopCall(step, names)}`,
      ...(step.snapshots ?? []).flatMap((snapshot) =>
        this.writeSnapshot(step, snapshot, name, names),
      ),
      ...(behaviour.around
        ? [
            behaviour.trains
              ? `await ${name}.run((${each}) => {`
              : `${name}.compute((${each}) => {`,
            ...body,
            `  return ${next}`,
            '})',
          ]
        : [
            `for ${waits ? 'await ' : ''}(const ${each} of ${name}) {`,
            ...body,
            `  ${name}.next(${next})`,
            '}',
          ]),
      ...(done ? [`const ${done} = ${name}.done()`] : []),
      '',
    ]
  }

  /** Writes a file of the done outputs that is also saved during the loop. */
  private writeSnapshot(
    { end, endOp }: LoopStep,
    { every, file, steps }: PeriodicFile & { steps: Step[] },
    name: string,
    names: ScopeNames,
  ): string[] {
    const read = [...steps, file].flatMap(stepInputs).map(splitValue)
    const slots = [...new Set(read.flatMap(({ node, slot }) => (node === end ? [slot] : [])))]
    const inside = new ScopeNames(names)
    const title = this.title({ id: end, op: endOp }).replace(ENDS, '')
    inside.declare([{ id: end, title, slots, withSlots: true }])
    const done = formatPattern(slots, (slot) => inside.get(valueId({ node: end, slot })))
    return [
      `${name}.snapshot(${every}, async () => {`,
      ...[
        `const ${done} = ${name}.done()`,
        ...this.writeBlock(steps, inside),
        `await ${this.writeSave(file, inside)}`,
      ].map(indent),
      '})',
    ]
  }

  private writeSave(step: NodeStep, names: ScopeNames): string {
    const op = this.op(step.op)
    const params = this.formatParams(op, step.params, step.inputs, names)
    const given = [quote(step.op), formatInputs(withoutParams(op, step.inputs), names)]
    return this.formatCall('save', [...given, params])
  }

  private writeLoopCall(step: LoopStep, names: ScopeNames): string {
    const start = this.op(step.op)
    const params = [
      ...this.formatParams(start, step.params.start, step.inputs, names),
      ...this.formatParams(this.op(step.endOp), step.params.end, step.next, names),
    ]
    const inputs = formatInputs(withoutParams(start, step.inputs), names)
    return this.formatCall('loop', [quote(step.op), inputs, params])
  }

  /** Formats params that have an effect. Omits defaults of advanced params and of End nodes. */
  private formatParams(
    { params: specs, role }: Op,
    params: Params,
    wired: Record<string, ValueId>,
    names: ScopeNames,
  ): string[] {
    return Object.entries(specs).flatMap(([name, spec]) => {
      if (Object.hasOwn(wired, name)) return formatInputs({ [name]: wired[name] }, names)
      const value = fileNameOrValue(role, name, params[name])
      if (spec.kind === 'checkpoint' || spec.kind === 'dataset') this.namesFiles ||= value !== null
      const unchanged = JSON.stringify(value) === JSON.stringify(spec.default)
      if (
        !hasEffect(specs, name, (other) => params[other]) ||
        (spec.unless && Object.hasOwn(wired, spec.unless))
      )
        return []
      if (name === 'emit_every' || (unchanged && (spec.advanced || role === 'end'))) return []
      return [`${name}: ${formatLiteral(value)}`]
    })
  }

  /**
   * Formats a call. Arguments are texts, or lists of properties in braces. Empty arguments at the
   * end are left out.
   */
  private formatCall(name: string, given: readonly (string | string[])[]): string {
    this.calls.add(name)
    const last = given.findLastIndex((each) => each.length > 0)
    const parts = given
      .slice(0, last + 1)
      .map((each) => (typeof each === 'string' ? each : formatBraces(each)))
    const line = `${name}(${parts.join(', ')})`
    return line.length <= 112 ? line : `${name}(\n${parts.map((part) => `  ${part},\n`).join('')})`
  }
}

/** The node steps of a step, including the bodies of loops. */
const listNodeSteps = (step: Step): NodeStep[] =>
  step.kind === 'loop' ? step.body.flatMap(listNodeSteps) : [step]

const waitingLoopFault = (node: string, title: string) =>
  createFault({
    node,
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

const formatInputs = (inputs: Record<string, ValueId>, names: ScopeNames): string[] =>
  Object.entries(inputs).map(([slot, value]) =>
    names.get(value) === slot ? slot : `${slot}: ${names.get(value)}`,
  )

const formatPattern = (
  slots: readonly string[],
  nameOf: (slot: string) => string,
): string | undefined =>
  slots.length > 0
    ? formatBraces(slots.map((slot) => (nameOf(slot) === slot ? slot : `${slot}: ${nameOf(slot)}`)))
    : undefined

/** A property of an object or pattern: a key and what it has. */
const formatPair = ([key, value]: readonly string[]) => (key === value ? key : `${key}: ${value}`)

const formatBraces = (parts: readonly string[]) =>
  parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}'

const indent = (line: string) => line.replaceAll(/^(?=.)/gm, '  ')

const quote = (text: string) =>
  /['\\]/.test(text) || hasUnseen(text) ? escapeUnseen(JSON.stringify(text)) : `'${text}'`

/** Length of texts that are written line by line, if they have several. */
const LONG = 100

function formatText(text: string): string {
  if (text.length <= LONG || !text.includes('\n')) return quote(text)
  const lines = text.split('\n').map((line) => `    ${quote(line)},\n`)
  return `[\n${lines.join('')}  ].join('\\n')`
}

function formatLiteral(value: unknown): string {
  if (typeof value === 'string') return formatText(value)
  if (Array.isArray(value)) return `[${value.map(formatLiteral).join(', ')}]`
  if (value && typeof value === 'object')
    return formatBraces(
      Object.entries(value).map(([key, inner]) => `${formatKey(key)}: ${formatLiteral(inner)}`),
    )
  return JSON.stringify(value)
}

const formatKey = (name: string) =>
  /^[A-Za-z]\w*$/.test(name) ? name : escapeUnseen(JSON.stringify(name))
