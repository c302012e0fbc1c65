// Translation of messages by their ids.
import type { Message } from '../../engine/base/catalogue.ts'
import { getOwn } from '../../engine/base/records.ts'
import { resolveParticles } from './ko/particles.ts'

/** Bounds of a message, which may come from a stored or imported record. */
const MOST_LEVELS = 12
const MOST_PARTS = 200
const LONGEST = 10_000

/** Returns a function that translates messages. Unknown and damaged ones keep their English text. */
export function createTranslator(
  translations: Readonly<Record<string, string>>,
): (message: Message) => string {
  return (message) => {
    let parts = 0
    const translate = (value: unknown, level: number): string | undefined => {
      if (++parts > MOST_PARTS || level > MOST_LEVELS) return undefined
      if (typeof value === 'string') return value.length > LONGEST ? undefined : value
      const { id, text, values } = Object(value) as Partial<Record<keyof Message, unknown>>
      const template = typeof id === 'string' ? getOwn(translations, id) : undefined
      if (template === undefined) return typeof text === 'string' ? text : undefined
      let isComplete = true
      const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const part = translate(getOwn(Object(values) as Record<string, unknown>, name), level + 1)
        isComplete &&= part !== undefined
        return part ?? ''
      })
      return isComplete ? resolveParticles(filled) : typeof text === 'string' ? text : undefined
    }
    return translate(message, 0) ?? message.text
  }
}
