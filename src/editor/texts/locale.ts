// A language besides English: functions that translate, from the data in locales/<code>. Loaded with
// the first of them.
import type { Message } from '../../engine/base/catalogue.ts'
import { getOwn } from '../../engine/base/records.ts'
import type { ViewTextId } from '../../engine/base/viewTexts.ts'
import type { NodeTexts } from './declarations.ts'
import { format, type GetValue } from './format.ts'
import { viewTranslator } from './views.ts'
import { pairTexts, pairTitles, type WorkflowTable } from './workflows.ts'

/** Texts by key. The key of a text with values contains their names: `copyOf(name)`. */
export interface TextTree {
  readonly [key: string]: string | readonly string[] | readonly (readonly string[])[] | TextTree
}

/** Texts of the interface, by the module that loads them. */
export type TextPart =
  | 'interface'
  | 'keys'
  | 'lessons'
  | 'notes'
  | 'figure'
  | 'bench'
  | 'trainingEstimate'

/** All texts of a language. What is missing is shown in English. */
export type Locale = { readonly [Part in TextPart]?: TextTree } & {
  /** Messages of the engine and the nodes by area and key, as in their ids. */
  readonly messages?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly nodes?: Readonly<Record<string, NodeTexts>>
  readonly views?: { readonly [Id in ViewTextId]?: string }
  readonly workflows?: WorkflowTable
}

export interface Translation {
  /** Returns the translation of a part of the interface, with functions as in English. */
  readPart<T extends object>(part: TextPart, english: T): T
  readonly nodes: Readonly<Record<string, NodeTexts>>
  /** Translations of the texts of ready workflows, by the English text. */
  readonly workflows: ReadonlyMap<string, string>
  /** Translations of the titles of their nodes, by the English title. */
  readonly titles: ReadonlyMap<string, string>
  /** Translates English texts in the views of nodes. */
  translateView(english: string): string
  translateMessage(message: Message): string
}

/** @param english texts of the ready workflows */
export function createTranslation(
  language: string,
  locale: Locale,
  english: WorkflowTable,
): Translation {
  const { nodes = {}, views = {}, workflows = {}, messages = {} } = locale
  const parts = new Map<TextPart, object>()
  return {
    nodes,
    workflows: pairTexts(english, workflows),
    titles: pairTitles(english, workflows),
    translateView: viewTranslator(views),
    translateMessage: messageTranslator(messages, language),
    readPart<T extends object>(part: TextPart, englishPart: T): T {
      const texts = parts.get(part) ?? readTexts(englishPart, locale[part] ?? {}, language)
      parts.set(part, texts)
      return texts as T
    },
  }
}

/** Returns English texts with those that have a translation in its place. */
function readTexts(english: object, tree: TextTree, language: string): object {
  const texts: Record<string, unknown> = { ...english }
  for (const [key, text] of Object.entries(tree)) {
    const { name, values } = readKey(key)
    if (values && typeof text === 'string')
      texts[name] = (...given: readonly unknown[]) =>
        format(text, (value) => given[values.indexOf(value)], language)
    else if (isTree(text)) texts[key] = readTexts(Object(texts[key]) as object, text, language)
    else texts[key] = text
  }
  return texts
}

const isTree = (text: TextTree[string]): text is TextTree =>
  typeof text === 'object' && !Array.isArray(text)

/** Splits the key of a text into its name and the names of its values, if it has any. */
export function readKey(key: string): { name: string; values?: readonly string[] } {
  const [, name, values] = /^(\w+)\((.*)\)$/.exec(key) ?? []
  return name === undefined ? { name: key } : { name, values: values.split(', ') }
}

// ---- messages

/** Bounds of a message, which may come from a stored or imported record. */
const MOST_LEVELS = 12
const MOST_PARTS = 200
const LONGEST = 10_000

/**
 * Returns a function that translates messages, with the messages among their values. Unknown and
 * damaged ones are shown by their English text.
 */
export function messageTranslator(
  translations: NonNullable<Locale['messages']>,
  language: string,
): (message: Message) => string {
  return (message) => {
    let parts = 0
    const translate = (value: unknown, level: number): string | undefined => {
      if (++parts > MOST_PARTS || typeof value !== 'object' || value === null)
        return readText(value)
      const { id, text, values } = value as Partial<Record<keyof Message, unknown>>
      const [area, key] = typeof id === 'string' ? id.split('.') : []
      const template = getOwn(getOwn(translations, area) ?? {}, key)
      if (template === undefined || level > MOST_LEVELS) return readText(text)
      const filled = fillComplete(template, language, (name) =>
        translate(getOwn(Object(values) as Record<string, unknown>, name), level + 1),
      )
      return filled ?? readText(text)
    }
    return translate(message, 0) ?? message.text
  }
}

const readText = (text: unknown): string | undefined =>
  typeof text === 'string' && text.length <= LONGEST ? text : undefined

/** Formats a text; undefined if a value is missing. */
function fillComplete(text: string, language: string, getValue: GetValue): string | undefined {
  let isComplete = true
  const filled = format(
    text,
    (name) => {
      const value = getValue(name)
      isComplete &&= value !== undefined
      return value
    },
    language,
  )
  return isComplete ? filled : undefined
}
