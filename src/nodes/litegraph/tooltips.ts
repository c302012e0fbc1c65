// What is under the pointer, in words: for the canvas' own tool-tip and for panels.
import type { Param } from '../../engine/plan/op.ts'
import type { DiffusionNode } from './node.ts'
import { declaredName } from '../workflow/slots.ts'

/** The text for a place on a node, in its own coordinates. */
export function tooltipAt(node: DiffusionNode, [x, y]: readonly [number, number]): string | undefined {
  const { declaration, fault } = node.diffusion
  if (y < 0) return fault ? `${fault.message} ${fault.cure}` : declaration.summary
  const slot = node.getSlotInPosition(x + node.pos[0], y + node.pos[1])
  if (slot?.input) return aboutSlot(node, 'inputs', slot.input.name)
  if (slot?.output) return aboutSlot(node, 'outputs', slot.output.name)
  const widget = node.widgets?.find(({ last_y, computeSize }) => {
    const height = computeSize?.(node.size[0])[1] ?? 20
    return last_y !== undefined && y >= last_y && y <= last_y + height
  })
  const param = widget && String(widget.options.property ?? widget.name)
  return param === undefined ? undefined : aboutParam(node, param)
}

/** "t: timestep. one per item" */
export function aboutSlot(
  { diffusion: { declaration } }: DiffusionNode,
  side: 'inputs' | 'outputs',
  name: string,
): string | undefined {
  const slots = declaration[side]
  const declared = declaredName(slots, name)
  if (declared === undefined) return `${name} is not a slot of ${declaration.title} any more.`
  const input = side === 'inputs' ? declaration.inputs[declared] : undefined
  const output = side === 'outputs' ? declaration.outputs[declared] : undefined
  const type = input
    ? input.accepts === 'any'
      ? 'anything'
      : input.accepts.join(' or ')
    : typeof output!.type === 'string'
      ? output!.type
      : `like ${output!.type.like}`
  const about = (input ?? output!).about
  return `${name}: ${type}${input?.optional ? ' (optional)' : ''}${about ? `. ${about}` : ''}`
}

/** What is said of the one choice that is taken. */
function aboutChoice(param: Param, value: unknown): string | undefined {
  const about = param.kind === 'choice' && typeof value === 'string' ? param.each?.[value] : undefined
  return about && `${value}: ${about}`
}

export function aboutParam({ diffusion: { declaration }, properties }: DiffusionNode, name: string): string | undefined {
  const param = Object.hasOwn(declaration.params, name) ? declaration.params[name] : undefined
  if (param) return `${name}: ${[param.about, aboutChoice(param, properties[name])].filter(Boolean).join('. ')}`
  return name.endsWith('_control') ? `${name}: what happens to the seed before each run` : undefined
}
