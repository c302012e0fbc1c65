// Modules of a graph of layers by their dotted names: attributes, lists and dictionaries.
import { MessageError } from '../../../engine/base/errors.ts'
import { torchModelMessages } from '../../messages/torchModels.ts'
import type { Parts } from './parts.ts'
import { python } from './python.ts'

/** A module, or modules by name. */
interface Branch {
  /** Expression that creates the module of a layer. */
  module?: string
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

/** Containers of one module are on one line if it is this short, with its name and indentation. */
const SHORT = 80

/** Modules by name, and how `forward` reaches them. */
export class ModuleTree {
  private readonly root: Branch = { children: new Map() }

  /** `methods`: names of methods of the class, which hide modules as well. */
  constructor(
    private readonly parts: Parts,
    private readonly methods: ReadonlySet<string>,
  ) {}

  /** True if a first part of a name is in use. */
  has(name: string): boolean {
    return this.root.children.has(name) || attributes.has(name) || this.methods.has(name)
  }

  /** Adds the module of a layer. Throws Error with a message for users if a module cannot have it. */
  add(name: string, module: string) {
    let branch = this.root
    for (const part of name.split('.')) {
      if (part.startsWith('_') || part === 'training')
        throw new MessageError(torchModelMessages.layerName({ name }))
      const next = branch.children.get(part) ?? { children: new Map() }
      branch.children.set(part, next)
      branch = next
    }
    branch.module = module
  }

  /** Lines of `__init__`. Throws Error if a layer has the name of a group of layers. */
  lines(): string[] {
    return [...this.root.children].flatMap(([name, branch]) => {
      const [first, ...others] = this.create(branch, name)
      if (isIdentifier(name)) return [`self.${name} = ${first}`, ...others]
      const all = [`self.add_module("${name}", ${first}`, ...others]
      return [...all.slice(0, -1), `${all.at(-1)})`]
    })
  }

  /** Expression of a module in a method. */
  access(name: string): string {
    let branch = this.root
    return name.split('.').reduce((path, part) => {
      const around = branch
      branch = branch.children.get(part)!
      if (around !== this.root && isList(around)) return `${path}[${part}]`
      const isHidden = attributes.has(part) || (around === this.root && this.methods.has(part))
      if (isIdentifier(part) && !isHidden) return `${path}.${part}`
      return around !== this.root && isDict(around)
        ? `${path}["${part}"]`
        : `${path}._modules["${part}"]`
    }, 'self')
  }

  /** Lines of the expression that creates a module or a container. */
  private create(branch: Branch, path: string): string[] {
    const { module, children } = branch
    if (children.size === 0) return [module!]
    if (module !== undefined) {
      const inner = `${path}.${[...children.keys()][0]}`
      throw new MessageError(torchModelMessages.layerInside({ name: path, inner }))
    }
    const areItems = isList(branch)
    const dict = isDict(branch) ? 'nn.ModuleDict' : group(this.parts)
    const [open, close] = areItems ? ['nn.ModuleList([', '])'] : [`${dict}({`, '})']
    const items = [...children].map(([name, child]) => {
      const [first, ...others] = this.create(child, `${path}.${name}`)
      return [`${areItems ? '' : `"${name}": `}${first}`, ...others]
    })
    const line = open + items[0][0] + close
    const isShort = path.length + 4 * path.split('.').length + line.length < SHORT
    if (items.length === 1 && items[0].length === 1 && isShort) return [line]
    const lines = items.flatMap((item) => [...item.slice(0, -1), `${item.at(-1)},`])
    return [open, ...lines.map((line) => `    ${line}`), close]
  }
}

const isIdentifier = (name: string): boolean => /^[A-Za-z]\w*$/.test(name) && !keywords.has(name)

/** True if the names are 0, 1, 2, ... in this order. */
const isList = ({ children }: Branch): boolean =>
  [...children.keys()].every((name, i) => name === String(i))

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
