// Modules of a class by their dotted names: attributes, lists and dictionaries.
import { MessageError } from '../../../engine/base/errors.ts'
import { torchModelMessages } from '../../../messages/torchModels.ts'
import type { Parts } from './parts.ts'
import { named } from './helpers.ts'
import { defineLevel, isLevel } from './levelClass.ts'
import { attributes, isDict, isIdentifier, isList, type Branch } from './moduleNames.ts'
import { printCode, python, type Code } from './python.ts'
import { NOTHING, type Create } from './create.ts'
import { MODULE_MARKS } from './terms.ts'

export interface TreeAround {
  parts: Parts
  /** Names of methods of the class, which hide modules as well. */
  methods: ReadonlySet<string>
  /** Names of lists that loops run over. */
  lists: ReadonlySet<string>
  /** Comments on modules. */
  comments: ReadonlyMap<string, string>
  /** True for lines that are short enough. */
  fits?: (line: string) => boolean
}

/** Modules by name, and how methods reach them. */
export class ModuleTree {
  private readonly root: Branch = { children: new Map() }

  /** Throws MessageError if a module cannot have its name. */
  constructor(
    private readonly around: TreeAround,
    creates: ReadonlyMap<string, Create>,
  ) {
    for (const [name, create] of creates) this.branch(name).create = create
    for (const name of around.lists) this.branch(name)
  }

  /** Lines of `__init__`. Throws MessageError if a layer has the name of a group of layers. */
  lines(): string[] {
    return [...this.root.children].flatMap(([name, branch]) => {
      const code = this.create(branch, name)
      const [head, tail] = isIdentifier(name)
        ? [`self.${name} = `, '']
        : [`self.add_module("${name}", `, ')']
      const lines = printCode({ head, items: [code], tail }, 8, this.around.fits)
      const comment = this.around.comments.get(name)
      return comment === undefined ? lines : withComment(lines, comment)
    })
  }

  /** Replaces marks of modules by expressions. */
  fill(text: string): string {
    return text.replaceAll(MODULE_MARKS, (_, path) => {
      const [, variable, inside] = /^(\w+):\.?(.*)$/.exec(path) ?? []
      if (variable === undefined) return this.access(path)
      return inside === '' ? variable : inside.split('.').reduce(accessPart, variable)
    })
  }

  /** Expression of a module in a method. */
  private access(name: string): string {
    let branch: Branch | undefined = this.root
    return name.split('.').reduce((path, part) => {
      const around: Branch | undefined = branch
      branch = branch?.children.get(part)
      // Modules inside a block.
      if (!around || around.create !== undefined) return accessPart(path, part)
      if (around !== this.root && isList(around)) return `${path}[${part}]`
      const isHidden =
        attributes.has(part) || (around === this.root && this.around.methods.has(part))
      if (isIdentifier(part) && !isHidden) return `${path}.${part}`
      return around !== this.root && isDict(around)
        ? `${path}["${part}"]`
        : `${path}._modules["${part}"]`
    }, 'self')
  }

  private branch(name: string): Branch {
    let branch = this.root
    for (const part of name.split('.')) {
      if (part.startsWith('_') || part === 'training')
        throw new MessageError(torchModelMessages.layerName({ name }))
      const next = branch.children.get(part) ?? { children: new Map() }
      branch.children.set(part, next)
      branch = next
    }
    return branch
  }

  /** The expression that creates a module or a container. */
  private create(branch: Branch, path: string): Code {
    const { create, children } = branch
    if (create !== undefined && children.size > 0) {
      const inner = `${path}.${[...children.keys()][0]}`
      throw new MessageError(torchModelMessages.layerInside({ name: path, inner }))
    }
    if (create !== undefined) return writeCreate(this.around.parts, create)
    const items = [...children].map(([name, child]): [string, Code] => [
      name,
      this.create(child, `${path}.${name}`),
    ])
    const codes = items.map(([, code]) => code)
    if (isList(branch)) return createList(codes, this.around.lists.has(path))
    if (this.around.lists.size > 0 && isLevel(branch)) return this.createLevel(branch, path)
    const dict = isDict(branch) ? 'nn.ModuleDict' : group(this.around.parts)
    const pairs = items.map(([name, code]) => withHead(`"${name}": `, code))
    return { head: `${dict}({`, items: pairs, tail: '})' }
  }

  /** Lists of modules; those that are empty or do nothing are left out. */
  private createLevel(branch: Branch, path: string): Code {
    const { name, names } = defineLevel(this.around.parts, this.root, this.around.lists)
    let isPositional = true
    const items = names.flatMap((list): Code[] => {
      const items = [...(branch.children.get(list)?.children ?? [])]
      if (items.every(([, { create }]) => create === NOTHING)) {
        isPositional = false
        return []
      }
      const codes = items.map(([i, item]) => this.create(item, `${path}.${list}.${i}`))
      return [{ head: isPositional ? '[' : `${list}=[`, items: codes, tail: ']' }]
    })
    return { head: `${name}(`, items, tail: ')' }
  }
}

/** The expression of a module, or of modules in a row. */
export function writeCreate(parts: Parts, create: Create): Code {
  if (!('row' in create)) return create.code
  const { row } = create
  const areNumbers = /^\d+$/.test(row[0][0])
  const items = row.map(([name, inner]) =>
    withHead(areNumbers ? '' : `${name}=`, writeCreate(parts, inner)),
  )
  return { head: `${areNumbers ? 'nn.Sequential' : named(parts)}(`, items, tail: ')' }
}

const withComment = (lines: readonly string[], comment: string): string[] => [
  ...lines.slice(0, -1),
  `${lines.at(-1)!}  # ${comment}`,
]

const withHead = (head: string, code: Code): Code =>
  typeof code === 'string' ? head + code : { ...code, head: head + code.head }

/** A list; equal modules that a loop runs over are written once. */
function createList(items: readonly Code[], isLoop: boolean): Code {
  const [first] = items
  const areEqual = typeof first === 'string' && items.every((item) => item === first)
  return areEqual && (isLoop || items.length > 1)
    ? {
        head: 'nn.ModuleList(',
        items: [`${first} for _ in range(${items.length})`],
        tail: ')',
        isOne: true,
      }
    : { head: 'nn.ModuleList([', items, tail: '])' }
}

/** A module inside another. */
const accessPart = (path: string, part: string): string =>
  isIdentifier(part) ? `${path}.${part}` : `${path}[${/^\d+$/.test(part) ? part : `"${part}"`}]`

/** A container of modules whose names nn.ModuleDict refuses. */
const group = (parts: Parts): string =>
  parts.define(
    'Group',
    () => python`
      class Group(nn.Module):
          """Modules by name, also those that methods of modules have."""

          def __init__(self, modules):
              super().__init__()
              for name, module in modules.items():
                  setattr(self, name, module)
    `,
  )
