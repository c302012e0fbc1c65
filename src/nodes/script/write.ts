// A graph as a script that people can read and change: a line a node in the order of the plan, loops as loops.
import type { LoopStep, NodeStep, Step, ValueId } from '../../engine/plan/compile.ts'
import { compile } from '../../engine/plan/compile.ts'
import { GraphError } from '../../engine/plan/fault.ts'
import { outerId, type Graph, type GraphNode } from '../../engine/plan/graph.ts'
import type { Op, Ops, Params, RunOp, StartOp } from '../../engine/plan/op.ts'
import { isMeant } from '../../engine/plan/op.ts'
import { Names, identifier, type Maker } from './names.ts'

export interface ScriptText {
  /** What it is called, and what it is about. */
  title?: string | undefined
  about?: string | undefined
}

/**
 * The script of a graph, TypeScript without types: it can be saved as .ts or .mjs. Computes the same numbers as a run.
 * @throws GraphError with all that keeps the graph from running, or with what a script cannot do
 */
export function scriptOf(graph: Graph, ops: Ops, text: ScriptText = {}): string {
  const { steps } = compile(graph, undefined, ops)
  const writer = new Writer(graph, ops, steps)
  const body = writer.block(steps, new Names())
  const files = writer.namesFiles ? ', files: process.argv.slice(3)' : ''
  return [
    ...heading(text, writer.namesFiles),
    "import { start } from 'litegraph-diffusion/script'",
    '',
    `const { ${[...writer.calls].sort().join(', ')}, finish } = await start({ backend: 'wasm', out: process.argv[2]${files} })`,
    '',
    ...spaced(body),
    '',
    'export const shown = await finish()',
    '',
  ].join('\n')
}

