// Texts of the tooltip for the slot, param or title under the pointer.
import { getText, englishText, type MessageText } from '../engine/base/catalogue.ts'
import {
  chosenType,
  type Accepts,
  type Declaration,
  type OutputSlot,
  type Param,
} from '../engine/plan/op.ts'
import type { DiffusionNode } from './diffusionNode.ts'
import { declaredName } from '../workflow/slots.ts'
import { cutText } from '../painters/cutText.ts'
import { plainText } from './richText.ts'

/** Texts of tooltips in one language. */
export interface TipWords {
  /** Translates the texts of a declaration. Default: unchanged. */
  declared?(declaration: Declaration): Declaration
  /** Translates a text that its author wrote, such as a note. Default: unchanged. */
  written?(text: string): string
  /** Translates a message of the engine. Default: English. */
  translate?(text: MessageText): string
  anything: string
  or(type: string, other: string): string
  like(slot: string): string
  optional(type: string): string
  /** Text for a slot that exists only in an older version of the node. */
  gone(slot: string, title: string): string
  seedControl(name: string): string
  /** Menu items: a param becomes an input, and back. */
  toInput(name: string): string
  toParam(name: string): string
}

export const englishTips: TipWords = {
  anything: 'anything',
  or: (type, other) => `${type} or ${other}`,
  like: (slot) => `same as ${slot}`,
  optional: (type) => `${type} (optional)`,
  gone: (slot, title) => `${slot} is no longer a slot of ${title}.`,
  seedControl: (name) => `${name}: how the seed changes before each run`,
  toInput: (name) => `Convert ${name} to input`,
  toParam: (name) => `Convert ${name} to widget`,
}

/** Returns the text for a point on a node, in coordinates of the node. */
export function tooltipAt(
  node: DiffusionNode,
  [x, y]: readonly [number, number],
  words = englishTips,
): string | undefined {
  const { fault } = node.diffusion
  if (y < 0)
    return fault
      ? [getText(fault, 'message'), getText(fault, 'cure')].map(tipTranslator(words)).join(' ')
      : translatedDeclaration(node, words).summary
  const note = noteOf(node)
  if (note) return cutText(plainText(words.written?.(note) ?? note), MAX_NOTE_TIP)
  const slot = node.getSlotInPosition(x + node.pos[0], y + node.pos[1])
  if (slot?.input) return slotTooltip(node, 'inputs', slot.input.name, words)
  if (slot?.output) return slotTooltip(node, 'outputs', slot.output.name, words)
  const widget = node.widgets?.find(({ last_y, computeSize }) => {
    const height = computeSize?.(node.size[0])[1] ?? 20
    return last_y !== undefined && y >= last_y && y <= last_y + height
  })
  const param = widget && String(widget.options.property ?? widget.name)
  return param === undefined ? undefined : paramTooltip(node, param, words)
}

/** Characters of a note in its tip. */
const MAX_NOTE_TIP = 1000

/** Returns the text of a note, which its node may show only in part; undefined for other nodes. */
function noteOf({ diffusion, properties }: DiffusionNode): string | undefined {
  if (diffusion.declaration.role !== 'note') return undefined
  const [name] = Object.keys(diffusion.declaration.params)
  return String(properties[name] ?? '')
}

export const tipTranslator =
  (words: TipWords) =>
  (text: MessageText): string =>
    words.translate?.(text) ?? englishText(text)

const translatedDeclaration = ({ diffusion: { declaration } }: DiffusionNode, words: TipWords) =>
  words.declared?.(declaration) ?? declaration

/** Returns the text for a slot, for example "t: timestep. one per item". */
export function slotTooltip(
  node: DiffusionNode,
  side: 'inputs' | 'outputs',
  name: string,
  words = englishTips,
): string {
  const { inputs, outputs, params, title } = translatedDeclaration(node, words)
  const declared = declaredName(side === 'inputs' ? inputs : outputs, name)
  if (declared === undefined && side === 'inputs')
    return paramTooltip(node, name, words) ?? words.gone(name, title)
  if (declared === undefined) return words.gone(name, title)
  const input = side === 'inputs' ? inputs[declared] : undefined
  const slot = input ?? outputs[declared]
  const type =
    'accepts' in slot
      ? acceptedTypes(slot.accepts, words)
      : outputTypeText(chosenType({ params }, slot.type, node.properties), words)
  return `${name}: ${input?.optional ? words.optional(type) : type}${slot.about ? `. ${slot.about}` : ''}`
}

const acceptedTypes = (accepts: Accepts, words: TipWords) =>
  accepts === 'any'
    ? words.anything
    : accepts.reduce<string>((some, type) => (some ? words.or(some, type) : type), '')

const outputTypeText = (type: OutputSlot['type'], words: TipWords) =>
  typeof type === 'string' ? type : words.like(type.like)

/** Returns the text for the current choice. */
function choiceTooltip(param: Param, value: unknown): string | undefined {
  const about =
    param.kind === 'choice' && typeof value === 'string' ? param.each?.[value] : undefined
  return about && `${value}: ${about}`
}

export function paramTooltip(
  node: DiffusionNode,
  name: string,
  words = englishTips,
): string | undefined {
  const { params } = translatedDeclaration(node, words)
  const param = Object.hasOwn(params, name) ? params[name] : undefined
  if (param)
    return `${name}: ${[param.about, choiceTooltip(param, node.properties[name])].filter(Boolean).join('. ')}`
  return name.endsWith('_control') ? words.seedControl(name) : undefined
}
