// Translation of engine messages: recognises an English message and its values.
import type { Catalogue, Translation } from '../../engine/base/catalogue.ts'
import { resolveParticles } from './ko/particles.ts'

/**
 * A message and its translation. In both, `{name}` is a value. `{name~}` in the translation is a
 * value that is translated as well.
 */
export interface TranslatedMessage {
  id: string
  english: string
  translation: string
}

/** Returns the messages of a catalogue with their translations. */
export const pairCatalogue = <C extends Catalogue<Record<string, string>>>(
  catalogue: C,
  translations: Translation<C>,
): TranslatedMessage[] =>
  Object.entries(catalogue).map(([key, { id, text }]) => ({
    id,
    english: text,
    translation: translations[key as keyof C],
  }))

interface Template {
  /** Text around the values; one more than `names`. */
  parts: readonly string[]
  /** Names of the values. */
  names: readonly string[]
  to: string
  letters: number
}

const HOLE = /\{(\w+)\}/
/** Templates with fewer letters match almost any sentence, so their values are restricted. */
const WEAK = 7
/** Boundary between two sentences. */
const ENDS = /[.!?] [A-Z]/
/** Maximum length of a message. */
const LONGEST = 4000
const CACHED = 500
/** Maximum number of sentences in a message. */
const TOGETHER = 4

/**
 * Returns a function that translates messages. `words` are parts of messages, such as kinds of
 * values and expectations. Unknown text stays English.
 */
export function createTranslator(
  sentences: readonly TranslatedMessage[],
  words: readonly TranslatedMessage[],
): (text: string) => string {
  const [sentenceTable, wordTable] = [createTable(sentences), createTable(words)]
  const translateValue = (text: string): string =>
    translateUndotted(text, translateKnown) ??
    (text.startsWith('"')
      ? text
      : (translateSentences(text) ?? translateMatch(text, wordTable, translateValue) ?? text))
  const translateKnown = (text: string) => translateWords(text) ?? translateSentence(text)
  const translateWords = (text: string) =>
    translateMatch(text, wordTable, translateValue, hasNoSpaces)
  const translateSentence = (text: string) =>
    translateMatch(text, sentenceTable, translateValue, hasPlainValues) ??
    translateAfterLocation(text)

  /** Translates a message after a location: "nodes[3].pos: expected ...", "cat.heic: ...". */
  function translateAfterLocation(text: string): string | undefined {
    const at = text.indexOf(': ')
    if (at < 0 || /[.!?] /.test(text.slice(0, at))) return undefined
    const message = translateUndotted(
      text.slice(at + 2),
      (rest) =>
        translateMatch(rest, sentenceTable, translateValue, hasPlainValues) ?? translateWords(rest),
    )
    return message && `${text.slice(0, at)}: ${message}`
  }

  /** Translates a text sentence by sentence; each message is as many sentences as possible. */
  function translateSentences(text: string): string | undefined {
    const parts = text.split(/(?<=[.!?])\s+/)
    const translated: string[] = []
    let found = false
    for (let i = 0; i < parts.length;) {
      let end = Math.min(parts.length, i + TOGETHER)
      let part: string | undefined
      while (end > i && (part = translateSentence(parts.slice(i, end).join(' '))) === undefined)
        end--
      translated.push(part ?? parts[i])
      found ||= part !== undefined
      i = Math.max(end, i + 1)
    }
    return found ? translated.join(' ') : undefined
  }

  return cacheTexts((text) => translateSentence(text) ?? translateSentences(text) ?? text)
}

function cacheTexts(translate: (text: string) => string): (text: string) => string {
  const cache = new Map<string, string>()
  return (text) => {
    if (text.length > LONGEST) return text
    const cached = cache.get(text)
    if (cached !== undefined) return cached
    const translated = translate(text)
    if (cache.size >= CACHED) cache.clear()
    cache.set(text, translated)
    return translated
  }
}

/** Translates a text, or the text without its full stop. */
function translateUndotted(
  text: string,
  known: (text: string) => string | undefined,
): string | undefined {
  const undotted = text.endsWith('.') ? known(text.slice(0, -1)) : undefined
  return known(text) ?? (undotted && `${undotted}.`)
}

interface Table {
  exact: ReadonlyMap<string, string>
  /** Templates in order of decreasing number of letters. */
  templates: readonly Template[]
}

function createTable(messages: readonly TranslatedMessage[]): Table {
  const exact = new Map<string, string>()
  const templates: Template[] = []
  for (const { english, translation: to } of messages) {
    const split = english.split(HOLE)
    const parts = split.filter((_, i) => i % 2 === 0)
    const names = split.filter((_, i) => i % 2 === 1)
    const letters = parts.join('').replaceAll(/[^a-z]/gi, '').length
    if (names.length === 0) exact.set(english, to)
    else templates.push({ parts, names, to, letters })
  }
  return { exact, templates: templates.sort((a, b) => b.letters - a.letters) }
}

type TextValues = ReadonlyMap<string, string>

/**
 * Translates a text by the first matching message. `ifWeak` checks the values of weak templates.
 */
function translateMatch(
  text: string,
  { exact, templates }: Table,
  inWords: (value: string) => string,
  ifWeak: (values: TextValues, template: Template) => boolean = () => true,
): string | undefined {
  const same = exact.get(text)
  if (same !== undefined) return same
  for (const template of templates) {
    const values = matchValues(text, template)
    if (values && (template.letters >= WEAK || ifWeak(values, template)))
      return fillTemplate(template.to, values, inWords)
  }
  return undefined
}

const hasNoSpaces = (values: TextValues) => ![...values.values()].some((value) => /\s/.test(value))

const isInWords = ({ to }: Template, name: string) => to.includes(`{${name}~}`)

/** Untranslated values are numbers and names without spaces; translated ones can contain spaces. */
const hasPlainValues = (values: TextValues, template: Template) =>
  hasNoSpaces(new Map([...values].filter(([name]) => !isInWords(template, name))))

/** Extracts the values of a text, each as short as possible; undefined if it does not match. */
function matchValues(text: string, template: Template): TextValues | undefined {
  const { parts, names } = template
  if (!text.startsWith(parts[0]) || !text.endsWith(parts.at(-1)!)) return undefined
  const end = text.length - parts.at(-1)!.length
  const values = new Map<string, string>()
  let from = parts[0].length
  for (const [i, part] of parts.slice(1).entries()) {
    const last = i === parts.length - 2
    const at = last ? end : text.indexOf(part, from)
    if (at < from || at > end) return undefined
    const value = text.slice(from, at)
    // A translated value at the beginning or end can consist of several sentences.
    const open =
      isInWords(template, names[i]) && ((i === 0 && parts[0] === '') || (last && part === ''))
    const quoted = parts[i].endsWith('"') && part.startsWith('"')
    if (!open && !quoted && ENDS.test(value)) return undefined
    // A repeated value must be equal in both positions.
    if ((values.get(names[i]) ?? value) !== value) return undefined
    values.set(names[i], value)
    from = at + part.length
  }
  return values
}

const fillTemplate = (to: string, values: TextValues, inWords: (value: string) => string) =>
  resolveParticles(
    to.replaceAll(/\{(\w+)(~?)\}/g, (hole, name: string, turn: string) => {
      const value = values.get(name)
      return value === undefined ? hole : turn ? inWords(value) : value
    }),
  )
