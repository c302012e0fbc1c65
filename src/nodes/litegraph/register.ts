// Puts the nodes into a host's LiteGraph, and takes them out again.
import type { LiteGraphStatic, NodeClass } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../../engine/plan/op.ts'
import type { Hooks } from './node.ts'
import { nodeClass } from './node.ts'
import { styleOf } from './palette.ts'

export interface RegisterOptions extends Hooks {
  /** Put before the type of every node, for a host that has nodes of the same names. */
  prefix?: string
}

export interface Registration {
  /** Takes out what this registration put in, and no more. */
  unregister(): void
}

/**
 * Registers a node class for each declaration. Registering again replaces what was registered before, so a declaration
 * that was edited takes effect for nodes made from then on.
 */
export function registerNodes(
  lite: LiteGraphStatic,
  declarations: readonly Declaration[],
  { prefix = '', ...hooks }: RegisterOptions = {},
): Registration {
  const registered = declarations.map((declaration): [string, NodeClass] => {
    const type = prefix + declaration.type
    if (/[<>&"']/.test(type + declaration.title)) {
      throw new Error(`${type}: litegraph shows types and titles as HTML; they must not hold markup.`)
    }
    // litegraph logs each replacement.
    if (lite.registered_node_types[type]) remove(lite, type)
    const made = nodeClass(lite, declaration, hooks, (other) => prefix + other)
    // LiteGraph.Nodes has classes by their names, which a minifier makes equal.
    Object.defineProperty(made, 'name', { value: type })
    lite.registerNodeType(type, made)
    // litegraph takes the category from the type; menus are easier to read by what nodes are for.
    made.category = `${type.slice(0, type.lastIndexOf('/') + 1) || 'subgraphs/'}${declaration.category}`
    return [type, made]
  })
  colourWires(lite, declarations)
  return {
    unregister() {
      for (const [type, made] of registered) if (lite.registered_node_types[type] === made) remove(lite, type)
    },
  }
}

function remove(lite: LiteGraphStatic, type: string) {
  // litegraph's own unregisterNodeType forgets the entry by name.
  delete lite.registered_node_types[type]
  delete lite.Nodes[type]
}

/** The colour of a wire while it is dragged and of wires made by other nodes. */
function colourWires(lite: LiteGraphStatic, declarations: readonly Declaration[]) {
  if (!lite.LGraphCanvas) return
  for (const { outputs } of declarations) {
    for (const { type } of Object.values(outputs)) {
      if (typeof type === 'string') lite.LGraphCanvas.link_type_colors[type] ??= styleOf(type).colour
    }
  }
}
