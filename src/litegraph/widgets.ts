// Widgets of a node: one for each visible param, bound to the property with its name.
import type { Param } from '../engine/plan/op.ts'
import type { StoredFileKind } from '../engine/protocol.ts'
import type { DiffusionNode } from './diffusionNode.ts'
import { createDrawingWidget } from './drawingWidget.ts'
import type { NodeHooks } from './nodeSetup.ts'
import { visibleParams } from '../workflow/nodeBody.ts'
import { numberControl } from '../workflow/controlSpec.ts'
import { NumberWidget } from './numberWidget.ts'
import { inputParams } from './paramInputs.ts'
import { createParagraphWidget } from './paragraphWidget.ts'

/** Returns the visible params of a node. One that is an input has no widget. */
function visibleNodeParams(node: DiffusionNode): [string, Param][] {
  const inputs = inputParams(node)
  const visible = visibleParams(node.diffusion.declaration, node.properties)
  return inputs.size ? visible.filter(([name]) => !inputs.has(name)) : visible
}

/** Replaces the widgets of a node without a change of its size. */
export function addWidgets(node: DiffusionNode, hooks: NodeHooks) {
  const [width, height] = node.size
  node.widgets = []
  for (const [name, param] of visibleNodeParams(node)) addWidget(node, name, param, hooks)
  // litegraph sets the minimal size with each new widget.
  node.setSize([width, height])
}

function addWidget(node: DiffusionNode, name: string, param: Param, hooks: NodeHooks) {
  const options = { property: name }
  const value = node.properties[name]
  switch (param.kind) {
    case 'number':
    case 'seed':
      node.addCustomWidget(new NumberWidget(name, numberControl(param), value, hooks))
      return
    case 'choice':
      node.addWidget('combo', name, value, null, { ...options, values: [...param.choices] })
      return
    case 'boolean':
      node.addWidget('toggle', name, value, null, { ...options, on: 'on', off: 'off' })
      return
    case 'text':
      if (param.multiline) node.addCustomWidget(createParagraphWidget(name, value, hooks))
      else node.addWidget('text', name, value, null, options)
      return
    case 'drawing':
      node.addCustomWidget(createDrawingWidget(name, value, param.radius))
      return
    case 'checkpoint':
    case 'dataset': {
      const choose = () => hooks.chooseFile?.(node, name, param.kind)
      node.addWidget('button', name, value, choose, options)
      syncWidget(node, name)
      return
    }
    default:
      param satisfies never
  }
}

/** Replaces the widgets if other params became visible. Keeps the height of the area below. */
export function matchWidgets(node: DiffusionNode, hooks: NodeHooks) {
  const bound = node.widgets?.map(({ options }) => options.property).join()
  const wanted = visibleNodeParams(node).map(([name]) => name)
  if (bound === wanted.join()) return
  const [width, height] = node.size
  const before = node.computeSize()[1]
  addWidgets(node, hooks)
  const least = node.computeSize()
  node.setSize([Math.max(width, least[0]), height + least[1] - before])
}

/** Shows the current value of a property on its widget. */
export function syncWidget(node: DiffusionNode, name: string) {
  const widget = node.widgets?.find(({ options }) => options.property === name)
  if (!widget) return
  const value = node.properties[name]
  if (widget.type === 'button') {
    const chosen = value as { name?: unknown } | null
    widget.label =
      typeof chosen?.name === 'string'
        ? chosen.name.slice(0, 40)
        : chooseLabels[node.diffusion.declaration.params[name].kind as StoredFileKind]
  } else widget.value = value
}

const chooseLabels: { [K in StoredFileKind]: string } = {
  checkpoint: 'Choose a checkpoint…',
  dataset: 'Choose images…',
}
