// Modules of a graph of layers by their dotted names: attributes, lists and dictionaries.
import { torchModelMessages } from '../../messages/torchModels.ts'

/** A module, or modules by name. */
interface Branch {
  /** Expression that creates the module of a layer. */
  module?: string
  children: Map<string, Branch>
}

/** Python's keywords, and names that code of this folder uses for something else. */
const keywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in
  is lambda nonlocal not or pass raise return try while with yield self`.split(/\s+/),
)

/** Attributes of nn.Module and nn.ModuleDict, which no module of a layer can replace. */
const attributes = new Set(
  `T_destination add_module apply bfloat16 buffers call_super_init children clear compile cpu cuda double dump_patches eval
  extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu items keys load_state_dict modules
  mtia named_buffers named_children named_modules named_parameters parameters pop register_backward_hook register_buffer
  register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
  register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
  register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
  state_dict to to_empty train training type update values xpu zero_grad`.split(/\s+/),
)

/** Modules by name, and how `forward` reaches them. */
export class ModuleTree {
  private readonly root: Branch = { children: new Map() }

  /** `reserved`: names of methods and buffers of the class. */
  constructor(private readonly reserved: ReadonlySet<string>) {}

  /** True if a first part of a name is in use. */
  has(name: string): boolean {
    return this.root.children.has(name)
  }

  /** Adds the module of a layer. Throws Error with a message for users if a module cannot have it. */
  add(name: string, module: string) {
    let branch = this.root
    for (const [i, part] of name.split('.').entries()) {
      const isTaken = attributes.has(part) || part.startsWith('_')
      if (isTaken || (i === 0 && this.reserved.has(part)))
        throw new Error(torchModelMessages.layerName({ name }))
      const next = branch.children.get(part) ?? { children: new Map() }
      branch.children.set(part, next)
      branch = next
    }
    branch.module = module
  }

  /** Lines of `__init__`. Throws Error if a layer has the name of a group of layers. */
  lines(): string[] {
    return [...this.root.children].flatMap(([name, branch]) => {
      const [first, ...others] = create(branch, name)
      const isAttribute = isIdentifier(name)
      const head = isAttribute ? `self.${name} = ` : `self.add_module("${name}", `
      if (isAttribute) return [head + first, ...others]
      const all = [head + first, ...others]
      return [...all.slice(0, -1), `${all.at(-1)})`]
    })
  }

  /** Expression of a module in a method. */
  access(name: string): string {
    let branch = this.root
    return name.split('.').reduce((path, part, i) => {
      const isItem = i > 0 && isList(branch)
      branch = branch.children.get(part)!
      if (isItem) return `${path}[${part}]`
      if (isIdentifier(part)) return `${path}.${part}`
      return i === 0 ? `${path}.get_submodule("${part}")` : `${path}["${part}"]`
    }, 'self')
  }
}

const isIdentifier = (name: string): boolean => /^[A-Za-z]\w*$/.test(name) && !keywords.has(name)

/** True if the names are 0, 1, 2, ... in this order. */
const isList = ({ children }: Branch): boolean =>
  [...children.keys()].every((name, i) => name === String(i))

/** Lines of the expression that creates a module or a container. */
function create(branch: Branch, path: string): string[] {
  const { module, children } = branch
  if (children.size === 0) return [module!]
  if (module !== undefined) {
    const inner = `${path}.${[...children.keys()][0]}`
    throw new Error(torchModelMessages.layerInside({ name: path, inner }))
  }
  const areItems = isList(branch)
  const items = [...children].flatMap(([name, child]) => {
    const [first, ...others] = create(child, `${path}.${name}`)
    const lines = [`${areItems ? '' : `"${name}": `}${first}`, ...others]
    return [...lines.slice(0, -1), `${lines.at(-1)},`].map((line) => `    ${line}`)
  })
  return areItems ? ['nn.ModuleList([', ...items, '])'] : ['nn.ModuleDict({', ...items, '})']
}
