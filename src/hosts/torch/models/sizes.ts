// Sizes of blocks that are written as one class: numbers of its code become arguments.
import { numberName } from '../../program/programNames.ts'

/** A number of a class, or its value in each of the blocks; undefined where a block lacks it. */
export type Sizes = readonly (number | undefined)[]

/** Numbers between pieces of code. */
export interface Template {
  /** One piece more than numbers. */
  pieces: readonly string[]
  numbers: readonly string[]
}

const NUMBERS = /(?<![\w.])(\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.])/

/** Takes the numbers out of code. */
export function toTemplate(code: string): Template {
  const all = code.split(NUMBERS)
  return {
    pieces: all.filter((_, i) => i % 2 === 0),
    numbers: all.filter((_, i) => i % 2 === 1),
  }
}

/** Use of a number: channels of an input or output, or something else by name. */
export interface Role {
  kind: 'in' | 'out' | 'other'
  name: string
}

const input: Role = { kind: 'in', name: 'channels' }
const output: Role = { kind: 'out', name: 'hidden' }
const other = (name: string): Role => ({ kind: 'other', name })

/** Uses of positional arguments by function. */
const roles: Readonly<Record<string, readonly Role[]>> = {
  'nn.Linear': [input, output],
  'nn.Conv2d': [input, output],
  'nn.ConvTranspose2d': [input, output],
  'nn.GroupNorm': [other('groups'), input],
  'nn.LayerNorm': [input],
  'nn.RMSNorm': [input],
  'nn.Embedding': [other('rows'), output],
  grid_embedding: [other('rows'), other('columns'), input],
  range: [other('layers')],
}

/** Arguments of the constructors of classes by name. */
export type Signatures = ReadonlyMap<string, readonly string[]>

/** Uses of the numbers of code. */
export function findRoles({ pieces }: Template, signatures: Signatures): Role[] {
  const calls: { name: string; place: number }[] = []
  return pieces.slice(0, -1).map((piece) => {
    for (const [i, char] of [...piece].entries()) {
      if (char === '(' || char === '[') {
        const name = /[\w.]*$/.exec(piece.slice(0, i))![0]
        calls.push({ name, place: 0 })
      } else if (char === ')' || char === ']') calls.pop()
      else if (char === ',' && calls.length > 0) calls.at(-1)!.place++
    }
    const keyword = /(\w+)=$/.exec(piece)?.[1]
    const { name = '', place = 0 } = calls.at(-1) ?? {}
    return keyword === undefined ? roleAt(name, place, signatures) : other(keyword)
  })
}

function roleAt(call: string, place: number, signatures: Signatures): Role {
  const argument = signatures.get(call)?.[place]
  if (argument === 'channels') return input
  if (argument === 'out') return output
  return roles[call]?.[place] ?? other(argument ?? 'size')
}

const isSame = (a: Sizes, b: Sizes) =>
  a.every((value, i) => value === undefined || b[i] === undefined || value === b[i])
const isConstant = (sizes: Sizes) => new Set(sizes.filter((size) => size !== undefined)).size <= 1

/** Largest factor of a number of channels in terms of another. */
const MOST_TIMES = 8

/** Names the numbers of a class. `channels`, `out`: of the blocks' first input and their result. */
export class SizeNames {
  /** Expressions of numbers of channels. */
  private readonly known: [sizes: Sizes, expression: string][] = []
  private readonly parameters = new Map<string, Sizes>()
  private readonly used = new Set<string>()

  constructor(
    private readonly channels: Sizes | undefined,
    out?: Sizes | undefined,
    private readonly channelsName = 'channels',
  ) {
    if (channels) this.learn(channels, channelsName)
    if (out && !(channels && isSame(channels, out))) this.learn(out, 'out')
  }

  /** The expression of a number. `text`: its Python in some block. */
  name(sizes: Sizes, role: Role, text: string): string {
    return role.kind === 'other'
      ? this.nameOther(sizes, role.name, text)
      : this.nameChannels(sizes, role, text)
  }

  /** The expression of a number that becomes an argument. */
  addParameter(sizes: Sizes, wanted: string): string {
    const isFree = (each: string) => isSame(this.parameters.get(each) ?? sizes, sizes)
    const name = numberName(wanted, isFree)
    this.parameters.set(name, sizes)
    return this.use(name)
  }

  /** The arguments that are used, `channels` and `out` first. */
  arguments(): Map<string, Sizes> {
    return new Map([...this.parameters].filter(([name]) => this.used.has(name)))
  }

  private learn(sizes: Sizes, name: string) {
    this.known.push([sizes, name])
    this.parameters.set(name, sizes)
  }

  private nameChannels(sizes: Sizes, { kind, name }: Role, text: string): string {
    const known = this.known.find(([other]) => isSame(other, sizes))
    if (known) return this.use(known[1])
    const product = kind === 'out' ? this.findProduct(sizes) : undefined
    if (product === undefined && isConstant(sizes)) return text
    const expression = product ?? this.addParameter(sizes, name)
    this.known.push([sizes, expression])
    return this.use(expression)
  }

  /** A multiple of `channels` or `out`. */
  private findProduct(sizes: Sizes): string | undefined {
    for (const [base, name] of this.known.toReversed()) {
      if (!this.parameters.has(name)) continue
      const times = sizes.map((size, i) => size !== undefined && size / base[i]!)
      const [first] = times.filter((time) => time !== false)
      const isWhole = Number.isInteger(first) && first > 1 && first <= MOST_TIMES
      if (isWhole && times.every((time) => time === false || time === first))
        return `${first} * ${name}`
    }
    return undefined
  }

  private nameOther(sizes: Sizes, name: string, text: string): string {
    if (isConstant(sizes)) return text
    const { channels } = this
    const parts = channels && sizes.map((size, i) => channels[i]! / size!)
    if (parts && Number.isInteger(parts[0]) && parts.every((part) => part === parts[0]))
      return this.use(`${this.channelsName} // ${parts[0]}`)
    return this.addParameter(sizes, name)
  }

  private use(expression: string): string {
    for (const name of expression.match(/[a-z]\w*/g) ?? []) this.used.add(name)
    return expression
  }
}

/** Code of a network with a name for its width, and its arguments with their values. */
export function nameWidth(
  code: string,
  width: Readonly<{ name: string; value: number }>,
  signatures: Signatures,
): { code: string; parameters: string[] } {
  const template = toTemplate(code)
  const roles = findRoles(template, signatures)
  const names = new SizeNames([width.value], undefined, width.name)
  const expressions = template.numbers.map((text, i) => {
    const isCount = roles[i].name === 'layers'
    return isCount
      ? names.addParameter([Number(text)], 'layers')
      : names.name([Number(text)], roles[i], text)
  })
  const parameters = [...names.arguments()].map(([name, [value]]) => `${name}=${value}`)
  return { code: fillTemplate(template, expressions), parameters }
}

/** Code with expressions in place of its numbers. */
export const fillTemplate = ({ pieces }: Template, expressions: readonly string[]): string =>
  pieces.map((piece, i) => piece + (expressions[i] ?? '')).join('')
