// Classes of the blocks of a network: one for all blocks whose code differs in sizes only.
import type { Module } from '../../../engine/models/graph/layer.ts'
import { titleOf } from './blockTitles.ts'
import type { Parts } from './parts.ts'
import { args, breakMethodLine, python } from './python.ts'
import type { Single } from './create.ts'
import {
  fillTemplate,
  findRoles,
  SizeNames,
  toTemplate,
  type Role,
  type Sizes,
  type Template,
} from './sizes.ts'

/** The code of one block, with its own sizes. */
export interface BlockCode {
  module: Module
  /** Lines of `__init__`, or of a function that returns the block. */
  init: readonly string[]
  /** Lines of `forward`, none for a function. */
  forward: readonly string[]
  inputs: readonly string[]
  /** Channels of the first input, if they are known, and of the result. */
  channels: number | undefined
  out: number | undefined
}

/** Blocks of one class. */
interface Group {
  blocks: readonly Member[]
  name: string
  about: string
  inputs: readonly string[]
  init: Template
  forward: Template
  /** A line of `__init__` whose module some blocks lack. */
  optional?: { line: number; name: string }
}

interface Member {
  code: BlockCode
  /** Numbers of the lines of `__init__` and then of `forward`. */
  numbers: readonly (string | undefined)[]
}

export class BlockClasses {
  /** Expressions that create blocks. */
  readonly creates = new Map<Module, Single>()
  /** Arguments of the classes by name. */
  readonly signatures = new Map<string, readonly string[]>()

  constructor(private readonly parts: Parts) {}

  /** Adds classes of blocks whose inner blocks are there. */
  add(blocks: readonly BlockCode[]) {
    for (const group of joinOptional(groupBlocks(blocks))) this.define(group)
  }

  private define(group: Group) {
    const names = new SizeNames(
      sizesOf(group.blocks, ({ channels }) => channels),
      sizesOf(group.blocks, ({ out }) => out),
    )
    const init = this.nameNumbers(group, names, group.init, 0)
    const shift = group.init.numbers.length
    const forward = this.nameNumbers(group, names, group.forward, shift)
    const [inner, fields] = withFields(group.forward, forward)
    const condition = group.optional && this.conditionOf(group, names)
    const parameters = names.arguments()
    const flag = condition?.flag
    const name = this.defineClass(group, {
      parameters: [...parameters.keys(), ...(flag ? [`${flag}=True`] : [])],
      init: [
        ...withCondition(fillInit(group.init, init), group, condition?.test),
        ...fields,
      ].filter((line) => line !== ''),
      forward: inner === '' ? [] : inner.split('\n').flatMap(breakMethodLine),
    })
    this.signatures.set(name, [...parameters.keys()])
    for (const [i, { code, numbers }] of group.blocks.entries()) {
      const given = [...parameters].map(([name, sizes]) => {
        const size = sizes[i] ?? sizes.find((each) => each !== undefined)
        return name === 'channels' || name === 'out' ? `${size}` : `${name}=${size}`
      })
      const isLacking = numbers.includes(undefined)
      this.creates.set(code.module, {
        code: `${name}(${args(...given, isLacking && flag && `${flag}=False`)})`,
        block: inner === '' ? '' : name,
      })
    }
  }

  /** Expressions of the numbers of a template; those before it are skipped in those of blocks. */
  private nameNumbers(group: Group, names: SizeNames, template: Template, skip: number): string[] {
    const roles = findRoles(template, this.signatures)
    return template.numbers.map((text, i) => {
      const sizes = group.blocks.map(({ numbers }) => {
        const number = numbers[skip + i]
        return number === undefined ? undefined : Number(number)
      })
      return names.name(sizes, roles[i], text)
    })
  }

  private conditionOf({ blocks, optional }: Group, names: SizeNames) {
    const isExplained = blocks.every(
      ({ code, numbers }) => (code.channels === code.out) === numbers.includes(undefined),
    )
    const { name } = optional!
    if (isExplained && names.arguments().has('out')) return { test: 'channels != out' }
    return { test: name, flag: name }
  }

  /** Defines a class, with a number if its name has other code. */
  private defineClass(
    { name: wanted, about, inputs }: Group,
    { parameters, init, forward }: Record<'parameters' | 'init' | 'forward', readonly string[]>,
  ): string {
    const code = (name: string) =>
      forward.length === 0
        ? python`
          def ${name}(${args(...parameters)}):
              """${about}"""
              ${init}
        `
        : python`
          class ${name}(nn.Module):
              """${about}"""

              def __init__(${args('self', ...parameters)}):
                  super().__init__()
                  ${init}

              def forward(${args('self', ...inputs)}):
                  ${forward}
        `
    return this.parts.defineNumbered(wanted, '', code)
  }
}