/** No empty line at the ends of a block, nor two in a row. */
const spaced = (lines: readonly string[]) =>
  lines.filter(
    (line, i) =>
      line !== '' || (i > 0 && i < lines.length - 1 && !/^$|\{$|^ *\/\//.test(lines[i - 1]!) && !/^ *\}/.test(lines[i + 1]!)),
  )

const heading = ({ title, about }: ScriptText, files: boolean): string[] =>
  [
    ...(title ? [title] : []),
    ...(about ? wrapped(about) : []),
    ...(title || about ? [''] : []),
    'Written from a graph of litegraph-diffusion, with the numbers of a run of it. Beside that package, from Node 22.18 on',
    '(before, name it .mjs):',
    `  node script.ts [folder for pictures and files]${files ? ' [checkpoints and data sets of yours]' : ''}`,
  ].map((line) => `// ${oneLine(line)}`.trimEnd())

/** What people call things may have line breaks in it; in a comment they would end it. */
const oneLine = (text: string) => text.replaceAll(/[\r\n\v\f\u0085\u2028\u2029]+/g, ' ')

function wrapped(text: string, width = 116): string[] {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)!
    if (last && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last ? `${last} ${word}` : word
  }
  return lines
}

/** What titles of the two ends of a loop have at their ends, and the loop has not. */
const ENDS = / ?\b(start|begins|end|ends)$/i

class Writer {
  /** What the script takes of `start`. */
  readonly calls = new Set<string>()
  /** Whether nodes name files of the user's. */
  namesFiles = false
  private readonly nodes: Map<string, GraphNode>
  private readonly shown = new Names()
  /** Multistep solvers by type: where there are several, each needs a memory of its own. */
  private readonly remembering: Map<string, string[]>
  private closed: string | undefined

  constructor(
    graph: Graph,
    private readonly ops: Ops,
    steps: readonly Step[],
  ) {
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]))
    const solvers = steps.flatMap(nodesIn).filter(({ op }) => 'stateful' in this.op(op))
    this.remembering = new Map(solvers.map(({ op }) => [op, solvers.filter((other) => other.op === op).map(({ id }) => id)]))
  }

  block(steps: readonly Step[], names: Names, trains = false): string[] {
    names.declare(steps.map((step) => this.makerOf(step)).filter(({ slots }) => slots.length > 0))
    return steps.flatMap((step) => [
      ...this.opening(step.id),
      ...(step.kind === 'loop' ? this.loop(step, names, trains) : [this.call(step, names)]),
    ])
  }

  /** What a closed node gives is called after it, and what is inside after both. */
  private makerOf(step: Step): Maker {
    const [own, closed] = [this.titleOf(step), this.closedTitle(step.id)]
    if (step.kind !== 'loop') return { id: step.id, title: closed === undefined ? own : `${closed} ${own}`, slots: step.outputs }
    if (closed !== undefined) return { id: step.end, title: closed, slots: step.outputs }
    const end = this.titleOf({ id: step.end, op: step.endOp }).replace(ENDS, '')
    return { id: step.end, title: end, slots: step.outputs, withSlots: true }
  }

  private op = (type: string): Op => this.ops.get(type)!

  private titleOf = ({ id, op }: Pick<Step, 'id' | 'op'>) => this.nodes.get(id)?.title ?? this.op(op).title

  private closedTitle(id: string): string | undefined {
    const closed = id.includes('/') ? this.nodes.get(outerId(id)) : undefined
    return closed && this.titleOf(closed)
  }

  /** Before what a closed node stands for: its title. */
  private opening(id: string): string[] {
    const closed = id.includes('/') ? outerId(id) : undefined
    const begins = closed !== undefined && closed !== this.closed
    this.closed = closed
    return begins ? ['', `// ${oneLine(this.closedTitle(id)!)}`] : []
  }

  private call(step: NodeStep, names: Names): string {
    const op = this.op(step.op)
    const given = [inputsOf(step.inputs, names), this.params(op, step.params, new Set(Object.keys(step.inputs)))]
    if (step.kind === 'observe')
      return this.uses('show', [quoted(this.shown.take(this.titleOf(step))), quoted(step.op), ...given])
    if (step.kind === 'files') return `await ${this.uses('save', [quoted(step.op), ...given])}`
    const waits = (op as RunOp).prepare !== undefined
    const solvers = this.remembering.get(step.op) ?? []
    const memory = solvers.length > 1 ? [quoted(`memory ${solvers.indexOf(step.id) + 1}`)] : []
    const made = this.uses(waits ? 'load' : 'run', [quoted(step.op), ...given, ...memory])
    const outputs = destructured(step.outputs, (slot) => names.of(`${step.id}.${slot}`))
    return `${outputs ? `const ${outputs} = ` : ''}${waits ? 'await ' : ''}${made}`
  }

  private loop(step: LoopStep, names: Names, trains: boolean): string[] {
    const { behaviour } = this.op(step.op) as StartOp
    const waits = behaviour.settle !== undefined || step.next.again !== undefined
    if (trains && waits) throw new GraphError([noWaiting(outerId(step.id), this.titleOf(step))])
    const name = names.take(identifier(this.titleOf(step).replace(ENDS, '')))
    const params = this.params(this.op(step.op), step.params.start, new Set(Object.keys(step.inputs)))
    const endParams = this.params(this.op(step.endOp), step.params.end, new Set(Object.keys(step.next)))
    const inside = new Names(names)
    inside.declare([{ id: step.id, title: this.titleOf(step).replace(ENDS, ''), slots: step.each, withSlots: true }])
    const each = destructured(step.each, (slot) => inside.of(`${step.id}.${slot}`)) ?? '_'
    const body = this.block(step.body, inside, trains || behaviour.trains === true)
    const next = inputsOf(step.next, inside)
    const done = destructured(step.outputs, (slot) => names.of(`${step.end}.${slot}`))
    const made = this.uses('loop', [quoted(step.op), inputsOf(step.inputs, names), [...params, ...endParams]])
    return [
      '',
      ...(step.emission.length > 0 ? ['// The editor shows what follows on the way, too.'] : []),
      `const ${name} = ${made}`,
      ...(behaviour.around
        ? [`await ${name}.run((${each}) => {`, ...body.map(indented), `  return ${braced(next)}`, '})']
        : [
            `for ${waits ? 'await ' : ''}(const ${each} of ${name}) {`,
            ...body.map(indented),
            `  ${name}.next(${braced(next)})`,
            '}',
          ]),
      ...(done ? [`const ${done} = ${name}.done()`] : []),
      '',
    ]
  }

  /** Those that mean something, without those that are rarely changed and were not. */
  private params({ params: specs, role }: Op, params: Params, wired: ReadonlySet<string>): string[] {
    return Object.entries(specs).flatMap(([name, spec]) => {
      const value = params[name]
      if (spec.kind === 'checkpoint' || spec.kind === 'dataset') this.namesFiles ||= value !== null
      const unchanged = JSON.stringify(value) === JSON.stringify(spec.default)
      if (!isMeant(specs, name, (other) => params[other]) || (spec.unless && wired.has(spec.unless))) return []
      if (name === 'emit_every' || (unchanged && (spec.advanced || role === 'end'))) return []
      return [`${name}: ${literal(value)}`]
    })
  }

  /** A call with what is given: texts, and lists of what stands in braces. Empty ones at the end are left out. */
  private uses(name: string, given: readonly (string | string[])[]): string {
    this.calls.add(name)
    const last = given.findLastIndex((each) => each.length > 0)
    const parts = given.slice(0, last + 1).map((each) => (typeof each === 'string' ? each : braced(each)))
    const line = `${name}(${parts.join(', ')})`
    return line.length <= 112 ? line : `${name}(\n${parts.map((part) => `  ${part},\n`).join('')})`
  }
}

/** Nodes that run in a step, bodies included. */
const nodesIn = (step: Step): NodeStep[] => (step.kind === 'loop' ? step.body.flatMap(nodesIn) : [step])

const noWaiting = (node: string, title: string) => ({
  node,
  message: `${title} waits between its iterations, which a script cannot do while gradients are recorded.`,
  cure: 'Take it out of the training loop.',
})

const inputsOf = (inputs: Record<string, ValueId>, names: Names): string[] =>
  Object.entries(inputs).map(([slot, value]) => (names.of(value) === slot ? slot : `${slot}: ${names.of(value)}`))

const destructured = (slots: readonly string[], nameOf: (slot: string) => string): string | undefined =>
  slots.length > 0 ? braced(slots.map((slot) => (nameOf(slot) === slot ? slot : `${slot}: ${nameOf(slot)}`))) : undefined

const braced = (parts: readonly string[]) => (parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}')

const indented = (line: string) => line.replaceAll(/^(?=.)/gm, '  ')

const quoted = (text: string) =>
  /['\\\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text).replace(/[\u2028\u2029]/g, escaped) : `'${text}'`

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16)}`

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (value && typeof value === 'object')
    return braced(Object.entries(value).map(([key, inner]) => `${keyOf(key)}: ${literal(inner)}`))
  return JSON.stringify(value)
}

const keyOf = (name: string) => (/^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name))
