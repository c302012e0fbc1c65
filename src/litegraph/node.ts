// Creates the litegraph class of a node from its declaration.
import type { NodeClass } from 'litegraph.js/build/litegraph.core.js'
import { createComfyClass, isComfy } from './comfy.ts'
import { createDataClass } from './nodeData.ts'
import { createDisplayClass } from './nodeDisplay.ts'
import type { NodeSetup } from './nodeSetup.ts'
import { createWiredClass } from './nodeWires.ts'
import { createRerouteClass } from './reroute.ts'

export function createNodeClass(setup: NodeSetup): NodeClass {
  const data = createDataClass(setup)
  const shown = createDisplayClass(createWiredClass(data, setup), setup)
  const node = isComfy(setup.lite) ? createComfyClass(shown, setup) : shown
  return setup.declaration.reroute ? createRerouteClass(node) : node
}
