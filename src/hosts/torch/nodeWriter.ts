// Writes one node: its inputs as expressions of Python, and its outputs as variables.
import type { SafeFileName } from '../../engine/base/fileName.ts'
import { splitMany, valueId } from '../../engine/base/ids.ts'
import type { Model } from '../../engine/models/model.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import { wire } from '../../engine/plan/graph.ts'
import type { Params } from '../../engine/plan/op.ts'
import type { NodeStep } from '../../engine/plan/steps.ts'
import { torchMessages } from '../../messages/torch.ts'
import type { Beside } from './files.ts'
import { titleName } from './names.ts'
import { breakLine, pyNumber } from './python.ts'
import { withSpace, type Facts, type Ref, type RefOf } from './refs.ts'
import { expectKind, refuse } from './refusal.ts'
import type { Place, TorchWriter } from './writer.ts'

export class NodeWriter {
  constructor(
    readonly program: TorchWriter,
    readonly step: NodeStep,
    readonly place: Place,
  ) {}

  get params(): Params {
    return this.step.params
  }

  /** The title of the node. */
  get label(): string {
    return this.program.title(this.step)
  }

  /** The title of the node as a name. */
  get title(): string {
    return titleName(this.label)
  }

  /** True if something is wired to the input. */
  has(slot: string): boolean {
    return this.step.inputs[slot] !== undefined
  }

  input(slot: string): Ref {
    const value = this.step.inputs[slot]
    return value === undefined
      ? refuse(torchMessages.notWritten({ slot }))
      : this.program.get(value)
  }

  /** An input of one kind. Refuses the node for any other. */
  inputOf<K extends Ref['kind']>(slot: string, kind: K): RefOf<K> {
    return expectKind(this.input(slot), kind)
  }

  /** The wired inputs whose names begin with `slot`, in order. */
  many(slot: string): Ref[] {
    return Object.keys(this.step.inputs)
      .filter((name) => splitMany(name)[0] === slot)
      .map((name) => this.input(name))
  }

  /** The known value of an input. Refuses the node if the program computes it. */
  known<T extends Value>(slot: string): T {
    const value = this.program.known.get(this.step.inputs[slot] ?? '')
    return (value ?? refuse(torchMessages.notKnown({ slot }))) as T
  }

  /** The value that an output has at the time of the export. */
  value<T extends Value>(slot: string): T {
    const value = this.program.known.get(valueId(wire(this.step.id, slot)))
    return (value ?? refuse(torchMessages.notKnown({ slot }))) as T
  }

  /** True if something reads the output. */
  wanted(slot: string): boolean {
    return this.step.outputs.includes(slot)
  }

  /** Arguments of random draws: the seed and the iterations of the loops around the node. */
  draw(): string {
    return [pyNumber(this.params.seed as number), ...this.place.path].join(', ')
  }

  /** Appends a line, which may be before or after the innermost loop. */
  line(text: string, where: 'lines' | 'before' | 'after' = 'lines') {
    this.place[where].push(breakLine(text))
  }

  /** A variable of this node with this name, if it is free. */
  variable(name: string): string {
    return this.program.names.take(name)
  }

  /** Appends the assignment of an output to a variable with the title of the node. */
  assign(code: string, facts: Facts = { kind: 'batch' }, slot = this.firstOutput()): Ref {
    const several = this.step.outputs.length > 1
    const variable = this.variable(several ? `${this.title}_${slot}` : this.title)
    this.line(`${variable} = ${code}`)
    return this.name({ ...facts, code: variable }, slot)
  }

  /** Names an output without a line. Shared batches stay shared, and samples keep their space. */
  name(ref: Ref, slot = this.firstOutput()): Ref {
    const inputs = this.program.inputs(this.step)
    const shared = ref.shared ?? inputs.find((input) => input.shared !== undefined)?.shared
    const named = withSpace({ ...ref, shared }, inputs)
    this.program.set(this.step.id, slot, named)
    return named
  }

  private firstOutput(): string {
    return this.step.outputs[0] ?? Object.keys(this.program.op(this.step.op).outputs)[0]
  }

  /** Writes the network of the output `model`, with the weights of a file beside the program. */
  network(weights?: SafeFileName) {
    const model = this.value<Model>('model')
    const { networks } = this.program
    const { variable, lines } = networks.write(model, this.label, this.params, weights)
    this.place.lines.push(...lines)
    const { predicts, variance } = model
    this.name({ kind: 'model', code: variable, predicts, variance }, 'model')
  }

  /** The name of a file for a picture or table of this node. */
  output(ending: string, beside: Beside): SafeFileName {
    return this.program.outputName(this.step, ending, beside)
  }
}
