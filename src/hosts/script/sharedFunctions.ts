// Functions of a script for the parts that several nodes of one subgraph have in common.
import { splitValue, valueId } from '../../engine/base/ids.ts'
import { wire } from '../../engine/plan/graph.ts'
import type { NodeStep } from '../../engine/plan/steps.ts'
import { toSnake } from '../program/identifiers.ts'
import { indentLines } from '../program/planWriter.ts'
import { toOneLine } from '../program/programText.ts'
import { formatBraces, formatLiteral, formatPair } from './javascript.ts'
import { ScopeNames, type NodeOutputs } from './names.ts'
import { argumentSource, type Group, type SharedPart } from './sharedParts.ts'

/** Calls of nodes, by the writer of the script. */
interface Calls {
  ownTitle(step: NodeStep): string
  outputs(step: NodeStep): NodeOutputs
  formatNode(step: NodeStep, names: ScopeNames, trains: boolean): string
  /** True for a call that waits. */
  waits(step: NodeStep, trains: boolean): boolean
}

interface SharedFunction {
  name: string
  names: ScopeNames
  waits: boolean
}

export class SharedFunctions {
  /** Lines of the functions. */
  readonly lines: string[] = []
  private readonly names: ReadonlyMap<SharedPart, string>
  private readonly written = new Map<SharedPart, SharedFunction>()

  /** Takes the names of the functions from `scope`. */
  constructor(
    parts: readonly SharedPart[],
    private readonly scope: ScopeNames,
    private readonly calls: Calls,
  ) {
    this.names = new Map(parts.map((part) => [part, scope.take(toSnake(part.title))]))
  }

  /** The call of the function of a group, which is written if it is the first. */
  call(group: Group, names: ScopeNames): string {
    const { shared, steps, results } = group
    const own = this.written.get(shared) ?? this.write(shared)
    const given = shared.args.map((argument) => {
      const source = argumentSource(group, argument)
      const code = 'value' in source ? names.get(source.value) : formatLiteral(source.param)
      return formatPair(own.names.get(argument.id), code)
    })
    const outputs = results.map(({ step, slot }) =>
      formatPair(
        own.names.get(valueId(wire(shared.steps[step].id, slot))),
        names.get(valueId(wire(steps[step].id, slot))),
      ),
    )
    const call = `${own.name}(${formatBraces(given)})`
    const line = `const ${formatBraces(outputs)} = ${own.waits ? 'await ' : ''}`
    return line.length + call.length <= 124
      ? line + call
      : `${line}${own.name}({\n${given.map((part) => `  ${part},\n`).join('')}})`
  }

  private write(shared: SharedPart): SharedFunction {
    const { title, steps, args, results, trains } = shared
    const name = this.names.get(shared) ?? ''
    const names = new ScopeNames(this.scope)
    // One by one, so that the first of equal slots has the name of the slot.
    for (const { step, id } of args) {
      const { node, slot } = splitValue(id)
      const title = this.calls.ownTitle(steps[step])
      names.declare([{ id: node, title, slots: [slot], withSlots: true }])
    }
    names.declare(steps.map((step) => this.calls.outputs(step)))
    const body = steps.map((step) => this.calls.formatNode(step, names, trains))
    const waits = steps.some((step) => this.calls.waits(step, trains))
    const result = results.map(({ step, slot }) => names.get(valueId(wire(steps[step].id, slot))))
    const given = args.map(({ id }) => names.get(id))
    this.lines.push(
      `// ${toOneLine(title)}`,
      `${waits ? 'async ' : ''}function ${name}(${formatBraces(given)}) {`,
      ...indentLines([...body, `return ${formatBraces(result)}`], 2),
      '}',
      '',
    )
    const own = { name, names, waits }
    this.written.set(shared, own)
    return own
  }
}
