// Texts of the editor in the current language. A component that reads them while it renders is
// rendered again when the language changes.
import { getText, type MessageText } from '../../engine/base/catalogue.ts'
import { valueAsText } from '../../engine/base/quote.ts'
import { signal } from '@preact/signals'
import { type Fault, getErrorText } from '../../engine/messages/fault.ts'
import type { Declaration, Param } from '../../engine/plan/op.ts'
import { getOwn } from '../../engine/base/records.ts'
import { translateDeclaration } from './declarations.ts'
import { withDescription, type Description } from './descriptions.ts'
import { en, type Texts } from './en/index.ts'
import type { TextPart, Translation } from './locale.ts'

/** Loaders of the languages besides English, which is a part of the page. */
const loaders = {
  ko: () => import('./locales/ko/index.ts'),
}

export type Language = 'en' | keyof typeof loaders

/** Name of each language in that language. */
export const languages: { readonly [L in Language]: string } = { en: 'English', ko: '한국어' }

interface CurrentLanguage {
  language: Language
  texts: Texts
  translation?: Translation
}

const current = signal<CurrentLanguage>({ language: 'en', texts: en })

export const language = (): Language => current.value.language

/** Texts of the interface, by id. Read them when they are shown: the language can change. */
export const texts: Texts = new Proxy(en, {
  get: (_, part: keyof Texts) => current.value.texts[part],
})

/**
 * Returns a function that returns the texts of a part in the current language. Call it when they are
 * shown: the language can change.
 */
export const partTexts =
  <T extends object>(part: TextPart, english: T): (() => T) =>
  () =>
    current.value.translation?.readPart(part, english) ?? english

/** English descriptions of the built-in nodes; undefined until they are loaded. */
const descriptions = signal<Readonly<Record<string, Description>> | undefined>(undefined)
let loading: Promise<void> | undefined

/** False while the page starts, which does not wait for descriptions. */
let areWanted = false

/** Loads the descriptions of nodes. Texts that contain them are rendered again then. */
export function wantDescriptions() {
  areWanted = true
  void loadDescriptions()
}

/** If loading fails (offline), the next call tries again. */
const loadDescriptions = (): Promise<void> =>
  (loading ??= import('virtual:descriptions').then(
    (module) => void (descriptions.value = module.default),
    () => (loading = undefined),
  ))

/** Whether descriptions and other names of nodes are loaded, by which searches find more. */
export const hasDescriptions = (): boolean => descriptions.value !== undefined

/** English summary of a node, once it is loaded. */
export const englishSummary = ({ type, summary }: Declaration): string =>
  (descriptions.value && getOwn(descriptions.value, type)?.summary) ?? summary

/** Other names of a node, once they are loaded. */
export const nodeAliases = ({ type, aliases = [] }: Declaration): readonly string[] =>
  (descriptions.value && getOwn(descriptions.value, type)?.aliases) ?? aliases

/** Returns a declaration with its descriptions and texts in the current language. */
export function translateNode<D extends Declaration>(declaration: D): D {
  const nodes = current.value.translation?.nodes
  const description = descriptions.value && getOwn(descriptions.value, declaration.type)
  if (!descriptions.value && areWanted) void loadDescriptions()
  const described = description ? withDescription(declaration, description) : declaration
  return nodes ? translateDeclaration(nodes, described) : described
}

/**
 * Returns a title, description or note of a ready workflow in the current language, and any other
 * text unchanged. Files, drafts and runs always store the original.
 */
export const translateWorkflow = (text: string): string =>
  current.value.translation?.workflows.get(text) ?? text

/** Returns a title of a node of a ready workflow in the current language, and any other unchanged. */
export const translateTitle = (title: string): string =>
  current.value.translation?.titles.get(title) ?? title

/** Name of a gallery topic in the current language. Unknown topics are not translated. */
export function topicText(topic: string): string {
  const topics: Readonly<Record<string, string>> = texts.drawer.topics
  return Object.hasOwn(topics, topic) ? topics[topic] : topic
}

/** Returns a text of a node's view, or of a file's description, in the current language. */
export const translateView = (text: string): string =>
  current.value.translation?.translateView(text) ?? text

/** Value of a param as text. Multiline texts (notes) are shown in the current language. */
export function valueText(param: Param | undefined, value: unknown): string {
  const text = valueAsText(value)
  return param?.kind === 'text' && param.multiline ? translateWorkflow(text) : text
}

/** Returns a message of the engine or a node in the current language; other texts as they are. */
export const translateMessage = (text: MessageText): string =>
  typeof text === 'string' ? text : (current.value.translation?.translateMessage(text) ?? text.text)

/** The message of any thrown value, in the current language. */
export const errorText = (error: unknown): string => translateMessage(getErrorText(error))

/** Message and cure of a fault as one text. */
export const formatFault = (fault: Pick<Fault, 'message' | 'cure' | 'messages'>): string =>
  `${translateMessage(getText(fault, 'message'))} ${translateMessage(getText(fault, 'cure'))}`.trimEnd()

/** Returns the first supported language of a list of language tags, or English. */
export const findLanguage = (wanted: readonly string[]): Language =>
  wanted
    .map((tag) => tag.split('-')[0])
    .find((tag): tag is Language => Object.hasOwn(languages, tag)) ?? 'en'

/** Loads a language and applies it. If loading fails (offline), the current language stays. */
export async function applyLanguage(wanted: Language | 'system'): Promise<void> {
  const language = wanted === 'system' ? findLanguage(navigator.languages) : wanted
  const loaded = await load(language).catch(() => undefined)
  if (!loaded) return
  current.value = loaded
  document.documentElement.lang = language
}

async function load(language: Language): Promise<CurrentLanguage> {
  if (language === 'en') return { language, texts: en }
  const [{ locale }, { createTranslation }, english] = await Promise.all([
    loaders[language](),
    import('./locale.ts'),
    import('virtual:workflow-texts'),
  ])
  const translation = createTranslation(language, locale, english.default)
  return { language, texts: translation.readPart('interface', en), translation }
}
