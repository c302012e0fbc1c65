// Translation of messages by their ids.
import type { Message } from '../../engine/base/catalogue.ts'
import { getOwn } from '../../engine/base/records.ts'
import { resolveParticles } from './ko/particles.ts'

/** Bounds of a message, which may come from a stored or imported record. */
const MOST_LEVELS = 12
const MOST_PARTS = 200
const LONGEST = 10_000

/**
 * Returns a function that translates messages, with the messages among their values. Unknown and
 * damaged ones are shown by their English text.
 */
export function createTranslator(
  translations: Readonly<Record<string, string>>,
): (message: Message) => string {
  return (message) => {
    let parts = 0
    const translate = (value: unknown, level: number): string | undefined => {
      if (++parts > MOST_PARTS || typeof value !== 'object' || value === null)
        return readText(value)
      const { id, text, values } = value as Partial<Record<keyof Message, unknown>>
      const template = typeof id === 'string' ? getOwn(translations, id) : undefined
      if (template === undefined || level > MOST_LEVELS) return readText(text)
      const filled = fillTemplate(template, (name) =>
        translate(getOwn(Object(values) as Record<string, unknown>, name), level + 1),
      )
      return filled ?? readText(text)
    }
    return translate(message, 0) ?? message.text
  }
}

const readText = (text: unknown): string | undefined =>
  typeof text === 'string' && text.length <= LONGEST ? text : undefined

/** Fills a template; undefined if a value is missing. */
function fillTemplate(
  template: string,
  getValue: (name: string) => string | undefined,
): string | undefined {
  let isComplete = true
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = getValue(name)
    isComplete &&= value !== undefined
    return value ?? ''
  })
  return isComplete ? resolveParticles(filled) : undefined
}