/** Lines of `__init__`; a list of one module is no comprehension. */
const fillInit = (template: Template, numbers: readonly string[]): readonly string[] =>
  fillTemplate(template, numbers)
    .replaceAll(/nn\.ModuleList\(\s*(.*) for _ in range\(1\)\s*\)/g, 'nn.ModuleList([$1])')
    .split('\n')

const sizesOf = (
  blocks: readonly Member[],
  read: (code: BlockCode) => number | undefined,
): Sizes | undefined => {
  const sizes = blocks.map(({ code }) => read(code))
  return sizes.includes(undefined) ? undefined : sizes
}

/** Groups blocks whose code is equal up to its numbers. */
function groupBlocks(blocks: readonly BlockCode[]): Group[] {
  const groups = new Map<string, Group & { blocks: Member[] }>()
  for (const code of blocks) {
    const init = toTemplate(code.init.join('\n'))
    const forward = toTemplate(code.forward.join('\n'))
    const { name, about } = titleOf(code.module, code.inputs.length)
    const key = JSON.stringify([name, about, code.inputs, init.pieces, forward.pieces])
    const group = groups.get(key) ?? {
      blocks: [],
      name,
      about,
      inputs: code.inputs,
      init,
      forward,
    }
    group.blocks.push({ code, numbers: [...init.numbers, ...forward.numbers] })
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Joins groups that differ in one module, which does nothing where it is missing. */
function joinOptional(groups: readonly Group[]): Group[] {
  for (const full of groups)
    for (const other of groups) {
      const joined = full !== other && full.name === other.name ? joinPair(full, other) : undefined
      if (joined) {
        const others = groups.filter((group) => group !== full && group !== other)
        return joinOptional([joined, ...others])
      }
    }
  return [...groups]
}

function joinPair(full: Group, other: Group): Group | undefined {
  if (full.optional || other.optional || `${full.inputs}` !== `${other.inputs}`) return undefined
  const lines = textOf(full.init).split('\n')
  const fewer = textOf(other.init).split('\n')
  const line = lines.findIndex((text, i) => text !== fewer[i])
  const [, name] = /^self\.(\w+) = /.exec(lines[line] ?? '') ?? []
  if (name === undefined || lines.toSpliced(line, 1).join('\n') !== fewer.join('\n'))
    return undefined
  if (withoutCall(textOf(full.forward), `self.${name}`) !== textOf(other.forward)) return undefined
  const before = countNumbers(lines.slice(0, line).join('\n'))
  const inside = Array<undefined>(countNumbers(lines[line])).fill(undefined)
  const blocks = other.blocks.map(({ code, numbers }) => ({
    code,
    numbers: numbers.toSpliced(before, 0, ...inside) as (string | undefined)[],
  }))
  return { ...full, blocks: [...full.blocks, ...blocks], optional: { line, name } }
}

/** Code with a sign in place of numbers. */
const textOf = ({ pieces }: Template): string => pieces.join('#')
const countNumbers = (text: string): number => text.split('#').length - 1

/** Replaces the call of a module by its argument. */
function withoutCall(text: string, module: string): string | undefined {
  const from = text.indexOf(`${module}(`)
  if (from < 0) return undefined
  const start = from + module.length + 1
  let depth = 1
  let end = start
  for (; depth > 0 && end < text.length; end++)
    depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0
  return text.slice(0, from) + text.slice(start, end - 1) + text.slice(end)
}

const withCondition = (
  lines: readonly string[],
  { optional }: Group,
  test: string | undefined,
): readonly string[] =>
  optional && test !== undefined
    ? lines.with(optional.line, `${lines[optional.line]} if ${test} else nn.Identity()`)
    : lines

/** `forward` with fields in place of numbers that differ, and the lines that set them. */
function withFields(template: Template, expressions: readonly string[]): [string, string[]] {
  const roles: Role[] = findRoles(template, new Map())
  const fields = new Map<string, string>()
  const named = expressions.map((expression, i) => {
    if (expression === template.numbers[i]) return expression
    const { name } = roles[i]
    fields.set(name, `self.${name} = ${expression}`)
    return `self.${name}`
  })
  return [fillTemplate(template, named), [...fields.values()]]
}
