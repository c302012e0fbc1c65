// What is under the pointer, in words: the canvas' own tool-tip.
import type { Accepts, Declaration, OutputSlot, Param } from '../../engine/plan/op.ts'
import type { DiffusionNode } from './node.ts'
import { declaredName } from '../workflow/slots.ts'

/** What tips are made of, in a language. */
export interface TipWords {
  /** What a node says of itself; without it, as it is declared. */
  declared?(declaration: Declaration): Declaration
  /** What the engine says; without it, as it says it. */
  said?(english: string): string
  anything: string
  /** One type or another. */
  or(type: string, other: string): string
  like(slot: string): string
  optional(type: string): string
  /** Of a slot of an older version of the node. */
  gone(slot: string, title: string): string
  seedControl(name: string): string
}

export const inEnglish: TipWords = {
  anything: 'anything',
  or: (type, other) => `${type} or ${other}`,
  like: (slot) => `like ${slot}`,
  optional: (type) => `${type} (optional)`,
  gone: (slot, title) => `${slot} is not a slot of ${title} any more.`,
  seedControl: (name) => `${name}: what happens to the seed before each run`,
}

/** The text for a place on a node, in its own coordinates. */
export function tooltipAt(node: DiffusionNode, [x, y]: readonly [number, number], words = inEnglish): string | undefined {
  const { fault } = node.diffusion
  if (y < 0) return fault ? [fault.message, fault.cure].map(saying(words)).join(' ') : declaredOf(node, words).summary
  const slot = node.getSlotInPosition(x + node.pos[0], y + node.pos[1])
  if (slot?.input) return aboutSlot(node, 'inputs', slot.input.name, words)
  if (slot?.output) return aboutSlot(node, 'outputs', slot.output.name, words)
  const widget = node.widgets?.find(({ last_y, computeSize }) => {
    const height = computeSize?.(node.size[0])[1] ?? 20
    return last_y !== undefined && y >= last_y && y <= last_y + height
  })
  const param = widget && String(widget.options.property ?? widget.name)
  return param === undefined ? undefined : aboutParam(node, param, words)
}

/** What the engine says, in these words. */
export const saying =
  (words: TipWords) =>
  (english: string): string =>
    words.said?.(english) ?? english

const declaredOf = ({ diffusion: { declaration } }: DiffusionNode, words: TipWords) =>
  words.declared?.(declaration) ?? declaration

/** "t: timestep. one per item" */
export function aboutSlot(node: DiffusionNode, side: 'inputs' | 'outputs', name: string, words = inEnglish): string {
  const { inputs, outputs, title } = declaredOf(node, words)
  const declared = declaredName(side === 'inputs' ? inputs : outputs, name)
  if (declared === undefined) return words.gone(name, title)
  const input = side === 'inputs' ? inputs[declared] : undefined
  const slot = input ?? outputs[declared]!
  const type = 'accepts' in slot ? taken(slot.accepts, words) : given(slot.type, words)
  return `${name}: ${input?.optional ? words.optional(type) : type}${slot.about ? `. ${slot.about}` : ''}`
}

const taken = (accepts: Accepts, words: TipWords) =>
  accepts === 'any' ? words.anything : accepts.reduce<string>((some, type) => (some ? words.or(some, type) : type), '')

const given = (type: OutputSlot['type'], words: TipWords) => (typeof type === 'string' ? type : words.like(type.like))

/** What is said of the one choice that is taken. */
function aboutChoice(param: Param, value: unknown): string | undefined {
  const about = param.kind === 'choice' && typeof value === 'string' ? param.each?.[value] : undefined
  return about && `${value}: ${about}`
}

export function aboutParam(node: DiffusionNode, name: string, words = inEnglish): string | undefined {
  const { params } = declaredOf(node, words)
  const param = Object.hasOwn(params, name) ? params[name] : undefined
  if (param) return `${name}: ${[param.about, aboutChoice(param, node.properties[name])].filter(Boolean).join('. ')}`
  return name.endsWith('_control') ? words.seedControl(name) : undefined
}
