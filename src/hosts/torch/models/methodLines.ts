// The lines of a method, with names of variables.
import type { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { Repeat } from '../../../engine/models/graph/layer.ts'
import type { Body } from './bodies.ts'
import { activations } from './helpers.ts'
import type { Line } from './loops.ts'
import { writeStatements, type Statement } from './statements.ts'
import { marksIn, VALUE_MARKS, type Term } from './terms.ts'
import { Variables } from './variables.ts'

/** Arguments by the operation that reads them. */
const sources: Readonly<Record<string, string>> = {
  x: 'x',
  time: 't',
  labels: 'classes',
  values: 'values',
  vectors: 'vectors',
  tokens: 'tokens',
  channels: 'channels',
}

export interface MethodAround {
  view: GraphView
  body: Body
  /** Repeated parts inside the method, the outer ones first. */
  repeats: readonly Repeat[]
  /** Names of arguments, if they are others, by position. */
  names?: ReadonlyMap<number, string> | undefined
}

export interface MethodLines {
  /** Names of the arguments. */
  inputs: readonly string[]
  lines: readonly Line[]
  result: string
}

/** Values that are read this many lines later are called skip. */
const FAR = 15

export function writeMethodLines(around: MethodAround, terms: readonly Term[]): MethodLines {
  return new LineWriter(around, terms).write()
}

class LineWriter {
  private readonly names = new Map<number, string>()
  private readonly variables = new Variables()
  /** Positions of the lines that read a value for the last time. */
  private readonly lastRead = new Map<number, number>()
  /** Values that are read much later. */
  private readonly far = new Set<number>()

  constructor(
    private readonly around: MethodAround,
    private readonly terms: readonly Term[],
  ) {}

  write(): MethodLines {
    const { view, body } = this.around
    const { statements, result, skips } = writeStatements(
      {
        layers: view.layers,
        dependsOnX: view.dependsOnX,
        output: body.output,
        placeOf: (value) =>
          this.placesOf(value)
            .map(({ first }) => first)
            .join(' '),
      },
      this.terms,
    )
    const lineOf = new Map(statements.map(({ position }, line) => [position, line]))
    for (const [line, { text, position }] of statements.entries())
      for (const value of marksIn(text)) {
        this.lastRead.set(value, position)
        if (line - (lineOf.get(value) ?? line) > FAR) this.far.add(value)
      }
    for (const value of marksIn(result)) this.lastRead.set(value, Infinity)
    if (skips.size > 0) this.variables.hold('skips', Infinity)
    const inputs = body.inputs.map((value) => this.nameInput(value))
    const lines = statements.flatMap((statement) => this.writeLine(statement, skips))
    const first = lines.findIndex(({ text }) => text.startsWith('skips.append'))
    if (first >= 0)
      lines[first] = {
        ...lines[first],
        text: lines[first].text.replace(/\.append\((.*)\)/, ' = [$1]'),
      }
    return { inputs, lines: joinQueries(lines), result: this.fill(result) }
  }

  /** The repeated parts that a value is in. */
  private placesOf(value: number): Repeat[] {
    return this.around.repeats.filter(({ first, end }) => first <= value && value < end)
  }

  private nameInput(value: number): string {
    const { view, names } = this.around
    const wanted = names?.get(value) ?? sources[view.layers[value].op]
    const candidates = wanted === undefined ? this.namesFor(value) : [wanted]
    const until = this.lastRead.get(value) ?? -1
    const name = this.variables.name({ names: candidates, from: -1, until })
    this.names.set(value, name)
    return name
  }

  /** Lines of a statement; a skip is appended to the list. */
  private writeLine({ targets, text, position }: Statement, skips: ReadonlySet<number>): Line[] {
    const code = this.fill(text)
    const assigned = targets.map((target) => {
      if (target === undefined) return '_'
      const until = this.lastRead.get(target) ?? position
      const name = this.variables.name({ names: this.namesFor(target), from: position, until })
      this.names.set(target, name)
      return name
    })
    const repeats = this.placesOf(position)
    const { op } = this.around.view.layers[position]
    const isTuple = op === 'split' && targets.length === 1
    const names = isTuple ? `(${assigned[0]},)` : assigned.join(', ')
    const line = { text: `${names} = ${code}`, repeats }
    return skips.has(position) ? [line, { text: `skips.append(${assigned[0]})`, repeats }] : [line]
  }

  private fill(text: string): string {
    return text.replaceAll(VALUE_MARKS, (_, value) => this.names.get(Number(value))!)
  }

  /** True if an activated value multiplies another one. */
  private hasGate(factors: readonly number[], value: number): boolean {
    const { layers } = this.around.view
    return factors.some((factor) => factor !== value && layers[factor].op in activations)
  }

  /** Names by what a value is used for. */
  private namesFor(value: number): readonly string[] {
    const { view } = this.around
    const { layers, dependsOnX, shapes } = view
    const { op } = layers[value]
    for (const { value: reader, path, reads } of this.terms) {
      const place = reads.indexOf(value)
      if (place < 0 || path !== undefined) continue
      const { op: use } = layers[reader]
      if (use.endsWith('attention')) return [['q', 'k', 'v'][place]]
      if (use === 'modulate' && place > 0) return [['scale', 'shift'][place - 1]]
      if (op === 'split' && use in activations) return ['gate']
      if (op === 'split' && use === 'multiply')
        return [this.hasGate(reads, value) ? 'value' : 'gate']
    }
    if (op === 'timestep_embedding') return ['waves']
    if (!dependsOnX[value]) return shapes[value].length === 1 ? ['emb', 'e'] : ['tokens', 'context']
    return this.far.has(value) ? ['skip'] : ['x', 'h', 'r', 's']
  }
}

/** `q, k, v = ...` on one line, if it is short. */
function joinQueries(lines: readonly Line[]): Line[] {
  const joined: Line[] = []
  for (let i = 0; i < lines.length; i++) {
    const three = lines.slice(i, i + 3)
    const parts = three.map(({ text }) => text.split(' = '))
    const text = `q, k, v = ${parts.map(([, code]) => code).join(', ')}`
    if (parts.map(([name]) => name).join('') === 'qkv' && text.length <= 88) {
      joined.push({ ...three[0], text })
      i += 2
    } else joined.push(lines[i])
  }
  return joined
}
