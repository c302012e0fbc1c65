// Modules of a class by their dotted names: attributes, lists and dictionaries.
import { MessageError } from '../../../engine/base/errors.ts'
import { torchModelMessages } from '../../messages/torchModels.ts'
import type { Parts } from './parts.ts'
import { named } from './helpers.ts'
import { isLevel, LevelClass } from './levelClass.ts'
import { printCode, python, type Code } from './python.ts'
import { NOTHING } from './loops.ts'
import type { Create } from './rows.ts'
import { MODULE_MARKS } from './terms.ts'

/** A module, or modules by name. */
export interface Branch {
  /** What creates the module of a layer or of a block. */
  create?: Create
  children: Map<string, Branch>
}

/** Python's keywords, and the name of the module itself. */
const keywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in
  is lambda nonlocal not or pass raise return try while with yield self`.split(/\s+/),
)

/** Attributes of nn.Module, which hide modules of the same name. */
const attributes = new Set(
  `T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr
  float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers
  named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook
  register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
  register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
  register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
  state_dict to to_empty train type xpu zero_grad`.split(/\s+/),
)

/** Further attributes of nn.ModuleDict, which refuses names of attributes. */
const dictAttributes = new Set(['clear', 'items', 'keys', 'pop', 'update', 'values'])

/** Further attributes of nn.Sequential. */
const rowAttributes = new Set(['append', 'extend', 'insert', 'pop'])

/** True if nn.Sequential accepts the name of a module, as a keyword or a number. */
export const isRowName = (name: string): boolean =>
  /^\d+$/.test(name) || (isIdentifier(name) && !attributes.has(name) && !rowAttributes.has(name))

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
  private level: LevelClass | undefined

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
    if (create !== undefined) return this.createRow(create)
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
    this.level ??= new LevelClass(this.root, this.around.lists)
    const { name, lists } = this.level.define(this.around.parts)
    let isPositional = true
    const items = lists.flatMap(({ list }): Code[] => {
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

  private createRow(create: Create): Code {
    if (typeof create === 'string') return create
    const { row } = create
    const areNumbers = /^\d+$/.test(row[0][0])
    const items = row.map(([name, inner]) =>
      withHead(areNumbers ? '' : `${name}=`, this.createRow(inner)),
    )
    return {
      head: areNumbers ? 'nn.Sequential(' : `${named(this.around.parts)}(`,
      items,
      tail: ')',
    }
  }
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

const isIdentifier = (name: string): boolean => /^[A-Za-z]\w*$/.test(name) && !keywords.has(name)

/** True if the names are 0, 1, 2, ... in this order. */
export const isList = ({ create, children }: Branch): boolean =>
  create === undefined && [...children.keys()].every((name, i) => name === String(i))

/** True if nn.ModuleDict accepts the names. */
const isDict = ({ children }: Branch): boolean =>
  ![...children.keys()].some((name) => attributes.has(name) || dictAttributes.has(name))

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
