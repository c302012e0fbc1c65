// Names of modules in a class: those that Python or nn.Module has for something else, and lists.
import type { Create } from './create.ts'

/** A module, or modules by name. */
export interface Branch {
  /** Creates the module of a layer or of a block. */
  create?: Create
  children: Map<string, Branch>
}

/** Python's keywords, and the name of the module itself. */
const keywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in
  is lambda nonlocal not or pass raise return try while with yield self`.split(/\s+/),
)

/** Attributes of nn.Module, which hide modules of the same name. */
export const attributes = new Set(
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

export const isIdentifier = (name: string): boolean =>
  /^[A-Za-z]\w*$/.test(name) && !keywords.has(name)

/** True if the names are 0, 1, 2, ... in this order. */
export const isList = ({ create, children }: Branch): boolean =>
  create === undefined && [...children.keys()].every((name, i) => name === String(i))

/** True if nn.ModuleDict accepts the names. */
export const isDict = ({ children }: Branch): boolean =>
  ![...children.keys()].some((name) => attributes.has(name) || dictAttributes.has(name))
