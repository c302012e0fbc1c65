// Registers the nodes with a host's LiteGraph.
import type { LiteGraphStatic, NodeClass } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../engine/plan/op.ts'
import type { DrawBody } from './drawBody.ts'
import { createNodeClass } from './node.ts'
import type { NodeHooks } from './nodeSetup.ts'
import { slotStyle } from './palette.ts'

export interface RegisterOptions extends NodeHooks {
  /** Prefix of all types, for hosts that have nodes with the same names. */
  prefix?: string
  /** True if the declarations are those of subgraphs. */
  isSubgraph?: boolean
  /** Draws the bodies of nodes, for canvases without their own painting. */
  drawBody?: DrawBody
}

export interface Registration {
  /** Removes the types that this registration added. */
  unregister(): void
}

/**
 * Registers a node class for each declaration. Replaces types that are already registered, so an
 * edited declaration applies to nodes created afterwards.
 */
export function registerNodes(
  lite: LiteGraphStatic,
  declarations: readonly Declaration[],
  { prefix = '', drawBody, isSubgraph = false, ...hooks }: RegisterOptions = {},
): Registration {
  // litegraph would find inherited names among its types, such as `constructor`.
  Object.setPrototypeOf(lite.registered_node_types, null)
  const registered = declarations.map((declaration): [string, NodeClass] => {
    const type = prefix + declaration.type
    if (/[<>&"']/.test(type + declaration.title)) {
      throw new Error(
        `${type}: litegraph shows types and titles as HTML; they must not hold markup.`,
      )
    }
    // litegraph logs each replacement.
    if (lite.registered_node_types[type]) unregisterType(lite, type)
    const Node = createNodeClass({
      lite,
      declaration,
      hooks,
      isSubgraph,
      drawBody,
      registeredType: (other) => prefix + other,
    })
    // LiteGraph.Nodes is keyed by class name, and minified names collide.
    Object.defineProperty(Node, 'name', { value: type })
    lite.registerNodeType(type, Node)
    // litegraph derives the category from the type. Menus by purpose are easier to read.
    Node.category = `${type.slice(0, type.lastIndexOf('/') + 1) || 'subgraphs/'}${declaration.category}`
    return [type, Node]
  })
  colourWires(lite, declarations)
  return {
    unregister() {
      for (const [type, Node] of registered)
        if (lite.registered_node_types[type] === Node) unregisterType(lite, type)
    },
  }
}

function unregisterType(lite: LiteGraphStatic, type: string) {
  // litegraph's unregisterNodeType does not remove the entry in Nodes.
  delete lite.registered_node_types[type]
  delete lite.Nodes[type]
}

/** Sets the colours of dragged wires, and of wires from nodes of other packages. */
function colourWires(lite: LiteGraphStatic, declarations: readonly Declaration[]) {
  if (!lite.LGraphCanvas) return
  for (const { outputs } of declarations) {
    for (const { type } of Object.values(outputs)) {
      if (typeof type === 'string')
        lite.LGraphCanvas.link_type_colors[type] ??= slotStyle(type).colour
    }
  }
}
